"""The line under the title: the verdict in one row."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.panels.verdict_row import draw_verdict_line


class VerdictLine(Panel, can_focus=False):
    """The verdict in a line."""

    TITLE = "Verdict in a line"
    READING = (
        "The badge is the verdict. The sentence holds what was measured against what Gibbs says, where they differ\n"
        "most: (2) is the standard error of the last digit; a percentage without one has an error under .05 %."
    )
    DEFAULT_CSS = "VerdictLine { height: 1; }"

    def paint(self, canvas: Canvas) -> None:
        """Draws the line."""
        draw_verdict_line(canvas, self.view)
