"""Walkers as dots at their places."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.draw.canvas import BOLD, Canvas
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
