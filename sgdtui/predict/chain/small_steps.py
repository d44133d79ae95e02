"""Steps that are small beside a cell: the hops between neighbouring cells that the diffusion of the same mean and
variance would make, exact for the exponential profile between them (Scharfetter and Gummel 1969).

An even spread of mass within a cell would instead carry some of it a whole cell on at every step, and so let a chain
wander off on cells that are wide beside its steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.chain.outcomes import outcomes
from sgdtui.predict.chain.step import Chain

_FURTHEST = 0.5
"""Steps with less than this share of a cell as mean and as standard deviation are small beside it."""


def step_moments(chain: Chain, x: Array) -> tuple[Array, Array]:
    """Mean displacement and standard deviation of one step, (n,) each; the latter NaN where there is no variance."""
    with np.errstate(all="ignore"):
        mean = chain.mean(x) - x
        if chain.shape is not None:
            spread = chain.spread(x) * chain.shape.deviation
        else:
            images, weights = outcomes(chain, x)
            mean = np.sum(weights * images, axis=1) - x
            spread = np.sqrt(np.sum(weights * (images - x[:, None] - mean[:, None]) ** 2, axis=1))
    return mean, spread


def small(mean: Array, spread: Array, edges: Array) -> NDArray[np.bool_]:
    """Which cells are wide beside the steps from them, and beside the steps to their neighbours, (n,)."""
    width = np.diff(edges)
    least = np.minimum(width, np.minimum(np.append(width[1:], np.inf), np.append(np.inf, width[:-1])))
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(mean) < _FURTHEST * least) & (spread < _FURTHEST * least))


def hops(mean: Array, spread: Array, edges: Array, columns: NDArray[np.intp]) -> Any:
    """The part of the one-step matrix that leads from the cells `columns`, (n, n)."""
    from scipy.sparse import csc_array

    size = len(edges) - 1
    width = np.diff(edges)
    middle = (edges[1:] + edges[:-1]) / 2
    gap = np.diff(middle)
    up = np.append(gap, width[-1])[columns]
    down = np.append(width[0], gap)[columns]
    half, drift, own = spread[columns] ** 2 / 2, mean[columns], width[columns]
    rise = _rate(half, drift, up) / own
    fall = _rate(half, -drift, down) / own
    stay = 1.0 - rise - fall
    rows = np.concatenate([columns + 1, columns - 1, columns])
    values = np.concatenate([rise, fall, stay])
    inside = (rows >= 0) & (rows < size)
    source = np.tile(columns, 3)
    return csc_array((values[inside], (rows[inside], source[inside])), shape=(size, size))


def _rate(half: Array, drift: Array, gap: Array) -> Array:
    """D·B(-v·h/D)/h with Bernoulli's function B(u) = u/(exp(u) - 1)."""
    with np.errstate(all="ignore"):
        u = -drift * gap / half
        bernoulli = np.where(np.abs(u) < 1e-8, 1 - u / 2, u / np.expm1(np.clip(u, -700, 700)))
        diffusive = half * bernoulli / gap
    return np.where(half > 1e-12 * np.abs(drift) * gap, diffusive, np.maximum(drift, 0.0))
