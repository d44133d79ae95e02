"""Two-dimensional maps in half blocks: two shades a cell, one above the other; a ramp of glyphs without colour."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import SPACE, Canvas
from sgdtui.tui.draw.roles import DIVERGES, SHADES, Role
from sgdtui.tui.draw.steady import Steady

UPPER_HALF = ord("▀")
RAMP = np.array([ord(c) for c in " ░▒▓"], np.uint32)
ASCII_RAMP = np.array([ord(c) for c in " .:%#"], np.uint32)
"""Without colour shape alone tells what is what: none of these is in a contour, an arrow or a walker."""
SIGNED_RAMP = np.array([ord(c) for c in "=- +#"], np.uint32)


FINE = 16
"""Fewer bins than these are shown as what they are."""


@lru_cache(maxsize=32)
def _overlap(bins: int, cells: int) -> NDArray[np.float64]:
    """How much of each of `bins` equal bins lies in each of `cells` equal cells, rows summing to one."""
    borders = np.linspace(0, bins, cells + 1)
    left = np.maximum(borders[:-1, None], np.arange(bins)[None])
    right = np.minimum(borders[1:, None], np.arange(1, bins + 1)[None])
    share = np.clip(right - left, 0, None)
    overlap: NDArray[np.float64] = share / share.sum(axis=1, keepdims=True)
    return overlap


@lru_cache(maxsize=32)
def _between(bins: int, cells: int) -> NDArray[np.float64]:
    """The weights of `bins` equal bins at the middles of `cells` equal cells, linear between the bins' middles."""
    place = np.clip((np.arange(cells) + 0.5) / cells * bins - 0.5, 0, bins - 1)
    lower = np.minimum(place.astype(int), max(bins - 2, 0))
    share = place - lower
    weights = np.zeros((cells, bins))
    weights[np.arange(cells), lower] += 1 - share
    weights[np.arange(cells), np.minimum(lower + 1, bins - 1)] += share
    return weights


def _onto(bins: int, cells: int) -> NDArray[np.float64]:
    """From bins to cells: interpolated where cells are many more, averaged else."""
    return _between(bins, cells) if cells >= 1.25 * bins and bins >= FINE else _overlap(bins, cells)


def resample(values: np.ndarray, columns: int, rows: int) -> NDArray[np.float64]:
    """Averages of values (nx, ny) over equal cells, (rows, columns), the first row at the largest y.

    Where there are more cells than bins they are interpolated, so that no bin is seen as a block.
    """
    clean = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    averages: NDArray[np.float64] = _onto(clean.shape[1], rows) @ clean.T @ _onto(clean.shape[0], columns).T
    return averages[::-1]


_COARSE = 3
"""Shades that are one while the law moves: 0, 3, 6, …, 15 are used."""


def draw_map(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    values: np.ndarray,
    peak: float,
    steady: Steady | None = None,
    moving: bool = False,
) -> None:
    """A map of values ≥ 0 (nx, ny), shaded by their square root in units of that of `peak`.

    While it is `moving` all over the picture only every third shade is used: a third of the cells changes less, so that
    a frame stays within what a slow line carries.
    """
    if rows <= 0 or columns <= 0:
        return
    halves = 2 if canvas.look.shaded else 1
    fine = np.sqrt(np.clip(resample(values, columns, halves * rows) / max(peak, 1e-300), 0.0, 1.0))
    steps = SHADES if canvas.look.shaded else len(ASCII_RAMP if canvas.look.ascii else RAMP)
    levels = fine * (steps - 1)
    shade = np.clip(steady.of(levels) if steady else np.rint(levels).astype(np.int64), 0, steps - 1)
    if moving and canvas.look.shaded:
        shade = (shade + 1) // _COARSE * _COARSE
    _paint(canvas, x, y, columns, rows, shade, Role.SHADE, ASCII_RAMP if canvas.look.ascii else RAMP)


def draw_signed_map(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    values: np.ndarray,
    reach: float,
    steady: Steady | None = None,
) -> None:
    """A map of signed values (nx, ny) from -reach to reach, nought in the middle of a diverging ramp."""
    if rows <= 0 or columns <= 0:
        return
    halves = 2 if canvas.look.shaded else 1
    fine = np.clip(resample(values, columns, halves * rows) / max(reach, 1e-300), -1.0, 1.0)
    steps = DIVERGES if canvas.look.shaded else len(SIGNED_RAMP)
    levels = (fine + 1) / 2 * (steps - 1)
    shade = np.clip(steady.of(levels) if steady else np.rint(levels).astype(np.int64), 0, steps - 1)
    _paint(canvas, x, y, columns, rows, shade, Role.DIVERGE, SIGNED_RAMP)


def _paint(
    canvas: Canvas, x: int, y: int, columns: int, rows: int, shade: np.ndarray, first: int, ramp: np.ndarray
) -> None:
    part = (slice(y, y + rows), slice(x, x + columns))
    if canvas.look.shaded:
        upper, lower = shade[0::2] + first, shade[1::2] + first
        same = upper == lower
        canvas.glyph[part] = np.where(same, 32, UPPER_HALF)
        canvas.ink[part] = np.where(same, Role.TEXT, upper)
        canvas.ground[part] = lower
    else:
        canvas.glyph[part] = ramp[shade]
        canvas.ink[part] = Role.SGD


def is_shade(glyphs: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether cells hold nothing or a character of a ramp."""
    return np.asarray(np.isin(glyphs, np.concatenate([RAMP, ASCII_RAMP])))


def leave_out_shade(canvas: Canvas, row: int, begin: int, end: int) -> None:
    """Where a ramp shades, its cells of a row from `begin` on before `end` become empty, so that what stands between
    them stands apart by its shape.
    """
    if canvas.look.shaded or not 0 <= row < canvas.height:
        return
    part = (row, slice(max(begin, 0), max(end, 0)))
    canvas.glyph[part] = np.where(is_shade(canvas.glyph[part]), SPACE, canvas.glyph[part])
