"""An error bar in one row: what was measured, against what was claimed and how far it may be off."""

from __future__ import annotations

import math

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.roles import Role

REACH = 2.0
"""The row goes to this many times what the measured value may be off, to either side."""

GLYPHS = {False: tuple("·[]│━●◂▸"), True: tuple(".[]|=o<>")}
"""Rule, ends of what is allowed, the claim, the error, the value, and the value where it is beyond the row."""


def draw_gauge(
    canvas: Canvas,
    x: int,
    y: int,
    cells: int,
    expected: float,
    within: float,
    measured: float | None,
    se: float | None,
    ink: int,
) -> None:
    """A row of `cells` (odd, at least 9) with the claimed value in its middle."""
    rule, low, high, claimed, error, value, left, right = GLYPHS[canvas.look.ascii]
    half = cells // 2
    for column in range(cells):
        canvas.write(x + column, y, rule, Role.FAINT)
    scale = half / (REACH * within)
    edge = round(half / REACH)
    canvas.write(x + half - edge, y, low, Role.MUTED)
    canvas.write(x + half + edge, y, high, Role.MUTED)
    canvas.write(x + half, y, claimed, Role.MUTED)
    if measured is None or not math.isfinite(measured):
        return
    off = scale * (measured - expected)
    spread = scale * se if se is not None and math.isfinite(se) else 0.0
    first, last = max(-half, math.ceil(off - spread - 0.5)), min(half, math.floor(off + spread + 0.5))
    for column in range(first, last + 1):
        canvas.write(x + half + column, y, error, ink)
    if abs(off) > half + 0.5:
        canvas.write(x if off < 0 else x + cells - 1, y, left if off < 0 else right, ink, weight=BOLD)
    else:
        canvas.write(x + half + round(off), y, value, ink, weight=BOLD)
