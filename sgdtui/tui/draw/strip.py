"""Strips of more and fewer: one row, blocks above its middle for more, below it for fewer, dots for neither."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.roles import DIVERGES, Role

MORE, FEWER = "⠉▀", "⣀▄"
"""A little and much."""
ASCII_MORE, ASCII_FEWER = "+#", "-="
MUCH = 0.12
"""From which share of the largest difference it is much."""
FAINTEST = 3
"""The step of the ramp from which a colour is told from the ground."""


def draw_strip(
    canvas: Canvas, x: int, y: int, differences: np.ndarray, seen: np.ndarray, reach: float
) -> None:
    """`differences` (columns,) in units of `reach`, where `seen`; a dot where it is within the error.

    Not finite: nothing. Colour grows with the difference itself, never with how many errors it is.
    """
    ascii = canvas.look.ascii
    more, fewer = (ASCII_MORE, ASCII_FEWER) if ascii else (MORE, FEWER)
    middle = DIVERGES // 2
    for column, (value, there) in enumerate(zip(differences, seen, strict=True)):
        if not np.isfinite(value):
            continue
        if not there or reach <= 0:
            canvas.write(x + column, y, "." if ascii else "·", Role.RULE)
            continue
        share = min(1.0, abs(float(value)) / reach)
        glyph = (more if value > 0 else fewer)[int(share >= MUCH)]
        steps = max(FAINTEST, round(share**0.5 * middle))
        ink = Role.DIVERGE + middle + (steps if value > 0 else -steps)
        canvas.write(x + column, y, glyph, ink)
