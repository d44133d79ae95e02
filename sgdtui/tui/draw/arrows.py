"""Arrows: eight directions and three lengths on maps, two directions and three lengths along a line.

Upright and diagonal arrows are at most two rows high, since a cell is; the longest of them are bold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.maps import is_shade, leave_out_shade

HEADS = "→↗↑↖←↙↓↘"
TAILS = "─╱│╲─╱│╲"
ASCII_HEADS = ">/^\\</v\\"
ASCII_TAILS = "-.|.-.|."
STEPS = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
SLOTS = ((6, 3), (5, 3), (5, 2), (4, 2), (3, 2), (3, 1))
"""The cells (columns, rows) that one arrow of a map may use: the first with enough places is used."""

PLACES = {True: 40, False: 20}
"""Arrows that a map should have at least: where shades are grounds, and where they are characters that arrows hide."""

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

    Where `weight` (nx, ny) is under a thousandth of its peak nothing is drawn: nobody is there. The arrows stand as far
    apart as leaves `PLACES` of them. Without shades as grounds they leave lines whole, and a margin empty.
    """
    ascii = canvas.look.ascii
    size = np.hypot(field[0], field[1])
    step = lengths(size, longest)
    floor = 1e-3 * float(np.nanmax(weight)) if weight is not None and weight.size else None
    seen = step >= 0
    if floor is not None and weight is not None:
        seen &= weight > floor
    free = np.ones((rows, columns), bool) if canvas.look.shaded else ~_drawn(canvas, x, y, columns, rows)
    (slot_columns, slot_rows), places = _places(free, seen, PLACES[canvas.look.shaded])
    for column, row, a, b in places:
        length = int(step[a, b])
        if length == 0:
            canvas.write(x + column, y + row, "." if ascii else "·", ink)
            continue
        angle = np.arctan2(field[1, a, b] / spans[1] * rows * 2, field[0, a, b] / spans[0] * columns)
        # A stroke of ASCII that leans has no head: the four ways that have one.
        way = 2 * round(float(angle) / (np.pi / 2)) % 8 if ascii else round(float(angle) / (np.pi / 4)) % 8
        dx, dy = STEPS[way]
        reach = min(length - 1, max((slot_columns if dy == 0 else slot_rows) - 2, 0))
        cells = _cells(column, row, dx, dy, reach)
        while not all(free[b, a] for a, b in cells if 0 <= a < columns and 0 <= b < rows):
            cells = _cells(column, row, dx, dy, len(cells) - 2)  # its own cell is free
        tail, head = (ASCII_TAILS, ASCII_HEADS) if ascii else (TAILS, HEADS)
        for at, down in cells:
            leave_out_shade(canvas, y + down, max(x + at - 1, x), min(x + at + 2, x + columns))
        for at, down in cells[:-1]:
            _stroke(canvas, x, y, columns, rows, at, down, tail[way], ink, length)
        _stroke(canvas, x, y, columns, rows, *cells[-1], head[way], ink, length)


def _cells(column: int, row: int, dx: int, dy: int, reach: int) -> list[tuple[int, int]]:
    """The cells (column, row) of an arrow about a place, from its tail to its head, `reach` cells before that."""
    ahead = reach - reach // 2
    return [(column + dx * k, row + dy * k) for k in range(ahead - reach, ahead + 1)]


def _drawn(canvas: Canvas, x: int, y: int, columns: int, rows: int) -> NDArray[np.bool_]:
    """The cells (rows, columns) in or beside which something other than a shade stands."""
    glyphs = canvas.glyph[y : y + rows, x : x + columns]
    taken = np.pad(~is_shade(glyphs), ((0, 0), (1, 1)))
    return np.asarray(taken[:, 1:-1] | taken[:, :-2] | taken[:, 2:])


def _places(
    free: NDArray[np.bool_], seen: np.ndarray, wanted: int
) -> tuple[tuple[int, int], list[tuple[int, int, int, int]]]:
    """The slot, and (column, row, bin along x, bin along y) of every arrow, where `seen` (nx, ny) is true and the cell
    is `free` (rows, columns); as many as are `wanted` if there can be.
    """
    (rows, columns), (nx, ny) = free.shape, seen.shape
    found: list[tuple[int, int, int, int]] = []
    slot_columns, slot_rows = SLOTS[-1]
    for slot_columns, slot_rows in SLOTS:
        across, down = columns // slot_columns, rows // slot_rows
        left, top = (columns - across * slot_columns) // 2, (rows - down * slot_rows) // 2
        found = []
        for j in range(down):
            row = top + j * slot_rows + slot_rows // 2
            for i in range(across):
                column = left + i * slot_columns + slot_columns // 2
                a = min(nx - 1, int((column + 0.5) / columns * nx))
                b = min(ny - 1, int((1 - (row + 0.5) / rows) * ny))
                if seen[a, b] and free[row, column]:
                    found.append((column, row, a, b))
        if len(found) >= wanted:
            break
    return (slot_columns, slot_rows), found


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
