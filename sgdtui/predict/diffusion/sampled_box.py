"""Where a law lives, found by following a few walkers: for flows too fast for the coarse cells of a positive scheme.

The numerical diffusion of such a scheme, half the drift times the width of a cell, would widen the law, and with it
the box and the cells, without end. Walkers have none.
"""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box, first_box

_WALKERS = 800
_STEPS = 1200
_MOST_ROUNDS = 6
_PACE = 0.15
"""Length of a step in units of the fastest rate (of turning or relaxing) among nine tenths of the walkers."""
_MARGIN = 0.4
"""Widening of the walkers' range on each side: five standard deviations become 7 on either side of the middle."""
_FAR = 1e4


def sampled_box(process: Diffusion, sides: tuple[Wall, ...]) -> Box | None:
    """A box that holds all but a negligible part of the law; None where the walkers spread without settling."""
    rng = np.random.default_rng(0)
    low, high = np.array(first_box(sides)).T
    x = rng.uniform(low, high, size=(_WALKERS, len(low)))
    before: Array | None = None
    for _ in range(_MOST_ROUNDS):
        x, least, most = _followed(process, sides, x, rng)
        if np.any(most - least > _FAR * (high - low)) or not np.all(np.isfinite(most - least)):
            return None
        now = np.stack([least, most])
        if before is not None and np.all(np.abs(now - before) < 0.12 * (most - least)):
            least, most = np.minimum(least, before[0]), np.maximum(most, before[1])
            margin = _MARGIN * (most - least) / 2
            return tuple(
                (side.low, side.high) if side.closed else (float(a), float(b))
                for side, a, b in zip(sides, least - margin, most + margin, strict=True)
            )
        before = now
    return None


def _followed(
    process: Diffusion, sides: tuple[Wall, ...], x: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """The walkers after a round of steps, and the least and largest coordinates of its second half, (d,)."""
    least, most = np.full(x.shape[1], np.inf), np.full(x.shape[1], -np.inf)
    pace = 1.0
    for number in range(_STEPS):
        if number % 50 == 0:
            pace = _PACE / _fastest_rate(process, x)
        kick = np.sqrt(2 * pace) * _times_root(process.tensor(x), rng.standard_normal(x.shape))
        slope = process.drift(x)
        ahead = _inside(sides, x + pace * slope + kick)
        x = _inside(sides, x + pace * (slope + process.drift(ahead)) / 2 + kick)
        lost = ~np.isfinite(x).all(axis=1)
        if lost.any():
            x[lost] = x[rng.choice(np.flatnonzero(~lost), lost.sum())] if not lost.all() else np.nan
        if lost.all():
            break
        if 2 * number >= _STEPS:
            least, most = np.minimum(least, x.min(axis=0)), np.maximum(most, x.max(axis=0))
    return x, least, most


def _fastest_rate(process: Diffusion, x: Array) -> float:
    """The size of the drift's derivatives at all but a tenth of the walkers."""
    scale = np.ptp(x, axis=0)
    rates = np.zeros(len(x))
    here = process.drift(x)
    for axis in range(x.shape[1]):
        shift = np.zeros(x.shape[1])
        shift[axis] = 1e-4 * max(float(scale[axis]), 1e-12)
        slope = (process.drift(x + shift) - here) / shift[axis]
        rates = np.maximum(rates, np.linalg.norm(slope, axis=1))
    return max(float(np.nanquantile(rates, 0.9)), 1e-12)


def _times_root(tensor: Array, normals: Array) -> Array:
    """S ξ with S Sᵀ = D, by Cholesky's formula, which bears a vanishing D."""
    first = np.sqrt(np.maximum(tensor[:, 0, 0], 0.0))
    below = np.divide(tensor[:, 1, 0], first, out=np.zeros_like(first), where=first > 0)
    last = np.sqrt(np.maximum(tensor[:, 1, 1] - below**2, 0.0))
    return np.stack([first * normals[:, 0], below * normals[:, 0] + last * normals[:, 1]], axis=1)


def _inside(sides: tuple[Wall, ...], x: Array) -> Array:
    for axis, side in enumerate(sides):
        if side.kind == "periodic":
            x[:, axis] = side.low + np.mod(x[:, axis] - side.low, side.high - side.low)
        elif side.closed:
            x[:, axis] = np.clip(x[:, axis], side.low, side.high)
    return x
