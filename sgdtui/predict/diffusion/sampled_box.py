"""Where a law lives, found by following a few walkers: for flows too fast for the coarse cells of a positive scheme.

The numerical diffusion of such a scheme, half the drift times the width of a cell, would widen the law, and with it
the box and the cells, without end. Walkers have none.
"""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.finite_volume import amplitude_factor
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box, first_box

_WALKERS = 800
_STEPS = 1200
_MOST_ROUNDS = 10
_PACE = 0.15
"""Length of a walker's step in units of the rate of turning or relaxing where it is."""
_LOOKS = 8
_MARGIN = 0.4
"""Widening of the walkers' range on each side: five standard deviations become 7 on either side of the middle."""
_FAR = 1e4
_SETTLED = 0.06
"""Share of the range by which its ends may move from one round to the next: more is more than chance."""


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
        if before is not None and np.all(np.abs(now - before) < _SETTLED * (most - least)):
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
    for number in range(_STEPS):
        if number % _LOOKS == 0:
            # Each walker at its own pace: the law that they settle to is another, its extent about the same.
            rates = _own_rates(process, x)
            known = rates[np.isfinite(rates)]
            if not len(known):
                return x, np.full(x.shape[1], np.nan), np.full(x.shape[1], np.nan)
            pace = (_PACE / np.maximum(rates, 0.5 * np.median(known)))[:, None]
        root = amplitude_factor(process.tensor(x))
        kick = np.sqrt(2 * pace) * np.einsum("nij,nj->ni", root, rng.standard_normal(x.shape))
        slope = process.drift(x)
        ahead = _inside(sides, x + pace * slope + kick)
        x = _inside(sides, x + pace * (slope + process.drift(ahead)) / 2 + kick)
        lost = ~np.isfinite(x).all(axis=1)
        if lost.all():
            break
        if lost.any():
            x[lost] = x[rng.choice(np.flatnonzero(~lost), lost.sum())]
        if 2 * number >= _STEPS:
            least, most = np.minimum(least, x.min(axis=0)), np.maximum(most, x.max(axis=0))
    return x, least, most


def _own_rates(process: Diffusion, x: Array) -> Array:
    """The size of the drift's derivatives at each walker, (n,), never zero."""
    scale = np.ptp(x, axis=0)
    rates = np.full(len(x), 1e-12)
    here = process.drift(x)
    for axis in range(x.shape[1]):
        shift = np.zeros(x.shape[1])
        shift[axis] = 1e-4 * max(float(scale[axis]), 1e-12)
        slope = (process.drift(x + shift) - here) / shift[axis]
        rates = np.maximum(rates, np.linalg.norm(slope, axis=1))
    return rates


def _inside(sides: tuple[Wall, ...], x: Array) -> Array:
    for axis, side in enumerate(sides):
        if side.kind == "periodic":
            x[:, axis] = side.low + np.mod(x[:, axis] - side.low, side.high - side.low)
        elif side.closed:
            x[:, axis] = np.clip(x[:, axis], side.low, side.high)
    return x
