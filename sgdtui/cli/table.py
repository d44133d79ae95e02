"""`--target` and its kin: a table in the place of a preset, for launch, run and sweep."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment
    from sgdtui.preset.table.question import TableQuestion

Command = TypeVar("Command", bound=Callable[..., Any])

SUFFIXES = (".csv", ".tsv", ".parquet")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of a table, as it was typed."""

    target: str | None = None
    model: str | None = None
    network: str | None = None
    features: str | None = None

    @property
    def anything(self) -> bool:
        """Whether it says anything at all."""
        return any(v is not None for v in (self.target, self.model, self.network, self.features))


def table_options(command: Command) -> Command:
    """The options of a table, given to the command as `asked`."""

    def gathered(
        *arguments: Any,
        target: str | None,
        model: str | None,
        network: str | None,
        features: str | None,
        **options: Any,
    ) -> Any:
        return command(*arguments, asked=Asked(target, model, network, features), **options)

    gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
    gathered.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option(
            "--features", metavar="COLUMN,…", help="Of a table: the columns to learn from. [all others]"
        ),
        click.option(
            "--network", metavar="8,4", help="Of a table: a network with so many hidden units a layer."
        ),
        click.option(
            "--model",
            type=click.Choice(["linear", "logistic"]),
            help="Of a table: the model. [logistic for two values, else linear]",
        ),
        click.option(
            "--target", metavar="COLUMN", help="PRESET is a table (.csv, .tsv, .parquet): what to predict."
        ),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]


def is_table(name: str) -> bool:
    """Whether it is the name of a table's file."""
    return name.lower().endswith(SUFFIXES)


def with_target(verb: str, name: str | None, asked: Asked) -> Asked:
    """With the column to predict, where `name` is a table: without one its columns are listed, and a person at a
    terminal is asked. Raises PresetError with the command to type where nobody is there.
    """
    if name is None or not is_table(name) or asked.target is not None:
        return asked
    return replace(asked, target=_ask(verb, name))


def question(asked: Asked) -> TableQuestion:
    """What is asked of a table, once its target is known."""
    from sgdtui.preset.table.question import TableQuestion

    target = asked.target or ""
    features = None
    if asked.features is not None:
        features = tuple(word.strip() for word in asked.features.split(",") if word.strip())
    return TableQuestion(target, asked.model, asked.network, features)


def refuse_without_table(name: str | None, asked: Asked) -> None:
    """A preset has no target. Raises UsageError where one is given all the same."""
    if asked.anything and not (name is not None and is_table(name)):
        raise click.UsageError(
            "--target, --model, --network and --features are for a table (.csv, .tsv or .parquet)"
        )


def experiment_of(name: str, asked: Asked, say: Callable[[str], None]) -> Experiment:
    """The experiment of a table; what was chosen for it is said. Raises PresetError."""
    from sgdtui.lab.own_table import from_table
    from sgdtui.preset.text.problem import printable

    found = from_table(Path(name), question(asked))
    say("\n".join(printable(note) for note in found.notes))
    return found.experiment


def _ask(verb: str, name: str) -> str:
    from sgdtui.preset.forms.csv_table import TableError
    from sgdtui.preset.table.question import likely_target, listing
    from sgdtui.preset.table.raw import read_raw
    from sgdtui.preset.text.problem import PresetError, printable

    try:
        raw = read_raw(Path(name))
    except TableError as error:
        raise PresetError.plain("; ".join(error.messages), error.hint) from None
    likely = likely_target(raw) or "COLUMN"
    columns = [printable(line) for line in listing(raw)]
    if sys.stdin.isatty() and sys.stderr.isatty():
        click.echo("\n".join([f"{printable(raw.origin)}, {raw.height} rows:", *columns]), err=True)
        titles = [column.title for column in raw.columns]
        answer: str = click.prompt(
            "predict which column?",
            default=likely,
            err=True,
            value_proc=lambda text: _one_of(text, titles),
        )
        return answer
    more = " --over eta=0.01:0.1:8:log" if verb == "sweep" else ""
    command = f"sgdtui {verb} {shlex.quote(name)} --target {shlex.quote(likely)}{more}"
    raise PresetError.plain(
        f"{printable(raw.origin)} is a table: say which column is to be predicted",
        f"such as: {command}; columns: " + "; ".join(" ".join(line.split()) for line in columns[:40]),
    )


def _one_of(text: str, titles: list[str]) -> str:
    from sgdtui.preset.text.problem import names_hint

    if text.strip() not in titles:
        raise click.UsageError(f"there is no such column; {names_hint(text.strip(), titles)}")
    return text.strip()
