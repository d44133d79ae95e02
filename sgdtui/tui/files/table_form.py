"""What is asked of a table of one's own: which column to predict, and by which model."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sgdtui.preset.forms.csv_table import TableError
from sgdtui.preset.table.question import MODELS, TableQuestion, likely_target, listing
from sgdtui.preset.table.raw import RawTable
from sgdtui.preset.text.problem import did_you_mean
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain

MODEL = "by the target; or linear, logistic, hidden units such as 8,4"
HINT = (
    "↑ ↓ the column to predict · tab the model · Enter opens · esc leaves. All other columns are learnt from."
)


def question_of(target: str, model: str) -> TableQuestion:
    """The question that the form's two answers make. Raises TableError where the model is none."""
    word = model.strip().lower()
    if not word:
        return TableQuestion(target)
    if word in MODELS or word in MODELS.values():
        return TableQuestion(target, model=word)
    if word[0].isdigit():
        question = TableQuestion(target, network=word)
        question.layers()
        return question
    close = did_you_mean(word, MODELS)
    raise TableError(
        [f"'{plain(word[:30])}' is no model"],
        (f"did you mean {close}? " if close else "") + f"allowed: {MODEL.partition('; or ')[2]}",
    )


class TableForm(ModalScreen[TableQuestion | None]):
    """Gives the question, None when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, raw: RawTable, look: Look) -> None:
        super().__init__()
        self.raw, self.look = raw, look

    def compose(self) -> ComposeResult:
        """The columns, the model, what is wrong."""
        box = Container(classes="dialog chooser")
        box.border_title = Content(self.look.say(f"{plain(self.raw.origin)}, {self.raw.height} rows"))
        rows = [Option(Content(self.look.say(plain(line.removeprefix("  "))))) for line in listing(self.raw)]
        with box:
            yield Static("Predict which column?", markup=False)
            yield OptionList(*rows, id="columns")
            yield Static("By which model?", markup=False)
            yield Input(placeholder=MODEL, id="model", select_on_focus=False)
            yield Static("", classes="problem", markup=False)
            yield Static(self.look.say(HINT), classes="hint", markup=False)

    def on_mount(self) -> None:
        """The column that people usually want is proposed."""
        titles = [column.title for column in self.raw.columns]
        likely = likely_target(self.raw)
        columns = self.query_one(OptionList)
        columns.highlighted = titles.index(likely) if likely in titles else 0
        columns.focus()

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _answered(self) -> None:
        at = self.query_one(OptionList).highlighted
        try:
            question = question_of(self.raw.columns[at or 0].title, self.query_one(Input).value)
        except TableError as error:
            said = "; ".join(error.messages) + (f". {error.hint}" if error.hint else "")
            self.query_one(".problem", Static).update(self.look.say(plain(said)))
            self.query_one(Input).focus()
            return
        self.dismiss(question)

    def action_leave(self) -> None:
        """Opens nothing."""
        self.dismiss(None)
