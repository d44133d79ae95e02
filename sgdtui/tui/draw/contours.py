"""Contour lines in braille: the borders of the regions that hold most of a law's mass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.curves import braille_of
from sgdtui.tui.draw.maps import resample


def mass_levels(density: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """The densities (equal cells) above which so much of the mass lies: the borders of the smallest such regions."""
    ordered = np.sort(np.nan_to_num(density).ravel())[::-1]
    mass = np.cumsum(ordered)
    if not len(mass) or not mass[-1] > 0:
        return []
    places = np.searchsorted(mass, np.array(shares) * mass[-1])
    return [float(ordered[min(place, len(ordered) - 1)]) for place in places]


def contour_dots(density: np.ndarray, columns: int, rows: int, levels: list[float]) -> NDArray[np.uint32]:
    """Braille (rows, columns), 0 where empty, of the lines, two dots thick, where the density (nx, ny)
    passes a level.
    """
    fine = resample(density, 2 * columns, 4 * rows)
    dots = np.zeros(fine.shape, bool)
    for level in levels:
        dots |= _border(fine >= level)
    dots[:, 1:] |= dots[:, :-1].copy()
    return braille_of(dots)


def contour_cells(density: np.ndarray, columns: int, rows: int, levels: list[float]) -> NDArray[np.uint32]:
    """The same lines in stars (rows, columns), 0 where empty, one cell thick, for terminals without braille."""
    cells = np.zeros((rows, columns), bool)
    for level in levels:
        cells |= _border(resample(density, columns, rows) >= level)
    return np.where(cells, np.uint32(ord("*")), np.uint32(0))


def _border(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The outermost cells of a region (rows, columns); where the window cuts it there is none."""
    padded = np.pad(inside, 1, constant_values=True)
    around = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return np.asarray(inside & ~around)
