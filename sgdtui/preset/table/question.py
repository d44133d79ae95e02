"""What is asked of a table: which column to predict, by which model, from which columns."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.preset.forms.csv_table import TableError
from sgdtui.preset.table.raw import RawTable
from sgdtui.preset.text.problem import shortened

MODELS = {"linear": "linear-regression", "logistic": "logistic-regression"}
"""Short words for the models of a sample."""


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """`model` is one of `MODELS` (a long name does too; None: by the target), `network` the hidden units of each layer
    ("8,4"; "" for none; None: no network), `features` the columns to learn from (None: all).
    """

    target: str
    model: str | None = None
    network: str | None = None
    features: tuple[str, ...] | None = None

    def layers(self) -> list[int] | None:
        """The hidden units as numbers, None where no network is asked for. Raises TableError."""
        if self.network is None:
            return None
        words = [word.strip() for word in self.network.strip("[]() ").split(",") if word.strip()]
        if any(not word.isdigit() or not 0 < int(word) <= 4096 for word in words):
            raise TableError(
                [f"network {shortened(self.network)}: hidden units are whole numbers from 1 to 4096"],
                "such as 8,4 for two layers",
            )
        return [int(word) for word in words]


def listing(raw: RawTable) -> list[str]:
    """A line for each column: its name and what it holds."""
    width = min(30, max((len(column.title) for column in raw.columns), default=0))
    return [f"  {column.title:<{width}}  {column.described()}" for column in raw.columns]


def likely_target(raw: RawTable) -> str | None:
    """The column that people usually want: the last that has more than one value and is no name of a row."""
    for column in reversed(raw.columns):
        count = len(column.values())
        if count >= 2 and (column.numbers is not None or count == 2):
            return column.title
    return raw.columns[-1].title if raw.columns else None
