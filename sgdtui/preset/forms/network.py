"""A network section to a `NetworkSystem`: a table, its layers, and what it is trained to do."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath
from typing import cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.data import Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem, stacked
from sgdtui.model.network_passes import Pass
from sgdtui.model.network_start import (
    BestMinimum,
    Initial,
    InitialEach,
    initial,
    initial_each,
    weights_of_file,
)
from sgdtui.model.start import At, Start
from sgdtui.preset.dial import Dial
from sgdtui.preset.forms.csv_table import TableError, checked_table, find_csv
from sgdtui.preset.forms.form import Form, Found, Starts
from sgdtui.preset.forms.sample import read_data
from sgdtui.preset.forms.weights_file import arrays_of_file
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import ExperimentSection, NetworkSection, StartSection
from sgdtui.preset.text.problem import names_hint, shortened
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document

MAX_WEIGHTS = 512
"""So many weights have all their covariances counted: 64 groups of them take 70 MB."""
MAX_CLASSES = 1000
_FEW_CLASSES = 20
"""A target of so many whole numbers from 0 on, each of them there, is taken for classes where no loss is given."""


def read_network(
    section: ExperimentSection, report: Report, folder: FilePath | None, _declared: Collection[str]
) -> Found | None:
    """The network and the parameters of the preset's expressions."""
    given = section.network
    assert given is not None
    data = read_data(given, report, ("network", "data"), folder)
    if data is None:
        return None
    if not isinstance(data, Table):
        report.error(("network", "data"), "a network learns from rows", "give a CSV file or rows in place")
        return None
    prepared = _prepared(given, data, report)
    if prepared is None:
        return None
    loss, outputs = _loss(given, prepared, report)
    if given.standardize and loss == "squared":
        prepared = _with_standard_target(prepared)
    hidden = tuple(given.layers)
    layers = stacked(len(prepared.columns) - 1, hidden, outputs, given.bias)
    if layers[-1].end > MAX_WEIGHTS:
        report.error(
            ("network", "layers"), f"{layers[-1].end} weights", f"allowed: at most {MAX_WEIGHTS} weights"
        )
    if given.label_noise and loss != "squared":
        report.error(
            ("network", "label_noise"), f"label noise needs the squared loss, not {loss}", "remove it"
        )
    if report.errors:
        return None
    system = NetworkSystem(
        data=prepared,
        hidden=hidden,
        activation=given.activation,
        loss=loss,
        outputs=outputs,
        ridge=given.ridge,
        label_noise=given.label_noise,
        bias=given.bias,
        test=given.test,
        train=given.train,
        draw=given.draw,
    )
    parameters = read_parameters(section.parameters, (), system.variables, report, ("parameters",))
    return system, parameters


def _prepared(section: NetworkSection, data: Table, report: Report) -> Table | None:
    """The table with the target last and the features standardised if asked."""
    columns = list(data.columns)
    target = section.target if section.target is not None else columns[-1]
    if target not in columns:
        report.error(
            ("network", "target"), f"there is no column '{shortened(target)}'", names_hint(target, columns)
        )
        return None
    features = [column for column in columns if column != target]
    if not features:
        report.error(
            ("network", "data"),
            "there is no column beside the target",
            "a network needs at least one feature",
        )
        return None
    rows = data.rows[:, [columns.index(column) for column in (*features, target)]]
    if np.ptp(rows[:, -1]) == 0:
        report.error(
            ("network", "target"),
            f"the target '{shortened(target)}' is {rows[0, -1]:g} in every row: there is nothing to learn",
            names_hint(target, features),
        )
        return None
    if section.standardize:
        spread = rows[:, :-1].std(axis=0)
        if np.any(spread == 0):
            flat = features[int(np.argmin(spread))]
            report.error(
                ("network", "standardize"), f"the column '{flat}' is constant", "leave it out of columns"
            )
            return None
        rows[:, :-1] = (rows[:, :-1] - rows[:, :-1].mean(axis=0)) / spread
    kept = len(rows) - round(section.test * len(rows))
    if kept < 2:
        report.error(
            ("network", "test"), f"{kept} rows are left to learn from", "keep out fewer, or give more"
        )
        return None
    try:
        return checked_table((*features, target), rows, data.origin)
    except TableError as error:
        report.error(("network", "data"), error.messages[0], error.hint)
        return None


def _with_standard_target(table: Table) -> Table:
    """Weights of size one then fit it, whatever the target is measured in."""
    rows = table.rows.copy()
    rows[:, -1] = (rows[:, -1] - rows[:, -1].mean()) / rows[:, -1].std()
    rows.flags.writeable = False
    return Table(table.columns, rows, table.origin)


def _loss(section: NetworkSection, table: Table, report: Report) -> tuple[str, int]:
    """The loss and how many outputs it needs: as asked, else by the target."""
    target, name = table.rows[:, -1], table.columns[-1]
    values = np.unique(target)
    whole = bool(np.array_equal(values, np.arange(len(values))))
    asked = section.loss
    if asked is None:
        few = whole and len(values) <= _FEW_CLASSES
        asked = ("logistic" if len(values) == 2 else "softmax") if few else "squared"
    if asked == "logistic" and not (whole and len(values) == 2):
        other = next(v for v in (*values, values[0]) if v not in (0.0, 1.0) or len(values) < 2)
        report.error(
            ("network", "loss"), f"the target '{name}' holds {other:g}", "the logistic loss needs 0 and 1"
        )
    if asked == "softmax" and (not whole or len(values) > MAX_CLASSES):
        odd = next((v for v, k in zip(values, range(len(values)), strict=True) if v != k), float(len(values)))
        report.error(
            ("network", "loss"),
            f"the target '{name}' holds {odd:g}, and softmax needs the classes 0, 1, 2, …, each of them there",
            "number the classes from 0",
        )
    return asked, len(values) if asked == "softmax" else 1


def _document(system: NetworkSystem) -> Document:
    document: Document = {
        "data": system.data,
        "columns": list(system.data.columns),
        "layers": list(system.hidden),
        "activation": system.activation,
        "loss": system.loss,
    }
    usual = {
        "ridge": 0.0,
        "label_noise": 0.0,
        "bias": True,
        "test": 0.0,
        "train": "all",
        "draw": "replacement",
    }
    for key, default in usual.items():
        value = getattr(system, key)
        if value != default:
            document[key] = value
    return {"network": document}


def _check(experiment: Experiment, report: Report) -> None:
    """Note a start from which nothing would ever move, and walls, which weights have none of."""
    system = cast(NetworkSystem, experiment.system)
    if any(wall.kind != "open" for wall in experiment.space.boundaries):
        report.error(("space", "boundary"), "the weights of a network have no walls", "remove it")
    if experiment.dynamics.is_sde:
        report.error(
            ("dynamics", "kind"), "a network is trained by sgd itself, not by its SDE", "write kind: sgd"
        )
    start = experiment.start
    if isinstance(start, At) and not isinstance(start, BestMinimum) and len(start.point) == system.dimension:
        pulled = Pass(system, np.array(start.point), system.rows).row_gradients
        if not _moves(system, np.array(start.point), pulled):
            dead = " (no relu unit is alive on any row)" if system.activation == "relu" else ""
            report.error(
                ("start",),
                f"no hidden weight would ever move from this start{dead}",
                "write start: {init: {seed: 0}}",
            )


def _moves(system: NetworkSystem, point: Array, pulled: Array) -> bool:
    """Whether any weight of the first layer is pulled by any row, where all are trained and there is no ridge there."""
    if system.train == "last" or not system.hidden:
        return True
    first = slice(0, system.layers[0].end)
    return bool(np.any(pulled[:, first] != 0) or (system.ridge > 0 and np.any(point[first] != 0)))


def _dials(experiment: Experiment) -> list[Dial]:
    system = cast(NetworkSystem, experiment.system)
    given = experiment.document.get("network", {})
    found = [
        Dial(
            "ridge",
            system.ridge,
            0.0,
            max(1.0, system.ridge),
            "L2 penalty",
            False,
            False,
            given.get("ridge", 0.0),
        )
    ]
    if system.loss == "squared":
        noise = system.label_noise
        about = "standard deviation of noise on the target"
        found.append(
            Dial(
                "label_noise", noise, 0.0, max(1.0, noise), about, False, False, given.get("label_noise", 0.0)
            )
        )
    return found


def _read_start(
    section: StartSection, system: NetworkSystem, report: Report, folder: FilePath | None
) -> Start | None:
    if section.minimum is not None:
        return BestMinimum(system)
    if section.init is not None:
        make = initial_each if section.init.each else initial
        return make(system, section.init.seed, section.init.scale)
    assert section.weights is not None
    try:
        path = find_csv(section.weights, folder)
        point = weights_of_file(system, arrays_of_file(path))
    except TableError as error:
        report.error(("start", "weights"), error.messages[0], error.hint)
        return None
    except (OSError, ValueError) as error:
        said = shortened(" ".join(str(error).split()), 200)
        report.error(
            ("start", "weights"),
            f"{shortened(section.weights)} cannot be used: {said}",
            "write it by numpy.savez: of each layer its weights (outputs, inputs), then its biases",
        )
        return None
    return At(tuple(float(value) for value in point))


def _start_document(start: Start) -> Document | None:
    match start:
        case BestMinimum():
            return {"minimum": "best"}
        case Initial():
            return {"init": {"seed": start.seed, "scale": start.scale}}
        case InitialEach():
            return {"init": {"seed": start.seed, "scale": start.scale, "each": True}}
    return None


NETWORK = Form(
    "network",
    "network",
    read_network,
    _document,
    _check,
    dials=_dials,
    short={
        name: ("network", name)
        for name in ("layers", "activation", "ridge", "label_noise", "train", "test", "draw")
    },
    forbids={"noise": "its noise is its own", "variables": "its weights name themselves"},
    starts=Starts(initial, ("minimum", "init", "weights"), _read_start, _start_document),
    has_single_precision=True,
)
