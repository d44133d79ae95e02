"""Where the stationary law of a one-dimensional chain lives, found on coarse cells; and whether walkers escape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.basin import reachable, trap
from sgdtui.predict.chain.stationary_vector import second_eigenvalue, stationary_vector
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import kernel_matrix
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.panel_density import FAR
from sgdtui.predict.prediction import Absence

NAME = "transfer"

COARSE = 300
TAIL_RATIO = 1.25
_EMPTY = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Lair:
    """Where the law lives, found on coarse `edges` with `mass`: `low` to `high`, `loss` a step.

    Walkers are caught within `limits`. `heavy` says that the tails are algebraic; `second` is the second largest
    eigenvalue's modulus among the cells that have any mass.
    """

    edges: Array
    mass: Array
    low: float
    high: float
    limits: tuple[float, float]
    loss: float
    heavy: bool
    second: float


def find_lair(step: Chain, edges: Array, wall: Wall, start: float) -> Lair | Absence:
    """Where the law lives, on coarse cells: about the window at first, then about the law itself."""
    low, high = float(edges[0]), float(edges[-1])
    limits = (wall.low, wall.high)
    reached = None if wall.closed else reachable(step, start, high - low)
    if reached is not None:
        # Bounded noise never leaves this interval: other wells may exist, but not for these walkers.
        limits = low, high = reached
    elif not wall.closed:
        middle = (low + high) / 2
        caught = trap(step, start, high - low) or trap(step, middle, high - low)
        if caught is None:
            return Absence(NAME, "not normalisable", "the steps diverge: eta is beyond stability")
        limits = caught
    low, high = max(low, limits[0]), min(high, limits[1])
    if not low < high:
        low, high = max(limits[0], -FAR), min(limits[1], FAR)
    for _ in range(12):
        grid = coarse_grid(low, high, limits, COARSE, TAIL_RATIO)
        matrix = kernel_matrix(step, grid, wall)
        mass, loss = stationary_vector(matrix)
        if not np.all(np.isfinite(mass)):
            return Absence(NAME, "not normalisable", "the chain has no stationary law")
        if not np.all(np.isfinite(limits)) and _spreads(grid, mass):
            return Absence(NAME, "not normalisable", "the chain spreads without bound")
        living = np.flatnonzero(mass > _EMPTY)
        first, last = max(living[0] - 1, 0), min(living[-1] + 1, len(mass) - 1)
        new_low, new_high = float(grid[first]), float(grid[last + 1])
        if wall.closed or (reached is not None and new_high - new_low > 0.5 * (high - low)):
            new_low, new_high = (low, high) if reached is not None else limits
            break
        bulk = _quantile_range(grid, mass, 1e-3)
        heavy = new_high - new_low > 60 * (bulk[1] - bulk[0])
        if heavy:
            # Equal cells over the middle alone: they must resolve it, and the growing cells beyond take the rest.
            bulk = _quantile_range(grid, mass, 0.03)
            margin = 0.5 * (bulk[1] - bulk[0])
            new_low, new_high = max(bulk[0] - margin, limits[0]), min(bulk[1] + margin, limits[1])
        if 0.5 < (new_high - new_low) / (high - low) < 1.5:
            break
        low, high = new_low, new_high
    else:
        heavy = False
    if wall.closed or reached is not None:
        heavy = False
    return Lair(grid, mass, new_low, new_high, limits, loss, heavy, second_eigenvalue(matrix.tocsr(), mass))


def coarse_grid(low: float, high: float, limits: tuple[float, float], cells: int, ratio: float) -> Array:
    """Edges: `cells` equal cells from low to high, and beyond them cells that grow by `ratio`, up to the limits."""
    core = np.linspace(low, high, cells + 1)
    width = (high - low) / cells
    count = int(np.ceil(np.log(FAR / width * (ratio - 1) + 1) / np.log(ratio)))
    reach = width * ratio * (ratio ** np.arange(1, max(count, 1) + 1) - 1) / (ratio - 1)
    left, right = (low - reach)[::-1], high + reach
    left = np.append(limits[0], left[left > limits[0]]) if np.isfinite(limits[0]) else left
    right = np.append(right[right < limits[1]], limits[1]) if np.isfinite(limits[1]) else right
    grid = np.concatenate([left, core, right])
    return np.asarray(grid[np.append(True, np.diff(grid) > 1e-12 * width)])


def _spreads(grid: Array, mass: Array) -> bool:
    """Whether the mass does not die out from one stretch of three decades to the next, far away."""
    distance = np.minimum(np.abs(grid[:-1]), np.abs(grid[1:]))
    last = float(mass[distance > FAR / 1e3].sum())
    before = float(mass[(distance > FAR / 1e6) & (distance <= FAR / 1e3)].sum())
    return last > 1e-2 or (last > 1e-9 and last > 0.7 * before)


def _quantile_range(grid: Array, mass: Array, share: float) -> tuple[float, float]:
    cumulated = np.concatenate([[0.0], np.cumsum(mass)])
    low, high = np.interp([share, 1 - share], cumulated, grid)
    return float(low), float(high)
