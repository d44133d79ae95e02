"""The stationary distribution: the walkers' one picture with one prediction, on a line or in the plane."""

from __future__ import annotations

from textual import events

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.distribution_picture import draw_distribution
from sgdtui.tui.panels.messages import CursorMoved, ScatterHere
from sgdtui.tui.panels.panel import Panel


class Distribution(Panel):
    """Histogram and predictions."""

    PICTURE = True
    TITLE = "Where do the walkers settle?"
    JUMP = "h"
    READING = (
        "On a line: bars are p(x) of all walkers since the statistics began, the bold line is one prediction (p: the\n"
        "next), its name stands where it runs. Under it, over the same x, the loss with a few of the walkers at their\n"
        "real places, and the noise Σ(x) from quiet to loud.\n"
        "In the plane: shade ∝ √p, lines hold 50, 90 and 99 % of the prediction, arrows are J/p or another field (a),\n"
        "dots are walkers; p of each coordinate stands along the edges.\n"
        "On the way from the start the line is p(x, t), the law of this very time.\n"
        "Arrows or the mouse move the cursor Φ; a double click on a map starts the walkers there."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.memory = Memory()
        self.box: Box | None = None

    def paint(self, canvas: Canvas) -> None:
        """Draws the distribution."""
        self.box = draw_distribution(canvas, self.view, self.memory, self.has_focus)
        if self.view.stale and self.view.busy and self.view.snapshot is not None:
            canvas.fade()

    def point_at(self, x: int, y: int) -> tuple[float, ...] | None:
        """The point of the system under a cell, None outside the plot."""
        box, snapshot = self.box, self.view.snapshot
        if box is None or snapshot is None or not (box.x <= x < box.x + box.columns):
            return None
        across = box.low + (x - box.x + 0.5) / box.columns * (box.high - box.low)
        if len(snapshot.edges) == 1:
            return (across,) if y >= 1 else None
        if not box.y <= y < box.y + box.rows:
            return None
        return across, box.top - (y - box.y + 0.5) / box.rows * (box.top - box.bottom)

    def on_click(self, event: events.Click) -> None:
        """Moves the cursor here; on a map with shift, or a double click, starts the walkers here."""
        point = self.point_at(event.x, event.y)
        if point is None:
            return
        if event.chain >= 2:
            self.post_message(ScatterHere(point))
        else:
            self.post_message(CursorMoved(point))
