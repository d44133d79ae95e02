"""A chain's kernel on cells: the share of each cell's mass that one step brings to each other cell (Ulam's method).

Mass is spread evenly within a cell. A law with a distribution function is applied through it, at a few nodes of
every cell; finitely many maps by the overlap of the images of the cell's parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.chain.cost import ENTRIES_AT_ONCE, MOST_ENTRIES, TooCostly
from sgdtui.predict.chain.small_steps import hops, small, step_moments
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.noise_distribution import NoiseShape

_NODES, CELL_WEIGHTS = np.polynomial.legendre.leggauss(3)
_PARTS = 3
_STILL = 1e-14
"""Where there is no noise a step lands in one cell: noise of this share of the place itself does the same."""
NARROW = 0.7
"""Noise of a smaller spread than this share of a cell carries the cell as a whole."""
_MOST_IMAGES = 64
_SMOOTH = 40.0
"""From so many cells a spread on, one node a cell is enough."""


def cell_nodes(edges: Array) -> Array:
    """Three Gauss nodes in each cell, (n, 3)."""
    return (edges[1:, None] + edges[:-1, None]) / 2 + np.diff(edges)[:, None] / 2 * _NODES


def folded(shape: NoiseShape, wall: Wall, at: Array, mean: Array, spread: Array) -> Array:
    """P(x' ≤ at) after the walls have folded x' = mean + spread·Z back, broadcast over all three."""
    distribution = shape.distribution
    assert distribution is not None
    with np.errstate(all="ignore"):
        safe = np.where(spread > 0, spread, 1e-300)

        def below(y: Array | float) -> Array:
            return distribution(np.clip((y - mean) / safe, -1e300, 1e300))

        if not wall.closed:
            return below(at)
        length = wall.high - wall.low
        reach = min(shape.reach, 1e4)
        finite = np.isfinite(mean) & np.isfinite(spread)
        low = np.min((mean - reach * spread)[finite], initial=wall.low)
        high = np.max((mean + reach * spread)[finite], initial=wall.high)
        first = max(int(np.floor((low - wall.low) / length)) - 1, -_MOST_IMAGES)
        last = min(int(np.ceil((high - wall.low) / length)) + 1, _MOST_IMAGES)
        total = np.zeros(np.broadcast_shapes(at.shape, mean.shape, spread.shape))
        rise = at - wall.low
        if wall.kind == "periodic":
            for turn in range(first, last + 1):
                total += below(at + turn * length) - below(wall.low + turn * length)
        else:
            for turn in range(first // 2 - 1, last // 2 + 2):
                start = wall.low + 2 * turn * length
                total += below(start + rise) - below(start - rise)
        return total


def kernel_matrix(chain: Chain, edges: Array, wall: Wall) -> Any:
    """The one-step matrix on the cells between `edges`, sparse (n, n), column to row; what leaves is lost.

    Raises TooCostly.
    """
    from scipy.sparse import csc_array

    mean, spread = step_moments(chain, (edges[1:] + edges[:-1]) / 2)
    near = small(mean, spread, edges)
    if wall.closed:
        near[[0, -1]] = False
    others = np.flatnonzero(~near)
    if chain.shape is not None:
        matrix = _by_distribution(chain, chain.shape, edges, wall, others)
    else:
        matrix = _interval_matrix(step_intervals(chain, edges, others), edges, wall)
    if len(others) < len(edges) - 1:
        matrix = matrix + hops(mean, spread, edges, np.flatnonzero(near))
    return csc_array(matrix)


def tiled(edges: Array, wall: Wall, low: float, high: float) -> tuple[Array, NDArray[np.intp]]:
    """The line unfolded: edges of cells from below `low` to beyond `high`, and the cell that each folds back to."""
    count = len(edges) - 1
    if not wall.closed:
        return edges, np.arange(count)
    length = wall.high - wall.low
    first = int(np.clip(np.floor((low - wall.low) / length), -_MOST_IMAGES, 0))
    last = int(np.clip(np.ceil((high - wall.low) / length), 1, _MOST_IMAGES))
    tiles, cells = [], []
    for turn in range(first, last):
        mirrored = wall.kind == "reflect" and turn % 2 != 0
        local = wall.high - edges[::-1] + wall.low if mirrored else edges
        tiles.append(local[:-1] + turn * length)
        cells.append(np.arange(count)[::-1] if mirrored else np.arange(count))
    return np.append(np.concatenate(tiles), wall.low + last * length), np.concatenate(cells)


def _by_distribution(
    chain: Chain, shape: NoiseShape, edges: Array, wall: Wall, columns: NDArray[np.intp]
) -> Any:
    """Through the distribution function where the noise spans cells; by intervals where it is narrower than one."""
    from scipy.sparse import csc_array

    count = len(edges) - 1
    middle = (edges[1:] + edges[:-1]) / 2
    with np.errstate(all="ignore"):
        in_cells = np.nan_to_num(chain.spread(middle)) / np.diff(edges)
    in_cells = in_cells[columns]
    narrow = columns[in_cells < NARROW]
    wide = columns[(in_cells >= NARROW) & (in_cells < _SMOOTH)]
    widest = columns[in_cells >= _SMOOTH]
    nodes = np.concatenate([cell_nodes(edges)[wide].ravel(), middle[widest]])
    weight = np.concatenate([np.tile(CELL_WEIGHTS / 2, len(wide)), np.ones(len(widest))])
    column = np.concatenate([np.repeat(wide, 3), widest])
    mean, spread = chain.mean(nodes), chain.spread(nodes)
    good = np.isfinite(mean) & np.isfinite(spread)
    spread = np.maximum(spread, _STILL * (np.abs(mean) + np.diff(edges)[column]))
    mean, spread, weight, column = mean[good], spread[good], weight[good], column[good]
    if len(mean):
        reach = min(shape.reach, 1e300) * spread
        grid, target = tiled(edges, wall, float(np.min(mean - reach)), float(np.max(mean + reach)))
        first = np.clip(np.searchsorted(grid, mean - reach, "right") - 1, 0, len(target))
        length = np.maximum(np.clip(np.searchsorted(grid, mean + reach, "left"), 0, len(target)) - first, 0)
        if length.sum() > 0.3 * len(mean) * len(target):
            matrix = csc_array(_dense_part(shape, grid, target, mean, spread, weight, column, count))
        else:
            row, owner = runs(first, length)
            # The edges of a run of cells overlap: one value more than cells, and the differences between them.
            at, whose = runs(first, length + (length > 0))
            within = whose[1:] == whose[:-1]
            step = _tail_exact(shape, (grid[at] - mean[whose]) / spread[whose])[within]
            value = np.maximum(step, 0.0) * weight[owner]
            kept = value > 1e-40
            entries = (value[kept], (target[row[kept]], column[owner[kept]]))
            matrix = csc_array(entries, shape=(count, count))
    else:
        matrix = csc_array((count, count))
    if len(narrow):
        matrix = matrix + _interval_matrix(narrow_intervals(chain, shape, edges, narrow), edges, wall)
    if wall.closed and not np.isfinite(shape.reach):
        # What the outermost images leave out comes back evenly enough.
        matrix = csc_array(matrix)
        total = np.maximum(np.asarray(matrix.sum(axis=0)), 1e-300)
        matrix.data = matrix.data / np.repeat(total, np.diff(matrix.indptr))
    return matrix


def _dense_part(
    shape: NoiseShape,
    grid: Array,
    target: NDArray[np.intp],
    mean: Array,
    spread: Array,
    weight: Array,
    column: NDArray[np.intp],
    count: int,
) -> Array:
    """The same where nearly every entry matters, a block of sources at a time."""
    matrix = np.zeros((count, count))
    block = max(1, 2_000_000 // len(grid))
    turns = len(target) // count
    order = target.reshape(turns, count)
    for start in range(0, len(mean), block):
        part = slice(start, start + block)
        z = (grid[None, :] - mean[part, None]) / spread[part, None]
        share = np.maximum(_tail_exact(shape, z), 0.0) * weight[part, None]
        for turn in range(turns):
            piece = np.empty((share.shape[0], count))
            piece[:, order[turn]] = share[:, turn * count : (turn + 1) * count]
            np.add.at(matrix.T, column[part], piece)
    return matrix


def _tail_exact(shape: NoiseShape, z: Array) -> Array:
    """P(z_i < Z < z_(i+1)) of a symmetric law, without cancellation in the upper tail."""
    assert shape.distribution is not None
    tail = shape.distribution(-np.abs(z))
    lower = np.where(z <= 0, tail, 0.5)
    upper = np.where(z > 0, tail, 0.5)
    return np.asarray(np.diff(lower) - np.diff(upper))


def narrow_intervals(chain: Chain, shape: NoiseShape, edges: Array, columns: NDArray[np.intp]) -> Intervals:
    """Images of whole cells under slices of the noise: the drift is exact however small beside the cell."""
    assert shape.distribution is not None
    cuts = (
        np.linspace(-shape.reach, shape.reach, 61)
        if np.isfinite(shape.reach)
        else np.sinh(np.linspace(-32.0, 32.0, 161))
    )
    masses = np.diff(shape.distribution(cuts))
    middles = np.where(masses > 0, (cuts[1:] + cuts[:-1]) / 2, 0.0)
    masses /= masses.sum()
    kept = masses > 1e-18
    inset = 1e-9 * np.diff(edges)[columns]
    left, right = edges[columns] + inset, edges[columns + 1] - inset
    start = chain.mean(left)[:, None] + chain.spread(left)[:, None] * middles[kept]
    end = chain.mean(right)[:, None] + chain.spread(right)[:, None] * middles[kept]
    low, high = np.minimum(start, end).ravel(), np.maximum(start, end).ravel()
    source, mass = np.repeat(columns, kept.sum()), np.tile(masses[kept], len(columns))
    good = np.isfinite(low) & np.isfinite(high)
    return Intervals(low[good], high[good], mass[good], source[good])


def runs(first: NDArray[np.intp], length: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices first, first + 1, … of every run, one after the other, and the run that each belongs to."""
    owner = np.repeat(np.arange(len(first)), length)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    return first[owner] + offset, owner


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Masses spread evenly between `low` and `high`, each coming from the cell `source`."""

    low: Array
    high: Array
    mass: Array
    source: NDArray[np.intp]


def step_intervals(chain: Chain, edges: Array, columns: NDArray[np.intp] | None = None) -> Intervals:
    """Where one step brings a unit of mass in each cell, or in each of the cells `columns`."""
    cells = np.arange(len(edges) - 1) if columns is None else columns
    count = len(cells)
    if chain.maps is not None:
        parts = 1 if chain.smooth_maps else _PARTS
        steps = np.arange(parts + 1) / parts
        width = np.diff(edges)[cells, None]
        # Taken just inside, so that a map that jumps at an edge does not smear the cell over the jump.
        inset = 1e-9 * width / parts
        start, weights = chain.maps((edges[cells, None] + width * steps[:-1] + inset).ravel())
        end, at_end = chain.maps((edges[cells, None] + width * steps[1:] - inset).ravel())
        share = np.broadcast_to((weights + at_end) / (2 * parts), start.shape)
        source = np.repeat(cells, parts * start.shape[1])
        mass = share.ravel()
        low, high = np.minimum(start, end).ravel(), np.maximum(start, end).ravel()
    else:
        lows, highs, masses = _slice_images(chain, edges[cells], edges[cells + 1])
        low, high, mass = lows.ravel(), highs.ravel(), masses.ravel()
        source = np.repeat(cells, low.size // max(count, 1))
    keep = np.isfinite(low) & np.isfinite(high) & (mass > 1e-14)
    return Intervals(low[keep], high[keep], mass[keep], source[keep])


def _slice_images(chain: Chain, left: Array, right: Array) -> tuple[Array, Array, Array]:
    """Images of the cells between `left` and `right` under the slices of a step: low and high ends
    and masses, each (n, m).

    Where a slice is wider than its cell it is laid out from the cell's middle; where the cell is the wider one it
    is carried whole, so that a drift that is small beside it is not lost.
    """
    assert chain.slices is not None
    inset = 1e-9 * (right - left)
    at_middle, masses = chain.slices((left + right) / 2)
    at_low, _ = chain.slices(left + inset)
    at_high, _ = chain.slices(right - inset)
    count, pieces = len(left), int(np.size(at_middle, 1)) - 1
    ends = (at_middle[:, :-1], at_middle[:, 1:])
    carried = ((at_low[:, :-1] + at_low[:, 1:]) / 2, (at_high[:, :-1] + at_high[:, 1:]) / 2)
    whole = np.abs(carried[1] - carried[0]) > np.abs(ends[1] - ends[0])
    first, second = np.where(whole, carried[0], ends[0]), np.where(whole, carried[1], ends[1])
    return (
        np.minimum(first, second),
        np.maximum(first, second),
        np.broadcast_to(masses, (count, pieces)).copy(),
    )


def _interval_matrix(found: Intervals, edges: Array, wall: Wall) -> Any:
    from scipy.sparse import csc_array

    count = len(edges) - 1
    matrix = csc_array((count, count))
    for part in _affordable(found, edges, wall):
        row, owner, share = deposit(part.low, part.high, edges, wall)
        entries = (share * part.mass[owner], (row, part.source[owner]))
        matrix = matrix + csc_array(entries, shape=(count, count))
    return matrix


def _affordable(found: Intervals, edges: Array, wall: Wall) -> list[Intervals]:
    """The intervals in pieces that cover some millions of cells each. Raises TooCostly for too many in all."""
    if not len(found.low):
        return []
    grid, _ = tiled(edges, wall, float(found.low.min()), float(found.high.max()))
    covered = np.searchsorted(grid, found.high, "left") - np.searchsorted(grid, found.low, "right") + 2
    total = np.cumsum(np.maximum(covered, 1))
    if total[-1] > MOST_ENTRIES:
        raise TooCostly(
            f"one step spreads each of {len(edges) - 1} cells over so many others that {total[-1]:.2g} shares "
            "would have to be found"
        )
    cuts = np.searchsorted(total, np.arange(ENTRIES_AT_ONCE, total[-1], ENTRIES_AT_ONCE))
    bounds = [0, *np.unique(cuts).tolist(), len(total)]
    return [
        Intervals(found.low[a:b], found.high[a:b], found.mass[a:b], found.source[a:b])
        for a, b in pairwise(bounds)
        if b > a
    ]


def deposit(low: Array, high: Array, edges: Array, wall: Wall) -> tuple[Any, Any, Array]:
    """Cells that each interval overlaps, after folding: cell, interval, and the share of the interval in the cell."""
    grid, target = tiled(edges, wall, float(low.min()), float(high.max()))
    first = np.searchsorted(grid, low, "right") - 1
    last = np.searchsorted(grid, high, "left")
    inside_first = np.clip(first, 0, len(target))
    inside_last = np.clip(np.maximum(last, first + 1), 0, len(target))
    row, owner = runs(inside_first, np.maximum(inside_last - inside_first, 0))
    width = high[owner] - low[owner]
    overlap = np.minimum(grid[row + 1], high[owner]) - np.maximum(grid[row], low[owner])
    with np.errstate(all="ignore"):
        share = np.where(width > 0, overlap / width, 1.0)
    return target[row], owner, np.clip(share, 0.0, 1.0)
