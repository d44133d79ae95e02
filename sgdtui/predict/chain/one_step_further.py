"""The law of cells, one step later: a step smooths what the cells left jagged, so that the distribution function is
good at any point, not only at their edges.
"""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import (
    CELL_WEIGHTS,
    NARROW,
    Intervals,
    cell_nodes,
    folded,
    narrow_intervals,
    step_intervals,
)
from sgdtui.predict.numerics.boundaries import Wall

_CHUNK = 2_000_000


def distribution_after(step: Chain, grid: Array, mass: Array, wall: Wall, at: Array) -> Array | None:
    """The distribution function at increasing points `at` (n,) of masses between `grid` after a step.

    None where walls fold steps that have no distribution function.
    """
    used = np.flatnonzero(mass > 0)
    if step.shape is None:
        return None if wall.closed else _ramps(step_intervals(step, grid, used), mass, at)
    middle = (grid[1:] + grid[:-1]) / 2
    with np.errstate(all="ignore"):
        in_cells = np.nan_to_num(step.spread(middle[used])) / np.diff(grid)[used]
    wide, narrow = used[in_cells >= NARROW], used[in_cells < NARROW]
    if wall.closed and len(narrow):
        return None
    nodes = cell_nodes(grid)[wide].ravel()
    weight = (mass[wide, None] * CELL_WEIGHTS / 2).ravel()
    mean, spread = step.mean(nodes), step.spread(nodes)
    good = np.isfinite(mean) & np.isfinite(spread)
    mean, spread, weight = mean[good], spread[good], weight[good]
    rows = max(1, _CHUNK // max(len(mean), 1))
    parts = [
        folded(step.shape, wall, at[i : i + rows, None], mean, spread) @ weight
        for i in range(0, len(at), rows)
    ]
    total = np.concatenate(parts)
    if len(narrow):
        total = total + _ramps(narrow_intervals(step, step.shape, grid, narrow), mass, at)
    return np.asarray(total)


def _ramps(found: Intervals, mass: Array, at: Array) -> Array:
    """The distribution function of masses spread evenly between `low` and `high`, by its slope between all ends."""
    weight = found.mass * mass[found.source]
    least = 1e-15 * np.maximum(np.abs(found.low), np.abs(found.high)) + 1e-300
    width = np.maximum(found.high - found.low, least)
    slope = weight / width
    places = np.concatenate([found.low, found.low + width])
    order = np.argsort(places)
    places = places[order]
    change = np.concatenate([slope, -slope])[order]
    slopes = np.cumsum(change)[:-1]
    height = np.concatenate([[0.0], np.cumsum(np.maximum(slopes, 0.0) * np.diff(places))])
    return np.asarray(np.interp(at, places, height))
