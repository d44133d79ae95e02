"""What the app shows of a finished run, as lines of text for a terminal that scrolls on: no Textual is needed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from rich.color import ColorSystem

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import CONTINUED, Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.terminal_palette import terminal_palette
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.distribution_picture import draw_distribution
from sgdtui.tui.panels.verdict_row import draw_verdict_line
from sgdtui.tui.view import View

LOWEST, HIGHEST = 10, 24
"""Rows of a picture where the terminal has as many."""
NARROWEST = 24
"""Columns under which nothing can be told apart."""


def text_picture(
    snapshot: Snapshot, columns: int, terminal_rows: int, colours: int = 0, ascii: bool = False
) -> str:
    """Histogram, chosen prediction, loss and noise, and the verdict in the last row; "" where nothing fits.

    `columns` is the terminal's width; the picture leaves two of its rows to the prompt. With `colours` 0 there are no
    escape sequences at all, else the sixteen that a terminal calls by name: what its ground looks like is not known.
    """
    rows = min(max(LOWEST, columns // 4), HIGHEST, terminal_rows - 2)
    if columns < NARROWEST or rows < LOWEST // 2 or snapshot.density.size == 0:
        return ""
    look = Look(ascii=ascii, colours=16 if colours else 0, smooth=False)
    finished = snapshot.phase == "done"
    shown = replace(snapshot, phase="sampling", message="") if finished else snapshot
    view = View(shown, look, keys=False)
    picture, verdict = Canvas(columns, rows - 1, look), Canvas(columns, 1, look)
    draw_distribution(picture, view, Memory())
    draw_verdict_line(verdict, view)
    lines = [_styled(c, y) if colours else c.row_text(y) for c in (picture, verdict) for y in range(c.height)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _styled(canvas: Canvas, y: int) -> str:
    """One row with its colours as escape sequences; runs of one style are joined."""
    palette = terminal_palette()
    styles, glyphs = canvas.styles[y], canvas.glyph[y]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(styles)) + 1, [len(styles)]])
    parts = []
    for begin, end in pairwise(starts):
        cells = glyphs[begin:end]
        text = cells[cells != CONTINUED].astype("<u4").tobytes().decode("utf-32-le")
        key = int(styles[begin])
        plain = key in (Role.DEFAULT, Role.TEXT, Role.MUTED) or text.isspace()
        parts.append(text if plain else palette.style(key).render(text, color_system=ColorSystem.STANDARD))
    return "".join(parts)
