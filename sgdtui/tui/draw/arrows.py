"""Arrows: eight directions and three lengths on maps, two directions and three lengths along a line.

Upright and diagonal arrows are at most two rows high, since a cell is; the longest of them are bold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import BOLD, Canvas

HEADS = "→↗↑↖←↙↓↘"
TAILS = "─╱│╲─╱│╲"
ASCII_HEADS = ">/^\\</v\\"
ASCII_TAILS = "-.|.-.|."
STEPS = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
SLOT = (5, 3)
"""The cells (columns, rows) that one arrow of a map may use."""

LOW = 12
"""On maps of fewer rows an arrow gets two rows, and upright ones have no tail."""

THRESHOLDS = (1 / 16, 1 / 4, 5 / 8)
"""From which share of the longest arrow an arrow has length 1, 2 and 3; below the first it is a dot."""


def lengths(size: np.ndarray, longest: float) -> NDArray[np.int64]:
    """0 (a dot), 1, 2 or 3 for sizes in units of the longest arrow; not finite is -1 (nothing)."""
    if not longest > 0:
        return np.where(np.isfinite(size), 0, -1).astype(np.int64)
    share = size / longest
    steps = sum((share >= threshold).astype(np.int64) for threshold in THRESHOLDS)
    return np.where(np.isfinite(size), steps, -1).astype(np.int64)


def longest_of(size: np.ndarray, weight: np.ndarray | None = None) -> float:
    """The size that counts as longest: the largest finite one where there is weight (walkers ever come there)."""
    good = np.isfinite(size)
    if weight is not None and weight.shape == size.shape:
        good &= weight > 0.02 * np.max(weight, initial=0.0)
    return float(size[good].max()) if good.any() else 0.0


def sample_line(
    edges: np.ndarray, values: np.ndarray, low: float, high: float, slots: int
) -> NDArray[np.float64]:
    """Values of bins at the middles of equal slots of [low, high], (slots,); NaN outside the bins."""
    middles = low + (np.arange(slots) + 0.5) * (high - low) / slots
    index = np.searchsorted(edges, middles, side="right") - 1
    inside = (index >= 0) & (index < len(values))
    return np.where(inside, np.asarray(values, float)[np.clip(index, 0, len(values) - 1)], np.nan)


def draw_line_arrows(
    canvas: Canvas, x: int, y: int, columns: int, values: np.ndarray, longest: float, ink: int, cells: int = 4
) -> None:
    """One row of arrows, a slot of `cells` cells each, pointing right where the value (slots,) is positive."""
    ascii = canvas.look.ascii
    step = lengths(np.abs(values), longest)
    for slot, (value, length) in enumerate(zip(values, step, strict=True)):
        start = x + slot * cells
        if length < 0 or start + cells > x + columns:
            continue
        shaft = ("-" if ascii else "─") * (int(length) - 1)
        if length == 0:
            text = "." if ascii else "·"
        elif value > 0:
            text = shaft + (">" if ascii else "→")
        else:
            text = ("<" if ascii else "←") + shaft
        canvas.write(
            start + (cells - 1 - len(text) + 1) // 2, y, text, ink, weight=0 if length == 0 else BOLD
        )


def draw_map_arrows(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    field: np.ndarray,
    spans: tuple[float, float],
    longest: float,
    ink: int,
    weight: np.ndarray | None = None,
) -> None:
    """Arrows of a field (2, nx, ny) over a map; `spans` are the lengths of the axes, so that directions are true.

    Where `weight` (nx, ny) is under a thousandth of its peak nothing is drawn: nobody is there.
    """
    slot_columns, slot_rows = SLOT[0], SLOT[1] if rows >= LOW else 2
    across, down = columns // slot_columns, rows // slot_rows
    if across < 1 or down < 1:
        return
    nx, ny = field.shape[1:]
    left, top = (columns - across * slot_columns) // 2, (rows - down * slot_rows) // 2
    ascii = canvas.look.ascii
    size = np.hypot(field[0], field[1])
    step = lengths(size, longest)
    floor = 1e-3 * float(np.nanmax(weight)) if weight is not None and weight.size else None
    for j in range(down):
        row = top + j * slot_rows + slot_rows // 2
        for i in range(across):
            column = left + i * slot_columns + slot_columns // 2
            a = min(nx - 1, int((column + 0.5) / columns * nx))
            b = min(ny - 1, int((1 - (row + 0.5) / rows) * ny))
            length = int(step[a, b])
            if length < 0 or (floor is not None and weight is not None and not weight[a, b] > floor):
                continue
            if length == 0:
                canvas.write(x + column, y + row, "." if ascii else "·", ink)
                continue
            angle = np.arctan2(field[1, a, b] / spans[1] * rows * 2, field[0, a, b] / spans[0] * columns)
            way = round(float(angle) / (np.pi / 4)) % 8
            dx, dy = STEPS[way]
            reach = length - 1 if dy == 0 else min(length - 1, slot_rows - 2)
            back = reach // 2
            head_x, head_y = column + dx * (reach - back), row + dy * (reach - back)
            for k in range(reach, 0, -1):
                tail = (ASCII_TAILS if ascii else TAILS)[way]
                _stroke(canvas, x, y, columns, rows, head_x - dx * k, head_y - dy * k, tail, ink, length)
            _stroke(
                canvas,
                x,
                y,
                columns,
                rows,
                head_x,
                head_y,
                (ASCII_HEADS if ascii else HEADS)[way],
                ink,
                length,
            )


def _stroke(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    column: int,
    row: int,
    glyph: str,
    ink: int,
    length: int,
) -> None:
    if 0 <= column < columns and 0 <= row < rows:
        canvas.write(x + column, y + row, glyph, ink, weight=BOLD if length == 3 else 0)
