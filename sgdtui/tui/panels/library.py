"""A list of losses or noises: the one in use marked, those that do not fit dimmed with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import formula, plain, wrap, wrap_sentences
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.messages import EditExpression, EntryChosen
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View

OWN = ("its own", "from the data")
"""What stands in a formula's place where a form of system brings it."""

NAMED = 4
"""In so few rows there is only what is in use, until the panel has the focus and its list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry: `reason` says why it cannot be used with the rest of the experiment ("" where it can)."""

    name: str
    title: str
    about: str = ""
    reason: str = ""


def first_shown(selected: int, rows: int, total: int, first: int) -> int:
    """The first entry to show so that the selected one is in sight, moving the list as little as possible."""
    if total <= rows:
        return 0
    first = min(max(first, selected - rows + 1), selected)
    return max(0, min(first, total - rows))


def draw_library(
    canvas: Canvas,
    title: str,
    key: str,
    choices: Sequence[Choice],
    current: str,
    expression: str,
    selected: int,
    first: int,
    focused: bool,
) -> tuple[int, int]:
    """The whole panel; returns (first entry shown, rows of entries).

    Where something is used that is not in the list, `expression` stands above it as it was written.
    """
    note = f"{key} types one" if canvas.width >= 24 else f"{key} types"
    draw_title(canvas, title, focused, note)
    if canvas.height <= NAMED and not focused:
        _draw_named(canvas, choices, current, expression)
        return first, 0
    y = 1
    inside = canvas.height - 1
    about_rows = 2 if inside >= 7 else 1 if inside >= 5 else 0
    own = all(choice.name != current for choice in choices)
    if own and (expression or current):
        mark = "> " if canvas.look.ascii else "▸ "
        canvas.write(0, y, mark, Role.ACCENT, weight=BOLD)
        canvas.write(2, y, expression or current, Role.ACCENT, cells=canvas.width - 2)
        y += 1
        inside -= 1
    rows = max(inside - about_rows, 1)
    first = first_shown(selected, rows, len(choices), first)
    for place in range(rows):
        index = first + place
        if index >= len(choices) or y + place >= canvas.height:
            break
        choice = choices[index]
        used = choice.name == current
        ink = Role.FAINT if choice.reason else Role.ACCENT if used else Role.TEXT
        if focused and index == selected:
            canvas.fill(0, y + place, canvas.width, 1, " ", Role.TEXT, Role.SELECTED)
        mark = (
            (">" if canvas.look.ascii else "▸")
            if used
            else "x"
            if choice.reason and canvas.look.ascii
            else " "
        )
        canvas.write(0, y + place, f"{mark} ", Role.ACCENT, weight=BOLD)
        canvas.write(2, y + place, choice.title, ink, weight=BOLD if used else 0, cells=canvas.width - 3)
    if len(choices) > rows:
        up, down = first > 0, first + rows < len(choices)
        arrows = (
            ("^" if canvas.look.ascii else "↑") if up else " ",
            ("v" if canvas.look.ascii else "↓") if down else " ",
        )
        canvas.write(canvas.width - 1, y, arrows[0], Role.MUTED)
        canvas.write(canvas.width - 1, min(y + rows, canvas.height) - 1, arrows[1], Role.MUTED)
    if about_rows and 0 <= selected < len(choices):
        choice = choices[selected]
        text = choice.reason or choice.about
        for row, line in enumerate(
            wrap_sentences(canvas.look.say(plain(text)), canvas.width - 2, about_rows)
        ):
            canvas.write(
                1, canvas.height - about_rows + row, line, Role.WARN if choice.reason else Role.MUTED
            )
    return first, rows


def _draw_named(canvas: Canvas, choices: Sequence[Choice], current: str, expression: str) -> None:
    """What is in use: its name over its formula; a formula that was typed has no name."""
    name = next((choice.title for choice in choices if choice.name == current), current)
    if not name and (expression.endswith(" form") or expression in OWN):
        name, expression = expression, ""
    canvas.write(1, 1, name or "typed in", Role.ACCENT, weight=BOLD, cells=canvas.width - 1)
    for row, line in enumerate(
        wrap(canvas.look.say(formula(plain(expression))), canvas.width - 1, canvas.height - 2)
    ):
        canvas.write(1, 2 + row, line, Role.MUTED)


class Library(Panel):
    """A list that can be chosen from with keys and mouse."""

    KIND = ""
    KEY = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "move(-8)", "Up", show=False),
        Binding("pagedown", "move(8)", "Down", show=False),
        Binding("home", "move(-999)", "First", show=False),
        Binding("end", "move(999)", "Last", show=False),
        Binding("enter", "choose", "Use", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices: tuple[Choice, ...] = ()
        self.current = ""
        self.expression = ""
        self.selected = 0
        self._first = 0
        self._rows = 1

    def offer(self, choices: Sequence[Choice], current: str, expression: str) -> None:
        """Takes the entries, the name of the one in use, and how it is written."""
        moved = current != self.current
        self.choices, self.current, self.expression = tuple(choices), current, expression
        if moved or self.selected >= len(self.choices):
            # Of what was typed nothing in the list tells: none of it is selected, and none described.
            self.selected = next((i for i, c in enumerate(self.choices) if c.name == current), -1)
        self.repaint()

    def needs(self, view: View) -> tuple[object, ...]:
        """Nothing of the run."""
        return (view.look,)

    def paint(self, canvas: Canvas) -> None:
        """Draws the list."""
        self._first, self._rows = draw_library(
            canvas, self.TITLE, self.KEY, self.choices, self.current, self.expression, self.selected, self._first,
            self.has_focus,
        )  # fmt: skip

    def action_move(self, by: int) -> None:
        """Moves the selection."""
        if self.choices:
            self.selected = max(0, min(len(self.choices) - 1, self.selected + by))
            self.repaint()

    def action_choose(self) -> None:
        """Uses the selected entry; on the one in use, types an expression in its place."""
        if not 0 <= self.selected < len(self.choices):
            self.post_message(EditExpression(self.KIND))
            return
        choice = self.choices[self.selected]
        if choice.reason:
            self.notify(f"{choice.title} does not fit: {choice.reason}", severity="warning", markup=False)
        elif choice.name == self.current:
            self.post_message(EditExpression(self.KIND))
        else:
            self.post_message(EntryChosen(self.KIND, choice.name))

    def on_click(self, event: events.Click) -> None:
        """Selects the entry under the mouse and uses it; the title types an expression."""
        own = all(choice.name != self.current for choice in self.choices) and bool(
            self.expression or self.current
        )
        row = event.y - 1 - (1 if own else 0)
        if not self._rows:  # only the name was shown: the click gave the list
            return
        if event.y == 0 or row < 0:
            self.post_message(EditExpression(self.KIND))
        elif row < self._rows and self._first + row < len(self.choices):
            self.selected = self._first + row
            self.repaint()
            self.action_choose()

    def on_mouse_scroll_up(self) -> None:
        """Moves the selection up."""
        self.action_move(-1)

    def on_mouse_scroll_down(self) -> None:
        """Moves the selection down."""
        self.action_move(1)
