"""Downhill: where a function of many variables has its minima, by L-BFGS-B.

A grid in d dimensions has as many points as nobody can pay for; a descent costs about the same in any dimension.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array

_MOST_STEPS = 250
_STEEPEST = 1e-8
"""The gradient, as a share of its size at the start, at which a descent is over."""
_SMALLEST = 1e-15
"""The share of the value by which a step must go down, else the descent is over."""


def descend(
    function: Callable[[Array], Array],
    start: Array,
    box: Array,
    gradient: Callable[[Array], Array] | None = None,
) -> tuple[Array, float]:
    """The end (d,) of the way downhill from `start` (d,) within `box` (d, 2), and the value there.

    Args:
        function: points (n, d) to values (n,); what is no finite number counts as a wall.
        box: the lowest and highest value of each coordinate; infinite where nothing bounds it.
        gradient: points (n, d) to (n, d); without it central differences are taken.
    """
    from scipy.optimize import minimize

    slope = gradient or (lambda points: _differences(function, points))
    highest = -np.inf
    with np.errstate(all="ignore"):
        size = np.linalg.norm(slope(start[None, :])[0])

        def at(x: Array) -> tuple[float, Array]:
            nonlocal highest
            value, pull = float(function(x[None, :])[0]), slope(x[None, :])[0]
            if not (np.isfinite(value) and np.all(np.isfinite(pull))):
                # Only a little higher than what is known, so that the line search steps back and not to nowhere.
                return highest + abs(highest) + 1.0 if np.isfinite(highest) else 1e300, np.zeros_like(x)
            highest = max(highest, value)
            return value, pull

        found = minimize(
            at,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(float(low), float(high)) for low, high in box],
            options={"maxiter": _MOST_STEPS, "ftol": _SMALLEST, "gtol": _STEEPEST * size},
        )
    return np.asarray(found.x, dtype=float), float(function(found.x[None, :])[0])


def scattered(box: Array, count: int, seed: int = 0) -> Array:
    """`count` places (count, d) spread over the finite `box` (d, 2): a Latin hypercube, seeded."""
    rng = np.random.default_rng(seed)
    strata = rng.permuted(np.tile(np.arange(count), (len(box), 1)), axis=1).T
    return np.asarray(box[:, 0] + (strata + rng.random(strata.shape)) / count * (box[:, 1] - box[:, 0]))


def _differences(function: Callable[[Array], Array], points: Array) -> Array:
    """Central differences, (n, d)."""
    n, d = points.shape
    step = 6e-6 * np.maximum(np.abs(points), 1.0)
    offsets = step[:, :, None] * np.eye(d)
    around = np.concatenate([points[:, None, :] + offsets, points[:, None, :] - offsets], axis=1)
    values = function(around.reshape(-1, d)).reshape(n, 2 * d)
    return np.asarray((values[:, :d] - values[:, d:]) / (2 * step))
