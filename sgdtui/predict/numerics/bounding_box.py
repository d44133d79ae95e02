"""Where a law lives: the box that holds all but a negligible part of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.numerics.boundaries import Wall

Box = tuple[tuple[float, float], ...]
_GRID = 161
_CLOSELY = 4001
_LEVEL = 34.0
"""A density is negligible where its logarithm is this far below the largest (1.7e-15)."""


def split(low: float, high: float, cells: int) -> Array:
    """Edges of `cells` equal cells."""
    return np.linspace(low, high, cells + 1)


def first_box(walls: tuple[Wall, ...]) -> list[tuple[float, float]]:
    """A first guess: the walls, else the window, else as wide as the widest window."""
    windows = [w.window for w in walls if w.window is not None]
    widest = max((high - low for low, high in windows), default=2.0)
    return [w.window if w.window is not None else (-widest / 2, widest / 2) for w in walls]


def box_of_density(on_box: Callable[[Box], Callable[[Array], Array]], walls: tuple[Wall, ...]) -> Box | None:
    """The box about the largest values of a density of two variables; None where it does not die out.

    `on_box` gives the logarithm of the density, good on a box. Open sides grow while the density at them is not
    negligible, and shrink to what is not.
    """
    box = first_box(walls)
    span = [high - low for low, high in box]
    for _ in range(60):
        axes = [np.linspace(low, high, _GRID) for low, high in box]
        points = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
        density = on_box(tuple(box))
        values = density(points).reshape(_GRID, _GRID)
        top = values.max()
        if not np.isfinite(top):
            return None
        living = values > top - _LEVEL
        settled = True
        grown = list(box)
        for axis, wall in enumerate(walls):
            if wall.closed:
                continue
            where = np.flatnonzero(living.any(axis=1 - axis))
            low, high = box[axis]
            step = (high - low) / (_GRID - 1)
            first, last = where[0], where[-1]
            # A narrow valley may leave the box between two points of the grid: look closely along its sides.
            first = 0 if _living(density, box, axis, low, top) else first
            last = _GRID - 1 if _living(density, box, axis, high, top) else last
            width = high - low
            new_low = low - width / 2 if first == 0 else low + (first - 1) * step
            new_high = high + width / 2 if last == _GRID - 1 else low + (last + 1) * step
            if first == 0 or last == _GRID - 1 or (new_high - new_low) < 0.6 * width:
                settled = False
            if new_high - new_low > 1e9 * span[axis]:
                return None
            grown[axis] = (new_low, new_high)
        box = grown
        if settled:
            return tuple(box)
    return None


def _living(
    density: Callable[[Array], Array], box: list[tuple[float, float]], axis: int, end: float, top: float
) -> bool:
    """Whether the density is anywhere not negligible on the side of the box at `end` of an axis."""
    side = np.empty((_CLOSELY, 2))
    side[:, axis] = end
    side[:, 1 - axis] = np.linspace(*box[1 - axis], _CLOSELY)
    return bool(np.nanmax(density(side)) > top - _LEVEL)
