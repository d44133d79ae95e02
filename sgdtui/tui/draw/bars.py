"""A histogram as bars in eighths of a cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import SPACE, Canvas
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.steady import Steady

EIGHTHS = np.array([ord(c) for c in " ▁▂▃▄▅▆▇█"], np.uint32)
SIDE_EIGHTHS = np.array([ord(c) for c in " ▏▎▍▌▋▊▉█"], np.uint32)
ASCII_EIGHTHS = np.array([ord(c) for c in "  ..::###"], np.uint32)


def bins_of(edges: np.ndarray, positions: np.ndarray | float) -> NDArray[np.intp]:
    """The bins that positions lie in; the first or the last for those outside."""
    return np.clip(np.searchsorted(edges, positions, side="right") - 1, 0, len(edges) - 2)


def columns_of(
    edges: np.ndarray, density: np.ndarray, low: float, high: float, columns: int
) -> NDArray[np.float64]:
    """A density over bins as averages over equal columns of [low, high], (columns,); exact for piecewise constants."""
    cumulative = np.concatenate([[0.0], np.cumsum(np.nan_to_num(density) * np.diff(edges))])
    borders = np.linspace(low, high, columns + 1)
    averages: NDArray[np.float64] = np.diff(np.interp(borders, edges, cumulative)) / ((high - low) / columns)
    return averages


def _eighths(values: np.ndarray, top: float, cells: int, steady: Steady | None) -> np.ndarray:
    """How many eighths of a cell each value takes, in units of `top`, of `cells` cells."""
    eighths = np.clip(values / top, 0.0, 1.0) * (8 * cells)
    steps = steady.of(eighths) if steady else np.rint(np.nan_to_num(eighths)).astype(np.int64)
    return np.asarray(np.clip(steps, 0, 8 * cells))


def draw_bars(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    heights: np.ndarray,
    top: float,
    steady: Steady | None = None,
    ink: int = Role.SGD,
) -> None:
    """Bars of `heights` (columns,) in units of `top`, standing on the lowest row of the box."""
    if rows <= 0 or columns <= 0 or top <= 0:
        return
    steps = _eighths(heights, top, rows, steady)
    from_bottom = np.arange(rows - 1, -1, -1)[:, None]
    level = np.clip(steps[None, :] - 8 * from_bottom, 0, 8)
    glyphs = (ASCII_EIGHTHS if canvas.look.ascii else EIGHTHS)[level]
    part = (slice(y, y + rows), slice(x, x + columns))
    filled = level > 0
    canvas.glyph[part] = np.where(filled, glyphs, canvas.glyph[part])
    canvas.ink[part] = np.where(filled, ink, canvas.ink[part])
    canvas.glyph[part] = np.where(filled & (glyphs == SPACE), SPACE, canvas.glyph[part])


def draw_sideways(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    lengths: np.ndarray,
    top: float,
    steady: Steady | None = None,
    ink: int = Role.SGD,
) -> None:
    """Bars of `lengths` (rows,), the first row's first, in units of `top`, from the box's left edge to the right."""
    if rows <= 0 or columns <= 0 or top <= 0:
        return
    steps = _eighths(lengths, top, columns, steady)
    level = np.clip(steps[:, None] - 8 * np.arange(columns)[None, :], 0, 8)
    glyphs = (ASCII_EIGHTHS if canvas.look.ascii else SIDE_EIGHTHS)[level]
    part = (slice(y, y + rows), slice(x, x + columns))
    filled = (level > 0) & (glyphs != SPACE)
    canvas.glyph[part] = np.where(filled, glyphs, canvas.glyph[part])
    canvas.ink[part] = np.where(filled, ink, canvas.ink[part])
