"""The dials: every number that can be turned while the walkers run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import plain, wrap
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import number
from sgdtui.tui.panels.library import first_shown
from sgdtui.tui.panels.messages import DialTurned
from sgdtui.tui.panels.panel import Panel, draw_title
from sgdtui.tui.view import View

STEPS_A_DECADE = 20


@dataclass(frozen=True, slots=True)
class Dial:
    """A number or a choice that can be turned.

    path      the dotted path of the preset that it changes: "dynamics.eta", "parameters.s"
    label     how it is called on the screen: η, B, s
    value     the number, or one of `options`
    initial   what the preset said
    low, high its range, None where there is none
    whole     whether it takes whole numbers only
    decades   whether it is turned by a factor rather than by a step
    warning   why the present value is dangerous, "" where it is not
    """

    path: str
    label: str
    value: float | str
    initial: float | str
    low: float | None = None
    high: float | None = None
    whole: bool = False
    decades: bool = False
    options: tuple[str, ...] = ()
    about: str = ""
    warning: str = ""

    def turned(self, by: int) -> float | str:
        """The value `by` notches further, inside the range."""
        if self.options:
            place = self.options.index(str(self.value)) if self.value in self.options else 0
            return self.options[(place + by) % len(self.options)]
        value = float(self.value)
        if self.whole:
            new = float(round(value * 2**by)) if self.decades else value + by
            if new == value:
                new = value + by
        elif self.decades and value > 0:
            new = 10 ** (round(math.log10(value) * STEPS_A_DECADE + by) / STEPS_A_DECADE)
            new = float(f"{new:.2g}")
            if new == float(f"{value:.2g}"):
                new = value * 10 ** (by / STEPS_A_DECADE)
        else:
            span = (self.high - self.low) if self.low is not None and self.high is not None else None
            step = _round_step(span / 40 if span else max(abs(value), 0.1) / 20)
            new = round(value / step + by) * step
            new = float(f"{new:.10g}")
        return self.clipped(new)

    def clipped(self, value: float) -> float:
        """The nearest value that is allowed."""
        if self.low is not None:
            value = max(value, self.low)
        if self.high is not None:
            value = min(value, self.high)
        return float(round(value)) if self.whole else value

    def read(self, text: str) -> float | str:
        """The value that was typed. Raises ValueError with one line that says what is allowed."""
        if self.options:
            matches = [option for option in self.options if option.startswith(text.strip().lower())]
            if len(matches) != 1:
                raise ValueError(f"{self.label} is one of {', '.join(self.options)}")
            return matches[0]
        try:
            value = float(text.replace("−", "-"))
        except ValueError:
            raise ValueError(f"{text!r} is not a number") from None
        if not math.isfinite(value):
            raise ValueError(f"{self.label} must be finite")
        if self.whole and value != round(value):
            raise ValueError(f"{self.label} must be a whole number")
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise ValueError(f"{self.label} is from {_end(self.low, '−∞')} to {_end(self.high, '∞')}")
        return value

    @property
    def written(self) -> str:
        """The value as the panel shows it."""
        if self.options or isinstance(self.value, str):
            return str(self.value)
        if self.whole:
            return f"{int(self.value)}" if abs(self.value) < 1e6 else number(self.value)
        return number(self.value, 3 if abs(self.value) < 1e4 else 2)


def _end(value: float | None, infinite: str) -> str:
    return infinite if value is None else number(value)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 0.1
    return min((f * power for f in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / raw))) if raw > 0 else 0.1


def draw_dials(
    canvas: Canvas,
    dials: Sequence[Dial],
    selected: int,
    first: int,
    focused: bool,
    typed: str | None = None,
    problem: str = "",
) -> tuple[int, int]:
    """The whole panel; returns (first dial shown, rows of dials)."""
    draw_title(
        canvas,
        "Dials",
        focused,
        "u undo" if canvas.width >= 20 and any(d.value != d.initial for d in dials) else "",
    )
    inside = canvas.height - 1
    about_rows = 2 if inside >= 7 else 1 if inside >= 4 else 0
    rows = max(inside - about_rows, 1)
    first = first_shown(selected, rows, len(dials), first)
    left, right = ("<", ">") if canvas.look.ascii else ("◂", "▸")
    labels = max([len(canvas.look.say(plain(d.label))) for d in dials], default=1)
    label_cells = max(min(labels, canvas.width - 12), 2)
    for place in range(rows):
        index = first + place
        if index >= len(dials):
            break
        dial, y = dials[index], 1 + place
        chosen = focused and index == selected
        if chosen:
            canvas.fill(0, y, canvas.width, 1, " ", Role.TEXT, Role.SELECTED)
        ink = Role.WARN if dial.warning else Role.TEXT
        canvas.write(1, y, dial.label, ink, cells=label_cells, weight=BOLD if chosen else 0)
        cells = canvas.width - label_cells - 8
        x = label_cells + 3
        canvas.write(x, y, left, Role.ACCENT if chosen else Role.MUTED)
        if chosen and typed is not None:
            canvas.write(x + 2, y, typed + ("_" if canvas.look.ascii else "▏"), Role.ACCENT, cells=cells)
        else:
            changed = dial.value != dial.initial
            written = dial.written + ("!" if dial.warning else "")
            canvas.write(
                x + 2, y, written, Role.WARN if dial.warning else Role.ACCENT if changed else Role.TEXT,
                cells=cells, align="right", weight=BOLD if changed else 0,
            )  # fmt: skip
        canvas.write(canvas.width - 1 - 1, y, right, Role.ACCENT if chosen else Role.MUTED)
    if len(dials) > first + rows:
        canvas.write(canvas.width - 1, rows, "v" if canvas.look.ascii else "↓", Role.MUTED)
    if first > 0:
        canvas.write(canvas.width - 1, 1, "^" if canvas.look.ascii else "↑", Role.MUTED)
    if about_rows and 0 <= selected < len(dials):
        dial = dials[selected]
        warned = next((d for d in dials if d.warning), None)
        text = problem or dial.warning or (dial.about if focused or warned is None else warned.warning)
        ink = Role.BAD if problem else Role.WARN if dial.warning or (warned and not focused) else Role.MUTED
        for row, line in enumerate(wrap(canvas.look.say(plain(text)), canvas.width - 2, about_rows)):
            canvas.write(1, canvas.height - about_rows + row, line, ink)
    return first, rows


class Dials(Panel):
    """The dials, turned by keys, wheel and clicks, or typed."""

    TITLE = "Dials"
    READING = (
        "← → or the wheel turn the selected dial, Enter types a value, Backspace gives back the preset's.\n"
        "A dial never recompiles: the walkers stay where they are, the statistics start again, u takes it back.\n"
        "± and [ ] turn η from anywhere. A value past the edge of stability is marked with !."
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
            elif event.character is not None and (event.character.isdigit() or event.character == "."):
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
        """Selects a dial; its ◂ and ▸ turn it, its value is typed on a double click."""
        row = event.y - 1
        if not 0 <= row < self._rows or self._first + row >= len(self.dials):
            return
        self._stop_typing()
        self.selected = self._first + row
        labels = max([len(d.label) for d in self.dials], default=1)
        if event.x >= self.size.width - 3:
            self.action_turn(1)
        elif labels + 2 <= event.x <= labels + 5:
            self.action_turn(-1)
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
