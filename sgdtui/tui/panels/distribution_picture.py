"""The picture of the stationary distribution, on a line or in the plane, for the app and for plain text."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.distribution_line import draw_line
from sgdtui.tui.panels.distribution_maps import draw_maps
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.view import View


def draw_distribution(canvas: Canvas, view: View, memory: Memory, focused: bool = False) -> Box | None:
    """The whole panel; returns the box of the main plot for the mouse."""
    snapshot = view.snapshot
    if snapshot is None or snapshot.density.size == 0:
        draw_title(canvas, "Where do the walkers settle?", focused)
        canvas.write(
            2, max(canvas.height // 2, 1), view.busy or "waiting for the first walkers …", Role.MUTED
        )
        return None
    memory.start(snapshot, view.look.smooth)
    if len(snapshot.edges) == 2:
        return draw_maps(canvas, view, snapshot, memory, focused)
    return draw_line(canvas, view, snapshot, memory, focused)
