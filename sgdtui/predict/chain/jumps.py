"""Places where a step changes all at once: jumps of its mean or of its spread, closed in by halving."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.step import Chain

_HALVINGS = 60
_MOST = 24
_STAYS = 0.5
"""What is left of a change after a halving of its interval where it is a jump: all of it; where it is smooth, half."""


def jumps(chain: Chain, grid: Array) -> Array:
    """The jumps between neighbours of `grid`, in order, at most a few dozen (the largest)."""

    def both(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.stack([chain.mean(x) - x, chain.spread(x)], axis=1)

    values = both(grid)
    change = np.abs(np.diff(values, axis=0))
    # A jump stands out from the changes on both sides of it.
    padded = np.pad(change, ((1, 1), (0, 0)))
    beside = np.maximum(padded[:-2], padded[2:])
    with np.errstate(invalid="ignore"):
        seen = np.any((change > 4 * beside) & np.isfinite(change) & (change > 0), axis=1)
    found = np.flatnonzero(seen)
    if not len(found):
        return np.empty(0)
    low, high, first = grid[found], grid[found + 1], change[found]
    left, right = values[found], values[found + 1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        value = both(middle)
        below = np.max(np.abs(value - left) / np.maximum(first, 1e-300), axis=1)
        above = np.max(np.abs(right - value) / np.maximum(first, 1e-300), axis=1)
        lower = below >= above
        high, right = np.where(lower, middle, high), np.where(lower[:, None], value, right)
        low, left = np.where(lower, low, middle), np.where(lower[:, None], left, value)
    left_over = np.max(np.abs(right - left) / np.maximum(first, 1e-300), axis=1)
    size = np.where(left_over > _STAYS, np.max(first, axis=1), 0.0)
    largest = np.argsort(-size)[:_MOST]
    places = high[largest[size[largest] > 0]]
    return np.sort(places[(places > grid[0]) & (places < grid[-1])])
