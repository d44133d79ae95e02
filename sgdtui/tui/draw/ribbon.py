"""A ribbon from quiet to loud: one row of shades, with the words where it is least and most."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.roles import NOISES, Role
from sgdtui.tui.draw.scale import number

GLYPHS = "░▒▓█"
ASCII_GLYPHS = ".:=#"
SAME = 0.01
"""A ribbon whose values differ by less than this share of the largest is the same everywhere."""


def draw_ribbon(canvas: Canvas, x: int, y: int, columns: int, values: np.ndarray) -> None:
    """`values` ≥ 0 (columns,) from ░ (least) to █ (most); not finite is a gap."""
    good = np.isfinite(values)
    if columns <= 0 or not good.any():
        return
    low, high = float(values[good].min()), float(values[good].max())
    same = high - low <= SAME * max(abs(high), 1e-300)
    share = np.zeros(columns) if same else (np.where(good, values, low) - low) / (high - low)
    glyphs = ASCII_GLYPHS if canvas.look.ascii else GLYPHS
    level = np.minimum((share * len(glyphs)).astype(int), len(glyphs) - 1)
    ink = np.minimum((share * NOISES).astype(int), NOISES - 1)
    codes = np.array([ord(c) for c in glyphs], np.uint32)
    part = slice(x, x + columns)
    canvas.glyph[y, part] = np.where(good, codes[level], canvas.glyph[y, part])
    canvas.ink[y, part] = np.where(good, Role.NOISE + ink, canvas.ink[y, part])
    if same:
        _word(canvas, x, y, columns, columns // 2, f"{number(high)} everywhere", Role.TEXT)
        return
    _word(canvas, x, y, columns, _middle(share <= 0.1), f"quiet {number(low, 2)}", Role.NOISE)
    _word(canvas, x, y, columns, _middle(share >= 0.9), f"loud {number(high, 2)}", Role.NOISE + NOISES - 1)


def _middle(chosen: np.ndarray) -> int:
    """The middle of the longest stretch of columns that are chosen."""
    borders = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    begins, ends = borders[0::2], borders[1::2]
    if not len(begins):
        return 0
    longest = int(np.argmax(ends - begins))
    return int(begins[longest] + ends[longest]) // 2


def _word(canvas: Canvas, x: int, y: int, columns: int, middle: int, text: str, ink: int) -> None:
    said = canvas.look.say(f" {text} ")
    if len(said) + 2 > columns:
        return
    start = min(max(0, middle - len(said) // 2), columns - len(said))
    canvas.write(x + start, y, said, ink, weight=BOLD)
