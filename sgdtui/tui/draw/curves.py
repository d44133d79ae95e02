"""Curves in braille (2×4 dots a cell) drawn over what is there; a bar behind a curve stays as the cell's ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.bars import EIGHTHS, SIDE_EIGHTHS
from sgdtui.tui.draw.canvas import BOLD, Canvas

BRAILLE = 0x2800
DOT = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint32)
"""The bit of each dot in a braille cell, by (row, column)."""

PATTERNS = {
    "solid": (1,),
    "dotted": (1, 0, 0),
    "dashed": (1, 1, 1, 1, 0, 0, 0),
    "dash-dot": (1, 1, 1, 0, 0, 1, 0, 0),
    "long-dashed": (1, 1, 1, 1, 1, 1, 1, 0, 0, 0),
    "sparse": (1, 0, 0, 0, 0, 0),
    "ground": (1,),
    "before": (1,),
}
"""Which dots along a curve are set: how curves differ without colour, where several are drawn on one another.

`ground` is what walkers stand on and `before` a run that is compared: in ASCII they are not the prediction's `*`.
"""

ASCII_MARK = {
    "solid": "*", "dotted": "o", "dashed": "-", "dash-dot": "~", "long-dashed": "=", "sparse": ".",
    "ground": ".", "before": "~",
}  # fmt: skip


def curve_dots(
    levels: np.ndarray, columns: int, rows: int, pattern: tuple[int, ...] = (1,), bold: bool = False
) -> NDArray[np.uint32]:
    """Braille codepoints (rows, columns), 0 where empty, of a curve.

    `levels` (2·columns,) are heights in [0, 1] from the bottom, one a dot column; not finite is a gap, and what is
    above or below the box is cut off. Neighbouring dots are joined vertically. `pattern` runs along the curve. A
    `bold` one is two dots thick, where it is steep and where it is flat.
    """
    dots = np.zeros((rows * 4, columns * 2), bool)
    height = rows * 4
    good = np.isfinite(levels)
    row_of = np.where(good, np.rint((1.0 - np.where(good, levels, 0.0)) * (height - 1)), -(10**6))
    row_of = np.clip(row_of, -(10**6), 10**6).astype(np.int64)
    along, period = 0, len(pattern)
    previous: int | None = None
    for column in range(columns * 2):
        if not good[column]:
            previous = None
            continue
        row = int(row_of[column])
        if previous is None or abs(row - previous) <= 1:
            span: tuple[int, ...] = (row,)
        else:
            step = 1 if row > previous else -1
            first = (
                max(min(previous + step, height), -1) if step > 0 else min(max(previous + step, -1), height)
            )
            last = max(min(row, height), -1)
            span = tuple(range(first, last + step, step)) or (row,)
        for r in span:
            if pattern[along % period] and 0 <= r < height:
                dots[r, column] = True
            along += 1
        previous = row
    if bold:
        wide = dots.copy()
        wide[:-1] |= dots[1:]
        wide[:, 1:] |= dots[:, :-1]
        dots = wide
    return braille_of(dots)


def braille_of(dots: np.ndarray) -> NDArray[np.uint32]:
    """Braille codepoints (rows, columns), 0 where empty, of dots (4·rows, 2·columns)."""
    rows, columns = dots.shape[0] // 4, dots.shape[1] // 2
    cells = dots.reshape(rows, 4, columns, 2).transpose(0, 2, 1, 3)
    bits = (cells * DOT[None, None]).sum(axis=(2, 3)).astype(np.uint32)
    return np.where(bits > 0, bits + BRAILLE, 0).astype(np.uint32)


def draw_curve(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    levels: np.ndarray,
    ink: int,
    kind: str = "solid",
    bold: bool = False,
) -> None:
    """Draws a curve of heights `levels` (2·columns,) in [0, 1] over the box; see `curve_dots`."""
    if rows <= 0 or columns <= 0:
        return
    if canvas.look.ascii:
        _draw_ascii(canvas, x, y, columns, rows, levels, ink, ASCII_MARK[kind], bold)
        return
    put_dots(canvas, x, y, curve_dots(levels, columns, rows, PATTERNS[kind], bold), ink)


def put_dots(canvas: Canvas, x: int, y: int, glyphs: np.ndarray, ink: int) -> None:
    """Puts braille (rows, columns) over what is there; a bar or a shade behind it stays as the cell's ground."""
    rows, columns = glyphs.shape
    part = (slice(y, y + rows), slice(x, x + columns))
    old = canvas.glyph[part]
    old_braille = (old >= BRAILLE) & (old < BRAILLE + 256)
    drawn = glyphs > 0
    merged = np.where(drawn & old_braille & (canvas.ink[part] == ink), glyphs | old, glyphs)
    upright = (old >= EIGHTHS[4]) & (old <= EIGHTHS[8])
    behind = (upright | ((old >= SIDE_EIGHTHS[8]) & (old <= SIDE_EIGHTHS[4]))) & drawn
    if canvas.look.colours >= 16:
        canvas.ground[part] = np.where(behind, canvas.ink[part], canvas.ground[part])
    canvas.glyph[part] = np.where(drawn, merged, old)
    canvas.ink[part] = np.where(drawn, ink, canvas.ink[part])
    canvas.weight[part] = np.where(drawn, BOLD if not canvas.look.colours else 0, canvas.weight[part])


def draw_sideways_curve(
    canvas: Canvas, x: int, y: int, columns: int, rows: int, levels: np.ndarray, ink: int, bold: bool = False
) -> None:
    """A curve of lengths `levels` (4·rows,) in [0, 1] from the box's left edge, the first dot row's first."""
    if rows <= 0 or columns <= 0:
        return
    if canvas.look.ascii:
        for row, level in enumerate(levels.reshape(rows, 4).mean(axis=1)):
            if np.isfinite(level) and -0.02 <= level <= 1.02:
                canvas.write(x + min(columns - 1, max(0, int(level * columns))), y + row, "*", ink)
        return
    dots = np.zeros((4 * rows, 2 * columns), bool)
    place = np.rint(np.where(np.isfinite(levels), levels, -1.0) * (2 * columns - 1)).astype(int)
    for row in range(4 * rows):
        near = place[max(row - 1, 0)] if row else place[row]
        begin, end = sorted((int(near), int(place[row])))
        if place[row] >= 0:
            begin = end if near < 0 else begin
            dots[row, max(begin + (begin < end), 0) : min(end + 1, 2 * columns)] = True
    if bold:
        dots[:, :-1] |= dots[:, 1:]
    put_dots(canvas, x, y, braille_of(dots), ink)


def _draw_ascii(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    levels: np.ndarray,
    ink: int,
    mark: str,
    joined: bool,
) -> None:
    """One mark a column; a `joined` line goes on upright where it is steep, as far as the row beside the next one."""
    means = levels[: 2 * columns].reshape(columns, 2).mean(axis=1)
    previous: int | None = None
    for column in range(columns):
        level = means[column]
        if not (np.isfinite(level) and -0.02 <= level <= 1.02):
            previous = None
            continue
        row = min(rows - 1, max(0, int((1.0 - level) * rows)))
        first = last = row
        if joined and previous is not None and row != previous:
            first, last = (previous + 1, row) if row > previous else (row, previous - 1)
        canvas.glyph[y + first : y + last + 1, x + column] = ord(mark)
        canvas.ink[y + first : y + last + 1, x + column] = ink
        previous = row


def dot_positions(low: float, high: float, columns: int) -> NDArray[np.float64]:
    """The x of every dot column, (2·columns,)."""
    return low + (np.arange(2 * columns) + 0.5) * (high - low) / (2 * columns)
