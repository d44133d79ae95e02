"""The linked cursor Φ and the numbers beside it."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.roles import Role


def mark_cursor(canvas: Canvas, column: int, y: int, rows: int) -> None:
    """The linked cursor: a thin line through the empty cells of a column."""
    for row in range(max(y, 0), min(y + rows, canvas.height)):
        if canvas.glyph[row, column] == 32 and canvas.ground[row, column] in (0, Role.BAND):
            canvas.glyph[row, column] = ord("|" if canvas.look.ascii else "│")
            canvas.ink[row, column] = Role.ACCENT


def write_readout(
    canvas: Canvas, box: Box, column: int, lines: list[tuple[str, int]], below: int = 0
) -> None:
    """A small column of numbers beside the cursor, on the side with room."""
    cells = max(len(text) for text, _ in lines)
    x = column + 2 if column + 3 + cells < box.x + box.columns else column - cells - 2
    for row, (text, ink) in enumerate(lines[: max(box.rows - below, 0)]):
        canvas.write(max(x, box.x), box.y + below + row, f"{text.ljust(cells)}", ink, ground=Role.DEFAULT)
