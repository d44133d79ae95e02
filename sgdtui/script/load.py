"""`sgdtui.load`: a preset, a mapping, a table or an experiment, to an experiment with its dials turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sgdtui.lab.own_table import from_table
from sgdtui.model.experiment import Experiment
from sgdtui.preset.change import changed
from sgdtui.preset.load import load as load_preset
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.table.question import TableQuestion, likely_target
from sgdtui.preset.table.raw import is_table, read_raw
from sgdtui.preset.text.problem import PresetError
from sgdtui.preset.text.values import described


class Frame(Protocol):
    """A table in memory: a pandas or Polars DataFrame, a pyarrow Table, a structured numpy array."""

    def __getitem__(self, name: Any, /) -> Any:
        """The column of that name."""


Source = Experiment | str | Path | Mapping[str, Any] | Frame
"""What may be run: an experiment, a preset's name, a file (a preset or a table), a mapping such as a preset file holds,
or a table in memory (a mapping of columns too) with its target.
"""


def load(
    source: Source,
    *,
    target: str | None = None,
    model: str | None = None,
    network: str | int | Sequence[int] | None = None,
    features: Sequence[str] | None = None,
    **changes: Any,
) -> Experiment:
    """The experiment that `source` describes, with dials turned.

    Args:
        source: an experiment, a preset's name, a file, a mapping, or a table in memory.
        target: of a table: the column to predict.
        model: of a table: "linear" or "logistic"; by the target if None.
        network: of a table: the hidden units of each layer, such as "8,4" or [8, 4].
        features: of a table: the columns to learn from; all others if None.
        changes: new values of dials, by the names that `--set` takes.

    Raises:
        PresetError: what is wrong, with its place: a line of a file, or `run["noise"][0][1]` of a mapping.
        TypeError: `source` is nothing of this kind.

    Examples:
        >>> sgdtui.load("double-well", eta=0.05).dynamics.eta
        0.05
        >>> table = {"height": [1.5, 1.6, 1.7, 1.8], "age": [30, 50, 20, 40], "weight": [52, 60, 69, 81]}
        >>> sgdtui.load(table, target="weight", features=["height"]).variables
        ('w_height', 'w_intercept')
    """
    experiment = _loaded(source, target, model, network, features)
    return changed(experiment, changes) if changes else experiment


def _loaded(
    source: Source,
    target: str | None,
    model: str | None,
    network: str | int | Sequence[int] | None,
    features: Sequence[str] | None,
) -> Experiment:
    if target is not None:
        if not isinstance(target, str):
            raise PresetError.plain(f"target is the name of a column, not {described(target)}")
        if isinstance(source, Experiment) or (isinstance(source, str | Path) and not is_table(source)):
            raise PresetError.plain(
                "target belongs to a table: a data frame, a mapping of columns, or a .csv, .tsv or .parquet file"
            )
        if isinstance(features, str):
            raise PresetError.plain("features is a list of columns", f"write features=[{features!r}]")
        layers = _layers(network)
        question = TableQuestion(target, model, layers, tuple(features) if features is not None else None)
        return from_table(source, question).experiment
    if model is not None or network is not None or features is not None:
        raise PresetError.plain("model, network and features belong to a table, which also needs a target")
    if isinstance(source, Experiment):
        return source
    if isinstance(source, str | Path) and is_table(source):
        raw = read_raw(Path(source))
        columns = ", ".join(column.title for column in raw.columns[:20])
        raise PresetError.plain(
            f"{raw.origin} is a table: say which column is to be predicted",
            f"such as target={likely_target(raw)!r}; columns: {columns}",
        )
    if isinstance(source, Mapping) and _is_columns(source):
        raise PresetError.plain(
            "a mapping of columns is a table: say which column is to be predicted",
            f"such as target={str(list(source)[-1])!r}",
        )
    if isinstance(source, str | Path | Mapping):
        return load_preset(source)
    if hasattr(source, "columns") or hasattr(source, "column_names") or hasattr(source, "dtype"):
        raise PresetError.plain(
            f"{described(source)} is a table: say which column is to be predicted", 'such as target="y"'
        )
    raise TypeError(
        f"a preset is a name, a file, a mapping, a table or an Experiment, not {described(source)}"
    )


def _layers(network: str | int | Sequence[int] | None) -> str | None:
    """The hidden units of each layer as the command line has them."""
    if network is None or isinstance(network, str):
        return network
    return ",".join(map(str, [network] if isinstance(network, int) else network))


def _is_columns(source: Mapping[str, Any]) -> bool:
    """Whether no key is one of a preset and every value is a column."""
    columns = all(
        hasattr(value, "__len__") and not isinstance(value, str | Mapping) for value in source.values()
    )
    return bool(source) and columns and not source.keys() & ExperimentSection.model_fields.keys()
