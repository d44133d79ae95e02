"""A canvas's rows as Textual strips: equal neighbours joined, styles from the palette's cache."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from sgdtui.tui.draw.canvas import CONTINUED, Canvas
from sgdtui.tui.draw.terminal_palette import Palette


def strip_of(canvas: Canvas, y: int, palette: Palette) -> Strip:
    """Row `y` of the canvas."""
    styles = canvas.styles[y] if canvas.height else np.zeros(0, np.uint32)
    glyphs = canvas.glyph[y]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(styles)) + 1, [len(styles)]])
    segments = []
    for begin, end in pairwise(starts):
        if begin == end:
            continue
        cells = glyphs[begin:end]
        text = cells[cells != CONTINUED].astype("<u4").tobytes().decode("utf-32-le")
        segments.append(Segment(text, palette.style(int(styles[begin]))))
    return Strip(segments, canvas.width)
