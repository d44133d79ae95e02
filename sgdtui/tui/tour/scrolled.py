"""A panel that is drawn as high as it needs to be and shows a part of that."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.panel import Panel


class Scrolled(Panel):
    """Everything under the title scrolls with ↑ ↓ and the wheel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_rows(-1)", "Up", show=False),
        Binding("down", "scroll_rows(1)", "Down", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.first = 0
        self._beyond = 0

    def heading(self) -> tuple[str, str]:
        """The title and the note at its right end."""
        raise NotImplementedError

    def rows(self, width: int) -> Canvas:
        """All that there is to show, on a canvas of its own."""
        raise NotImplementedError

    def paint(self, canvas: Canvas) -> None:
        """Draws the title and the rows from `first` on, with a word where there are more."""
        whole = self.rows(canvas.width)
        room = canvas.height - 1
        self._beyond = max(0, whole.height - room)
        self.first = min(self.first, self._beyond)
        title, note = self.heading()
        arrows = ("↑" if self.first else "") + ("↓" if self.first < self._beyond else "")
        draw_title(canvas, title, self.has_focus, f"{note} {arrows}".strip())
        canvas.put(0, 1, whole.rows(self.first, room))

    def action_scroll_rows(self, by: int) -> None:
        """Scrolls by so many rows."""
        self.first = max(0, min(self.first + by, self._beyond))
        self.repaint()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls back."""
        self.action_scroll_rows(-2)
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls on."""
        self.action_scroll_rows(2)
        event.stop()
