"""A person's own table to an experiment: the model by the target, a learning rate below the edge of stability."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.linear.edge_of_stability import edge_of_stability
from sgdtui.predict.linear.mean_square_edge import minimum_of_model, steepest_edge
from sgdtui.preset.forms.csv_table import TableError
from sgdtui.preset.forms.registry import FORMS
from sgdtui.preset.load import build
from sgdtui.preset.table.features import Prepared, prepare
from sgdtui.preset.table.question import MODELS, TableQuestion
from sgdtui.preset.table.raw import RawTable, from_frame, read_raw
from sgdtui.preset.text.problem import PresetError, names_hint, shortened

SHARE_OF_EDGE = 0.25
"""The learning rate next to the edge: the walkers settle in a few steps, and an SDE still describes them roughly."""
BATCH = 8
COPIES = 8192
"""Of a network with more than a few weights: enough for error bars, and the first picture is there at once."""
USUAL_EVERY = 10
"""Steps between two records where nothing is said."""
RIDGE = 0.01
"""The penalty where the classes can be separated, so that the weights have somewhere to settle."""


@dataclass(frozen=True, slots=True, eq=False)
class FromTable:
    """The experiment, and what was done to the table and chosen for it: a sentence each."""

    experiment: Experiment
    notes: tuple[str, ...]


def from_table(source: Any, question: TableQuestion) -> FromTable:
    """The experiment of a table: a file's path, or a data frame, structured array or mapping of columns.

    A target of two values is fitted by logistic regression, any other number by linear regression. Features are
    standardised, an intercept is added, walkers start at the weights of least loss. Raises PresetError.
    """
    path = Path(source) if isinstance(source, str | Path) else None
    try:
        raw = read_raw(path) if path is not None else from_frame(source)
        prepared = prepare(raw, question.target, question.features)
        layers = question.layers()
        if layers is not None and question.model is not None:
            raise TableError(["network and model exclude each other: a table is fitted by one or the other"])
        if layers is not None:
            return _network(raw, prepared, layers, path)
        return _model(raw, prepared, question.model, path)
    except TableError as error:
        raise PresetError.plain("; ".join(error.messages), error.hint) from None


def _model(raw: RawTable, prepared: Prepared, asked: str | None, path: Path | None) -> FromTable:
    model = _word(asked, prepared, raw.origin)
    sample = {
        "model": model,
        "data": prepared.table,
        "target": prepared.target,
        "intercept": True,
        "standardize": True,
    }
    count = len(prepared.table.rows)
    batch = BATCH if count >= 2 * BATCH else 1
    document: dict[str, Any] = {
        "title": _title(prepared, raw.origin),
        "sample": sample,
        "dynamics": {"batch": batch},
    }
    name = path.stem if path is not None else raw.origin
    experiment = build(document, name=name)
    notes = [_what(model, prepared, count), *prepared.notes]
    assert isinstance(experiment.system, SampleSystem)
    minimum = minimum_of_model(experiment.system)
    if minimum is None and model == "logistic-regression":
        notes.append(
            f"the classes can be separated, so the weights would grow for ever: ridge {RIDGE:g} keeps them finite"
        )
        document["sample"] = {**sample, "ridge": RIDGE}
        experiment = build(document, name=name)
        assert isinstance(experiment.system, SampleSystem)
        minimum = minimum_of_model(experiment.system)
    chosen = _learning_rate(experiment)
    if chosen is not None:
        eta, said = chosen
        document["dynamics"] = {"batch": batch, "eta": eta}
        notes.append(said)
    if minimum is not None:
        document["start"] = {"at": [round_off(float(weight)) for weight in minimum]}
    document["story"] = "".join(f"- {_sentence(note)}\n" for note in notes)
    return FromTable(build(document, name=name), tuple(notes))


def _learning_rate(experiment: Experiment) -> tuple[float, str] | None:
    """A share of the edge of stability, wherever the walkers may be, and the sentence that says so."""
    system, batch = experiment.system, experiment.dynamics.batch
    assert isinstance(system, SampleSystem)
    edge, steepest = edge_of_stability(experiment), steepest_edge(system, batch)
    if edge is None or steepest is None:
        return None
    eta = round_down(SHARE_OF_EDGE * min(edge, steepest))
    said = f"η = {eta:g} at batch {batch}; steps diverge from η = {edge:.3g}, the edge of stability"
    if steepest < 0.99 * edge:
        said += f" (from {steepest:.3g} where the loss is steepest)"
    return eta, said


def _network(raw: RawTable, prepared: Prepared, layers: list[int], path: Path | None) -> FromTable:
    if "network" not in FORMS:
        raise PresetError.plain(
            "this version has no networks yet", "leave --network out, for linear or logistic regression"
        )
    document: dict[str, Any] = {
        "title": _title(prepared, raw.origin),
        "network": {
            "data": prepared.table,
            "target": prepared.target,
            "standardize": True,
            "layers": layers,
        },
    }
    width = " × ".join(map(str, layers)) if layers else "no"
    notes = [f"a network of {width} hidden units predicts {prepared.target}", *prepared.notes]
    name = path.stem if path is not None else raw.origin
    weights = build(document, name=name).dimension
    if weights > USUAL_EVERY:
        # The covariances of P weights are P²/2 products, a step of one copy some 6P: so neither waits for the other.
        every = math.ceil(weights / USUAL_EVERY) * USUAL_EVERY
        document["run"] = {"walkers": COPIES, "every": every}
        notes.append(
            f"recorded every {every} steps: counting the covariances of {weights} weights takes as long"
        )
    document["story"] = "".join(f"- {_sentence(note)}\n" for note in notes)
    return FromTable(build(document, name=name), tuple(notes))


def _word(asked: str | None, prepared: Prepared, origin: str) -> str:
    """The model's long name: as asked, else by the target."""
    if asked is not None:
        model = MODELS.get(asked, asked)
        if model not in MODELS.values():
            raise TableError([f"there is no model '{shortened(asked)}'"], names_hint(asked, list(MODELS)))
    else:
        model = MODELS["logistic" if len(prepared.classes) == 2 else "linear"]
    if len(prepared.classes) > 2:
        shown = ", ".join(shortened(word, 20) for word in prepared.classes[:4])
        raise TableError(
            [
                f"{origin}: '{prepared.target}' has {len(prepared.classes)} words ({shown}); a model tells two apart"
            ],
            "choose a target of numbers or of two words, or keep two of them in the file",
        )
    if model == MODELS["logistic"] and len(prepared.classes) != 2:
        raise TableError(
            [
                f"{origin}: '{prepared.target}' has more than two values, and logistic regression tells two apart"
            ],
            "leave --model out, for linear regression",
        )
    return model


def _title(prepared: Prepared, origin: str) -> str:
    count = len(prepared.table.columns) - 1
    return f"{prepared.target} from {count} column{'s' if count > 1 else ''} of {shortened(origin, 40)}"


def _what(model: str, prepared: Prepared, count: int) -> str:
    features = ", ".join(prepared.table.columns[:-1])
    return f"{model.replace('-', ' ')} of {prepared.target} on {shortened(features, 80)} and an intercept, {count} rows"


def _sentence(note: str) -> str:
    return (note[:1].upper() if note[:1].isascii() else note[:1]) + note[1:] + "."


def round_down(value: float) -> float:
    """To two digits, never up."""
    if not value > 0:
        return value
    power = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.floor(value / power * (1 + 1e-12)) * power:.2g}")


def round_off(value: float) -> float:
    """To six digits."""
    return float(f"{value:.6g}")
