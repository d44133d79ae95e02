"""The first row of a panel: a rule with its title, and a note at the right end."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role


def draw_title(
    canvas: Canvas, title: str, focused: bool = False, note: str = "", note_ink: int = Role.MUTED
) -> int:
    """The first row: a rule with the title in it and a note at its right end; returns the column after the title."""
    canvas.rule(0)
    x = canvas.write(1, 0, f" {title} ", Role.ACCENT if focused else Role.TEXT, weight=BOLD)
    if note:
        said = canvas.look.say(note)
        room = canvas.width - x - 2
        if room > 4:
            cells = min(room, width_of(said) + 2)
            canvas.write(canvas.width - 1 - cells, 0, f" {said} ", note_ink, cells=cells)
    return x
