"""Where a function is lowest on a box: a grid zoomed in until the point is sharp, in many dimensions downhill."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.descent import descend, scattered

_POINTS = {1: 1025, 2: 65}
_ZOOMS = 24
_DESCENTS = 48
"""Places to go downhill from where a grid would have too many dimensions."""


def _grid(box: Array) -> Array:
    count = _POINTS[len(box)]
    axes = [np.linspace(low, high, count) for low, high in box]
    return np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)


def lowest(function: Callable[[Array], Array], domain: Sequence[tuple[float, float]]) -> tuple[Array, float]:
    """The point (d,) of `domain` where `function` (points (n, d) to values (n,)) is lowest, and its value.

    Values that are NaN count as high. Good to about 1e-9 of the domain's width for smooth functions. In more than two
    dimensions the lowest end of descents from many seeded places: what none of them leads to is not seen.
    """
    box = np.array(domain, dtype=float)
    if len(box) > 2:
        return _lowest_end(function, box)
    edges = box.copy()
    best, value = box.mean(axis=1), np.inf
    for _ in range(_ZOOMS):
        checkpoint()
        points = _grid(box)
        values = np.where(np.isnan(v := function(points)), np.inf, v)
        index = int(np.argmin(values))
        if values[index] < value:
            best, value = points[index], float(values[index])
        # Four grid cells either side: never loses a minimum that lies just beside a grid point.
        reach = 4 * (box[:, 1] - box[:, 0]) / (_POINTS[len(box)] - 1)
        box = np.stack([np.maximum(best - reach, edges[:, 0]), np.minimum(best + reach, edges[:, 1])], axis=1)
        if np.all(box[:, 1] - box[:, 0] < 1e-12 * (edges[:, 1] - edges[:, 0])):
            break
    return best, value


def _lowest_end(function: Callable[[Array], Array], box: Array) -> tuple[Array, float]:
    middle = box.mean(axis=1)
    ends = [descend(function, start, box) for start in (middle, *scattered(box, _DESCENTS))]
    ends = [(point, value) for point, value in ends if np.isfinite(value)]
    return min(ends, key=lambda end: end[1], default=(middle, np.inf))


def local_minima(function: Callable[[Array], Array], interval: tuple[float, float]) -> Array:
    """The local minima of a function of one variable on an interval, (m,), each sharpened by zooming in."""
    grid = np.linspace(*interval, 2049)
    values = np.where(np.isnan(v := function(grid[:, None])), np.inf, v)
    padded = np.concatenate([[np.inf], values, [np.inf]])
    inside = np.flatnonzero((padded[1:-1] < padded[:-2]) & (padded[1:-1] <= padded[2:]))
    step = grid[1] - grid[0]
    found = [
        lowest(function, [(max(grid[i] - step, interval[0]), min(grid[i] + step, interval[1]))])[0][0]
        for i in inside
    ]
    return np.array(found)
