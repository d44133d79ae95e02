"""Walkers as dots at their places, and the steps that brought them there."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.curves import braille_of, put_dots
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.roles import Role


def cells_of(box: Box, x: np.ndarray, y: np.ndarray) -> list[tuple[int, int]]:
    """The (column, row) of every point that is finite and in the box, each once."""
    good = np.isfinite(x) & np.isfinite(y)
    good &= (x >= box.low) & (x <= box.high) & (y >= box.bottom) & (y <= box.top)
    if box.columns < 1 or box.rows < 1 or not good.any():
        return []
    across = (x[good] - box.low) / max(box.high - box.low, 1e-300) * box.columns
    down = (box.top - y[good]) / max(box.top - box.bottom, 1e-300) * box.rows
    columns = np.minimum(across.astype(int), box.columns - 1) + box.x
    rows = np.minimum(down.astype(int), box.rows - 1) + box.y
    return sorted({(int(c), int(r)) for c, r in zip(columns, rows, strict=True)})


def draw_walkers(canvas: Canvas, box: Box, x: np.ndarray, y: np.ndarray) -> None:
    """Dots at (x, y) (n,) in the box's numbers."""
    dot = ord("o" if canvas.look.ascii else "●")
    for column, row in cells_of(box, x, y):
        canvas.glyph[row, column] = dot
        canvas.ink[row, column] = Role.WALKER
        canvas.weight[row, column] = BOLD


def draw_steps(
    canvas: Canvas, box: Box, before: tuple[np.ndarray, np.ndarray], x: np.ndarray, y: np.ndarray
) -> None:
    """A thin line from where each was (x, y) to where it is, in braille; where there is none, only the dots."""
    if canvas.look.ascii or box.columns < 1 or box.rows < 1:
        return
    dots = np.zeros((4 * box.rows, 2 * box.columns), bool)
    across, up = max(box.high - box.low, 1e-300), max(box.top - box.bottom, 1e-300)

    def places(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (x - box.low) / across * 2 * box.columns, (box.top - y) / up * 4 * box.rows

    from_x, from_y = places(*before)
    to_x, to_y = places(x, y)
    for ends in zip(from_x, from_y, to_x, to_y, strict=True):
        if not np.isfinite(ends).all():
            continue
        count = min(int(max(abs(ends[2] - ends[0]), abs(ends[3] - ends[1]))) + 1, 4 * box.columns)
        columns = np.linspace(ends[0], ends[2], count + 1).astype(int)
        rows = np.minimum(np.linspace(ends[1], ends[3], count + 1).astype(int), 4 * box.rows - 1)
        inside = (columns >= 0) & (columns < 2 * box.columns) & (rows >= 0)
        dots[rows[inside], columns[inside]] = True
    put_dots(canvas, box.x, box.y, braille_of(dots), Role.WALKER)
