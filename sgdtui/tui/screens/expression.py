"""An expression typed in place of the loss or the noise, checked at every key, the error under its caret."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sgdtui.expression import ExpressionError, parse
from sgdtui.model.experiment import Experiment
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain, width


def problem_of(kind: str, text: str, experiment: Experiment) -> tuple[int, int, str] | None:
    """What is wrong with the text: (first character, characters, message); None if nothing.

    A list stands for a diagonal or full covariance; only its entries are looked at here, the rest when it is used.
    """
    names = set(experiment.variables) | {parameter.name for parameter in experiment.parameters} | {"k", "t"}
    if kind == "noise":
        names |= {"x", "y", "L", "H"}
    if not text.strip():
        return 0, 1, "type an expression"
    if kind == "noise" and text.lstrip().startswith("["):
        return None
    try:
        parse(text, names=names)
    except ExpressionError as error:
        return error.offset, error.length, error.message
    return None


class ExpressionEditor(ModalScreen[str | None]):
    """Gives the text when it is accepted, None when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, kind: str, text: str, experiment: Experiment, look: Look) -> None:
        super().__init__()
        self.kind, self.text, self.experiment, self.look = kind, text, experiment, look

    def compose(self) -> ComposeResult:
        """The input, a caret line, the message, what may be named."""
        box = Container(classes="dialog")
        variables = ", ".join(self.experiment.variables)
        title = f"Loss L({variables})" if self.kind == "loss" else f"Noise Σ({variables})"
        box.border_title = self.look.say(title)
        dials = ", ".join(p.name for p in self.experiment.parameters)
        hint = f"variables {variables}" + (f" · dials {dials}" if dials else "")
        if self.kind == "noise":
            hint += " · L the loss above its minimum, H its curvature"
        hint += " · + − * / ** · comparisons · abs sqrt exp log sin cos tan tanh erf min max where step …"
        with box:
            yield Input(self.text, id="expression", select_on_focus=False)
            yield Static("", classes="caret", markup=False)
            yield Static("", classes="problem", markup=False)
            yield Static(
                self.look.say(f"Enter uses it, Escape leaves it. {hint}"), classes="hint", markup=False
            )

    def on_mount(self) -> None:
        """Typing goes to the input."""
        self.query_one(Input).focus()
        self._check(self.text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._check(event.value)

    def _check(self, text: str) -> bool:
        found = problem_of(self.kind, text, self.experiment)
        caret, problem = self.query_one(".caret", Static), self.query_one(".problem", Static)
        if found is None:
            caret.update("")
            problem.update("")
            return True
        offset, length, message = found
        room = max(self.query_one(Input).size.width - 1, 1)
        before = width(text[:offset])
        caret.update(" " * min(before, room) + "^" * max(1, min(length, room - before)))
        problem.update(self.look.say(plain(message)))
        return False

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._check(event.value):
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Leaves the expression as it was."""
        self.dismiss(None)
