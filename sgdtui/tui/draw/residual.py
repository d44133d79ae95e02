"""The residual (SGD − prediction)/σ of every column, filled from nought, with the band of ±2σ shaded."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.curves import BRAILLE, DOT
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.steady import Steady

REACH = 6.0
"""The residual, in σ, at the top and bottom of the strip; beyond it is drawn clipped."""

BAND = 2.0


def draw_residual(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    sigmas: np.ndarray,
    ink: int,
    steady: Steady | None = None,
) -> None:
    """Residuals `sigmas` (columns,) in units of their standard error; not finite is a gap.

    Inside ±2σ they are muted, outside in `ink`. Where grounds cannot be shaded, dots mark the band's edges.
    """
    if rows <= 0 or columns <= 0:
        return
    look = canvas.look
    row_sigma = REACH * (1 - 2 * (np.arange(rows) + 0.5) / rows)
    in_band = np.abs(row_sigma) <= BAND + REACH / rows * 0.5
    if look.shaded:
        canvas.ground[y : y + rows, x : x + columns] = np.where(in_band[:, None], Role.BAND, Role.DEFAULT)
    else:
        edges = [
            row
            for row in range(rows)
            if in_band[row] and (row == 0 or row == rows - 1 or not (in_band[row - 1] and in_band[row + 1]))
        ]
        for row in edges:
            canvas.fill(x, y + row, columns, 1, "." if look.ascii else "┈", Role.RULE)
    half = rows * 2
    steps = np.clip(np.nan_to_num(sigmas), -REACH, REACH) / REACH * half
    dots = np.clip(steady.of(steps) if steady else np.rint(steps).astype(np.int64), -half, half)
    inks = np.where(np.abs(sigmas) > BAND, ink, Role.MUTED)
    if look.ascii:
        _draw_ascii(canvas, x, y, columns, rows, dots, inks, np.isfinite(sigmas))
        return
    height = rows * 4
    line = np.arange(height)[:, None]
    above = (line < half) & (line >= half - np.maximum(dots, 0)[None])
    below = (line >= half) & (line < half + np.maximum(-dots, 0)[None])
    marks = above | below
    zero = (dots == 0) & np.isfinite(sigmas)
    marks[half - 1, zero] = True
    cells = np.repeat(marks, 2, axis=1).reshape(rows, 4, columns, 2).transpose(0, 2, 1, 3)
    bits = (cells * DOT[None, None]).sum(axis=(2, 3)).astype(np.uint32)
    part = (slice(y, y + rows), slice(x, x + columns))
    canvas.glyph[part] = np.where(bits > 0, bits + BRAILLE, canvas.glyph[part])
    canvas.ink[part] = np.where(bits > 0, inks[None, :], canvas.ink[part])


def _draw_ascii(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    dots: np.ndarray,
    inks: np.ndarray,
    good: np.ndarray,
) -> None:
    middle = (rows - 1) / 2
    for column in range(columns):
        if not good[column]:
            continue
        far = round(float(dots[column]) / 4)
        row = round(min(rows - 1, max(0, middle - far)))
        between = range(min(row, int(middle)), max(row, int(middle)) + 1)
        for r in between:
            canvas.write(
                x + column,
                y + r,
                "+" if dots[column] > 0 else "-" if dots[column] < 0 else ".",
                int(inks[column]),
            )
