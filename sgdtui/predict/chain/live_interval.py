"""Where the stationary law of a one-dimensional chain lives, found on coarse cells; and whether walkers escape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.basin import reachable, trap
from sgdtui.predict.chain.compensation import compensated
from sgdtui.predict.chain.far_field import FarField, far_field
from sgdtui.predict.chain.quiet_points import QuietPoint, quiet_points
from sgdtui.predict.chain.stationary_vector import second_eigenvalue, stationary_vector
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import kernel_matrix
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.panel_density import FAR
from sgdtui.predict.prediction import Absence

NAME = "transfer"

COARSE = 300
TAIL_RATIO = 1.25
EMPTY = 1e-15
_ROUNDING = 1e-11
_AT_THE_END = 1e-13
"""A law with less than this in its outermost cell is wholly on the grid."""
_NOBODY = 1e-12
"""A loss per step that is rounding."""
_RARE = 1e-9
"""A loss per step that no run sees."""
_BEYOND = 1e-6
"""The most that may be further away than anything that is resolved, where walkers are shown to come back from there."""
_FIRST_REACH = 1e3
_ROUNDS = 24
_NEAREST = 1e-18
"""Cells shrink towards a quiet point to this share of the window."""


@dataclass(frozen=True, slots=True, eq=False)
class Lair:
    """Where the law lives, found on coarse `edges` with `mass`: `low` to `high`, `loss` a step.

    Walkers are caught within `limits`. `heavy` says that the law spans so many scales that equal cells do not
    resolve it: `low` to `high` is then its bulk only, and `far` all of it. `second` is the second largest
    eigenvalue's modulus among the cells that have any mass. `beyond` is the mass that is further away than anything
    that is resolved. `kept` says of each limit that nobody passes it.
    """

    edges: Array
    mass: Array
    low: float
    high: float
    limits: tuple[float, float]
    loss: float
    heavy: bool
    second: float
    far: tuple[float, float]
    quiet: tuple[float, ...] = ()
    beyond: float = 0.0
    kept: tuple[bool, bool] = (True, True)

    @property
    def holds(self) -> tuple[bool, bool]:
        """Whether what passes an end of `far` comes back: it does unless beyond a limit the steps diverge."""
        nobody = self.loss < _NOBODY
        return (
            self.kept[0] or (nobody and self.far[0] > self.limits[0]),
            self.kept[1] or (nobody and self.far[1] < self.limits[1]),
        )


def find_lair(step: Chain, edges: Array, wall: Wall, start: float) -> Lair | Absence:
    """Where the law lives, on coarse cells: about the window at first, then about the law itself."""
    low, high = float(edges[0]), float(edges[-1])
    limits = (wall.low, wall.high)
    reached = None if wall.closed else reachable(step, start, high - low)
    if reached is not None:
        # Bounded noise never leaves this interval: other wells may exist, but not for these walkers.
        limits = low, high = reached
    elif not wall.closed:
        caught = _caught(step, start, low, high)
        if caught is None:
            return Absence(NAME, "not normalisable", "the steps diverge: eta is beyond stability")
        limits = caught
    quiet = quiet_points(step, low, high) if reached is None else ()
    catching, limits = limits, _between(quiet, limits, start)
    # Beyond where the steps diverge walkers are lost; bounded noise and quiet points keep them.
    kept = (
        reached is not None or not np.isfinite(catching[0]) or limits[0] != catching[0],
        reached is not None or not np.isfinite(catching[1]) or limits[1] != catching[1],
    )
    fields = _far_fields(step, start, high - low, limits)
    for field in fields:
        if field.returns is False:
            return Absence(NAME, "not normalisable", field.reason)
    low, high = max(low, limits[0]), min(high, limits[1])
    if not low < high:
        low, high = max(limits[0], -FAR), min(limits[1], FAR)
    window, bounded = (low, high), reached is not None
    lair = _search(step, wall, limits, kept, window, start, fields, quiet, bounded)
    if isinstance(lair, Absence) and not wall.closed:
        # Rare flights so far away that no grid holds them, and from which few come back: count them as lost.
        near = _search(step, wall, limits, (False, False), window, start, fields, quiet, bounded)
        if isinstance(near, Lair) and near.loss < _RARE:
            return near
    return lair


def _caught(step: Chain, start: float, low: float, high: float) -> tuple[float, float] | None:
    """The interval that holds the noiseless chain about the start, else about any other place in the window."""
    for place in (start, (low + high) / 2, *np.linspace(low, high, 65)):
        caught = trap(step, float(place), high - low)
        if caught is not None:
            return caught
    return None


def _between(quiet: tuple[QuietPoint, ...], limits: tuple[float, float], start: float) -> tuple[float, float]:
    """The limits drawn in to the nearest points on either side of the start that no step passes."""
    low, high = limits
    for point in quiet:
        if not point.crossed and limits[0] < point.place < limits[1]:
            if point.place < start:
                low = max(low, point.place)
            elif point.place > start:
                high = min(high, point.place)
    return low, high


def _far_fields(step: Chain, start: float, scale: float, limits: tuple[float, float]) -> list[FarField]:
    """What is shown of each open side, (lower, upper); a side that has a limit keeps its walkers."""
    return [
        far_field(step, start, scale, side) if not np.isfinite(limit) else FarField(True)
        for side, limit in zip((-1.0, 1.0), limits, strict=True)
    ]


def _search(
    step: Chain,
    wall: Wall,
    limits: tuple[float, float],
    kept: tuple[bool, bool],
    window: tuple[float, float],
    start: float,
    fields: list[FarField],
    quiet: tuple[QuietPoint, ...],
    bounded: bool,
) -> Lair | Absence:
    low, high = window
    places = tuple(point.place for point in quiet if limits[0] <= point.place <= limits[1])
    reach = [_FIRST_REACH * (high - low)] * 2
    heavy, beyond = False, 0.0
    for _ in range(_ROUNDS):
        grid = coarse_grid(low, high, limits, COARSE, TAIL_RATIO, (reach[0], reach[1]), places)
        narrower = compensated(step, grid)
        matrix = held(kernel_matrix(narrower, grid, wall), narrower, grid, kept)
        mass, loss = stationary_vector(matrix, int(np.searchsorted(grid, start)) - 1)
        if not np.all(np.isfinite(mass)):
            return Absence(NAME, "not found", "the equations of the chain on a grid have no solution")
        ends = [
            float(mass[cell]) if keeps and not np.isfinite(limit) else 0.0
            for cell, keeps, limit in zip((0, -1), kept, limits, strict=True)
        ]
        far = [max(abs(grid[0]), reach[0]) >= FAR, max(abs(grid[-1]), reach[1]) >= FAR]
        if any(end > _AT_THE_END and not out for end, out in zip(ends, far, strict=True)):
            reach = [
                min(r * _FIRST_REACH, FAR) if end > _AT_THE_END else r
                for r, end in zip(reach, ends, strict=True)
            ]
            continue
        if any(
            end > (_BEYOND if field.returns else _AT_THE_END) for end, field in zip(ends, fields, strict=True)
        ):
            detail = "no place was found where the walkers stay, and none was shown to be missing"
            return Absence(NAME, "not found", detail)
        beyond = float(sum(ends))
        living = np.flatnonzero(mass > EMPTY)
        first, last = max(living[0] - 1, 0), min(living[-1] + 1, len(mass) - 1)
        new_low, new_high = float(grid[first]), float(grid[last + 1])
        whole = (new_low, new_high)
        if bounded and new_high - new_low > 0.5 * (high - low):
            new_low, new_high = low, high
            break
        bulk = _quantile_range(grid, mass, 1e-3)
        heavy = not bounded and new_high - new_low > 60 * (bulk[1] - bulk[0])
        if heavy:
            # Equal cells over the middle alone: they must resolve it, and the growing cells beyond take the rest.
            bulk = _quantile_range(grid, mass, 0.03)
            margin = 0.5 * (bulk[1] - bulk[0])
            new_low, new_high = max(bulk[0] - margin, limits[0]), min(bulk[1] + margin, limits[1])
        if 0.5 < (new_high - new_low) / (high - low) < 1.5:
            break
        low, high = new_low, new_high
    else:
        return Absence(NAME, "not found", "the search for where the law lives came to no end")
    second = second_eigenvalue(matrix.tocsr(), mass)
    return Lair(grid, mass, new_low, new_high, limits, loss, heavy, second, whole, places, beyond, kept)


def held(matrix: Any, step: Chain, grid: Array, kept: tuple[bool, bool]) -> Any:
    """The same matrix with what passes an end that is `kept` put in the outermost cell; what passes another is lost.

    What is missing by rounding alone is made up for where it is missing: the ends get nothing of it.
    """
    from scipy.sparse import csc_array

    size = len(grid) - 1
    with np.errstate(all="ignore"):
        away = step.mean((grid[1:] + grid[:-1]) / 2) - (grid[0] + grid[-1]) / 2
    matrix = csc_array(matrix)
    total = np.asarray(matrix.sum(axis=0)).ravel()
    rounded = np.abs(total - 1.0) < _ROUNDING
    matrix.data = matrix.data / np.repeat(np.where(rounded, total, 1.0), np.diff(matrix.indptr))
    missing = np.where(rounded, 0.0, np.maximum(1.0 - total, 0.0))
    end = np.where(away > 0, size - 1, 0)
    is_kept = np.where(away > 0, kept[1], kept[0])
    columns = np.flatnonzero((missing > 0) & is_kept & np.isfinite(away))
    extra = csc_array((missing[columns], (end[columns], columns)), shape=(size, size))
    return csc_array(matrix + extra)


def coarse_grid(
    low: float,
    high: float,
    limits: tuple[float, float],
    cells: int,
    ratio: float,
    reach: tuple[float, float] = (FAR, FAR),
    quiet: tuple[float, ...] = (),
) -> Array:
    """Edges: `cells` equal cells from low to high, and beyond them cells that grow by `ratio`, up to the limits or
    `reach` further; towards each quiet point cells shrink by `ratio`.
    """
    core = np.linspace(low, high, cells + 1)
    width = (high - low) / cells
    left, right = (_growing(width, ratio, r) for r in reach)
    left, right = (low - left)[::-1], high + right
    left = np.append(limits[0], left[left > limits[0]]) if np.isfinite(limits[0]) else left
    right = np.append(right[right < limits[1]], limits[1]) if np.isfinite(limits[1]) else right
    grid = np.concatenate([left, core, right])
    grid = np.asarray(grid[np.append(True, np.diff(grid) > 1e-12 * width)])
    for place in quiet:
        if grid[0] <= place <= grid[-1]:
            grid = _closing_in(grid, place, width, ratio)
    return grid


def _growing(width: float, ratio: float, reach: float) -> Array:
    count = max(int(np.ceil(np.log(reach / width * (ratio - 1) + 1) / np.log(ratio))), 1)
    return np.asarray(width * ratio * (ratio ** np.arange(1, count + 1) - 1) / (ratio - 1))


def _closing_in(grid: Array, place: float, width: float, ratio: float) -> Array:
    """Cells whose distances from `place` shrink by `ratio` where they would be wider than that."""
    near = width / (ratio - 1)
    count = int(np.ceil(np.log(1 / _NEAREST) / np.log(ratio)))
    distances = near * ratio ** -np.arange(count, dtype=float)
    # So near a place other than zero numbers are too coarse to tell distances apart.
    distances = distances[distances > 1e-14 * abs(place)]
    inner = np.concatenate([[place], place + distances, place - distances])
    kept = grid[np.abs(grid - place) > near * (1 + 1e-9)]
    inner = inner[(inner >= grid[0]) & (inner <= grid[-1])]
    return np.unique(np.concatenate([kept, grid[[0, -1]], inner]))


def _quantile_range(grid: Array, mass: Array, share: float) -> tuple[float, float]:
    cumulated = np.concatenate([[0.0], np.cumsum(mass)])
    low, high = np.interp([share, 1 - share], cumulated, grid)
    return float(low), float(high)
