"""The dials: every number that can be turned while the walkers run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.panels.dial import Dial
from sgdtui.tui.panels.dial_rows import draw_dials, layout_of
from sgdtui.tui.panels.messages import DialTurned
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View


class Dials(Panel):
    """The dials, turned by keys, wheel and clicks, or typed."""

    TITLE = "Dials"
    JUMP = "d"
    READING = (
        "← → or the wheel turn the selected dial, Enter types a value, Backspace gives back the preset's.\n"
        "A dial never recompiles: the walkers stay where they are, the statistics start again, u takes it back.\n"
        "± and [ ] turn η from anywhere. ! on the slider of η marks the edge of stability."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("home", "move(-99)", "First", show=False),
        Binding("end", "move(99)", "Last", show=False),
        Binding("left", "turn(-1)", "Less", show=False),
        Binding("right", "turn(1)", "More", show=False),
        Binding("shift+left", "turn(-5)", "Much less", show=False),
        Binding("shift+right", "turn(5)", "Much more", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.dials: tuple[Dial, ...] = ()
        self.selected = 0
        self.typed: str | None = None
        self.problem = ""
        self._first = 0
        self._rows = 1

    def offer(self, dials: Sequence[Dial]) -> None:
        """Takes the dials with their values."""
        self.dials = tuple(dials)
        self.selected = max(0, min(self.selected, len(self.dials) - 1))
        self.repaint()

    def needs(self, view: View) -> tuple[object, ...]:
        """Nothing of the run."""
        return (view.look,)

    def paint(self, canvas: Canvas) -> None:
        """Draws the dials."""
        self._first, self._rows = draw_dials(
            canvas, self.dials, self.selected, self._first, self.has_focus, self.typed, self.problem
        )

    def turn(self, path: str, by: int) -> None:
        """Turns the dial of this path by some notches."""
        for dial in self.dials:
            if dial.path == path:
                new = dial.turned(by)
                if new != dial.value:
                    self.post_message(DialTurned(path, new))

    def action_move(self, by: int) -> None:
        """Moves the selection."""
        self._stop_typing()
        self.selected = max(0, min(len(self.dials) - 1, self.selected + by))
        self.repaint()

    def action_turn(self, by: int) -> None:
        """Turns the selected dial."""
        self._stop_typing()
        if self.dials:
            self.turn(self.dials[self.selected].path, by)

    def _stop_typing(self) -> None:
        self.typed, self.problem = None, ""

    def on_key(self, event: events.Key) -> None:
        """Typing a value: Enter begins and ends it, Escape leaves it, Backspace outside it resets the dial."""
        if not self.dials:
            return
        dial = self.dials[self.selected]
        if self.typed is None:
            if event.key == "enter":
                self.typed = ""
            elif event.key == "backspace":
                self.post_message(DialTurned(dial.path, dial.initial))
            elif event.character is not None and event.character.isdigit():
                self.typed = event.character
            else:
                return
        elif event.key == "escape":
            self._stop_typing()
        elif event.key == "enter":
            try:
                value = dial.read(self.typed) if self.typed.strip() else dial.value
            except ValueError as error:
                self.problem = str(error)
            else:
                self._stop_typing()
                if value != dial.value:
                    self.post_message(DialTurned(dial.path, value))
        elif event.key == "backspace":
            self.typed, self.problem = self.typed[:-1], ""
        elif event.character is not None and event.is_printable and len(self.typed) < 24:
            self.typed, self.problem = self.typed + plain(event.character), ""
        else:
            return
        event.stop()
        event.prevent_default()
        self.repaint()

    def on_blur(self) -> None:
        """Leaves a value half typed."""
        self._stop_typing()
        super().on_blur()

    def on_click(self, event: events.Click) -> None:
        """Selects a dial; a place on its slider sets it, its ends turn it, its value is typed on a double click."""
        row = event.y - 1
        if not 0 <= row < self._rows or self._first + row >= len(self.dials):
            return
        self._stop_typing()
        self.selected = self._first + row
        dial = self.dials[self.selected]
        said = [self.view.look.say(plain(d.label)) for d in self.dials]
        layout = layout_of(self.dials, self.size.width, said)
        place = event.x - layout.slider
        if 0 <= place < layout.cells and dial.share(dial.low) is not None:
            value = dial.at(place / max(layout.cells - 1, 1))
            if value != dial.value:
                self.post_message(DialTurned(dial.path, value))
        elif 0 <= place < layout.cells and dial.options:
            self.action_turn(1 if 2 * place >= layout.cells else -1)
        elif event.chain >= 2:
            self.typed = ""
        self.repaint()

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        row = event.y - 1
        if 0 <= row < self._rows and self._first + row < len(self.dials):
            self.selected = self._first + row
        self.action_turn(by)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Turns the dial under the mouse up."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Turns the dial under the mouse down."""
        self._wheel(event, -1)
