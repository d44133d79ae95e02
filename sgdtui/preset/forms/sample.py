"""A sample section to a `SampleSystem`: data from a file, rows in place or drawn afresh; a loss or a built-in model."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import cast

import numpy as np

from sgdtui.expression import RESERVED, ExpressionError, constant, parse
from sgdtui.expression.vector import ENTRY, lengths, stem
from sgdtui.model.data import Data, Distribution, Fresh, Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem
from sgdtui.preset.dial import Dial
from sgdtui.preset.forms.csv_table import TableError, checked_table, column_name, find_csv, read_csv
from sgdtui.preset.forms.form import Form, Found
from sgdtui.preset.forms.loss import read_variables
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import MAX_DIMENSION, ExperimentSection, NetworkSection, SampleSection
from sgdtui.preset.text.names import entries, names_document
from sgdtui.preset.text.problem import names_hint, shortened
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.values import described
from sgdtui.preset.text.written import Document, box_document, text
from sgdtui.preset.text.yaml_places import Path

DISTRIBUTIONS = {
    "normal": "normal(mean, sd)",
    "uniform": "uniform(low, high)",
    "exponential": "exponential(mean)",
    "bernoulli": "bernoulli(p)",
    "choice": "choice([values], [probabilities])",
}
_CALL = re.compile(r"\s*([A-Za-z]+)\s*\((.*)\)\s*\Z", re.DOTALL)
_CHOICE = re.compile(r"\s*\[([^\[\]]*)\]\s*(?:,\s*\[([^\[\]]*)\]\s*)?\Z")


def read_sample(
    section: SampleSection,
    report: Report,
    path: Path,
    *,
    folder: FilePath | None,
    parameters: Collection[str],
) -> SampleSystem | None:
    """The system, or None where it is wrong. `folder` is the preset's own: data files are looked for in it."""
    if (section.loss is None) == (section.model is None):
        report.error(path, "a sample needs a loss or a model", "give one of: loss, model", key=True)
        return None
    data = read_data(section, report, (*path, "data"), folder)
    if data is None:
        return None
    if isinstance(data, Fresh) and section.draw != "replacement":
        report.error(
            (*path, "draw"), f"'{section.draw}' needs rows; columns drawn afresh have none", "leave draw out"
        )
    system = (
        _with_loss(section, data, report, path, parameters)
        if section.model is None
        else _with_model(section, data, report, path)
    )
    if (
        system is not None
        and section.domain is not None
        and len(section.domain) not in (1, 2, system.dimension)
    ):
        report.error((*path, "domain"), f"{len(section.domain)} intervals for {system.dimension} weights")
        return None
    return system


def _with_loss(
    section: SampleSection, data: Data, report: Report, path: Path, parameters: Collection[str]
) -> SampleSystem:
    for key in ("target", "intercept", "standardize", "ridge"):
        if key in section.model_fields_set and getattr(section, key):
            report.error((*path, key), f"'{key}' belongs to a model, not to a loss", key=True)
    variables = read_variables(section.variables, [], parameters, report, (*path, "variables"))
    taken = {*variables, *parameters, *RESERVED}
    taken |= {stem(name) for name in (*variables, *parameters)}
    for column in data.columns:
        if column in taken or stem(column) in taken:
            report.error(
                (*path, "columns"), f"the column '{column}' is named like a variable, parameter or function"
            )
    hint = "" if section.variables is not None else "the weights are named by variables: [w]"
    names = {*variables, *data.columns, *parameters, "k", "t"}
    expression = report.expression((*path, "loss"), section.loss, names, hint)  # type: ignore[arg-type]
    return SampleSystem(data, variables, expression or constant(0.0), None, section.draw, 0.0, section.domain)


def _with_model(section: SampleSection, data: Data, report: Report, path: Path) -> SampleSystem | None:
    columns = list(data.columns)
    target = section.target if section.target is not None else columns[-1]
    if target not in columns:
        report.error(
            (*path, "target"), f"there is no column '{shortened(target)}'", names_hint(target, columns)
        )
        return None
    features = [column for column in columns if column != target]
    prepared = _prepared(section, data, features, target, report, path)
    if prepared is None:
        return None
    features = list(prepared.columns[:-1])
    if not 1 <= len(features) <= MAX_DIMENSION:
        report.error(
            (*path, "data"), f"{len(features)} weights", f"allowed: 1 to {MAX_DIMENSION}; pick columns: […]"
        )
        return None
    if section.variables is None:
        weights = tuple(f"w_{column}"[:40] for column in features)
        if len(set(weights)) < len(weights):
            weights = tuple(f"w{index + 1}" for index in range(len(features)))
    else:
        weights = read_variables(section.variables, [], (), report, (*path, "variables"))
    if len(weights) != len(features):
        report.error(
            (*path, "variables"),
            f"{len(weights)} names for {len(features)} weights",
            f"one for each of {', '.join(features)}",
        )
        return None
    return SampleSystem(prepared, weights, None, section.model, section.draw, section.ridge, section.domain)


def _prepared(
    section: SampleSection, data: Data, features: list[str], target: str, report: Report, path: Path
) -> Data | None:
    """The data with the target last, a column of ones where an intercept is wanted, features standardised if asked."""
    order = [data.columns.index(column) for column in (*features, target)]
    if "intercept" in features and section.intercept:
        report.error((*path, "intercept"), "there is a column named 'intercept' already")
        return None
    named = (*features, *(("intercept",) if section.intercept else ()), target)
    if isinstance(data, Fresh):
        if section.standardize:
            report.error(
                (*path, "standardize"),
                "columns drawn afresh cannot be standardised",
                "choose their laws instead",
            )
            return None
        laws = [data.distributions[i] for i in order]
        ones = [Distribution("choice", (1.0, 1.0))] if section.intercept else []
        return Fresh(named, (*laws[:-1], *ones, laws[-1]))
    rows = data.rows[:, order]
    if section.model == "logistic-regression" and not np.all((rows[:, -1] == 0) | (rows[:, -1] == 1)):
        other = rows[(rows[:, -1] != 0) & (rows[:, -1] != 1), -1][0]
        report.error(
            (*path, "target"), f"the target '{target}' holds {other:g}", "logistic regression needs 0 and 1"
        )
        return None
    if section.standardize:
        spread = rows[:, :-1].std(axis=0)
        if np.any(spread == 0):
            constant = features[int(np.argmin(spread))]
            report.error(
                (*path, "standardize"), f"the column '{constant}' is constant", "leave it out of columns"
            )
            return None
        rows[:, :-1] = (rows[:, :-1] - rows[:, :-1].mean(axis=0)) / spread
    if section.intercept:
        rows = np.insert(rows, len(features), 1.0, axis=1)
    try:
        return replace(checked_table(named, rows, data.origin), columns=named)
    except TableError as error:
        report.error((*path, "data"), error.messages[0], error.hint)
        return None


def read_data(
    section: SampleSection | NetworkSection, report: Report, path: Path, folder: FilePath | None
) -> Data | None:
    """The table, or the columns drawn afresh, of a section; None where they are wrong."""
    given = section.data
    if isinstance(given, Table | Fresh):
        return given
    if section.columns is not None and len(set(section.columns.names)) < len(section.columns.names):
        report.error((*path[:-1], "columns"), "a column is named twice")
        return None
    try:
        if isinstance(given, str):
            return read_csv(find_csv(given, folder), section.columns)
        if isinstance(given, list):
            return _rows_in_place(given, section, report, path)
        if isinstance(given, Mapping):
            return _fresh(given, section, report, path)
    except TableError as error:
        for message in error.messages:
            report.error(path, message, error.hint)
        return None
    report.error(path, f"data is a file's name, rows or distributions, not {described(given)}")
    return None


def _rows_in_place(
    given: list[object], section: SampleSection | NetworkSection, report: Report, path: Path
) -> Table | None:
    rows = [row if isinstance(row, list) else [row] for row in given]
    named = list(section.columns.names) if section.columns is not None else []
    width = len(named) if section.columns is not None else (len(rows[0]) if rows else 0)
    columns = named or [f"c{index + 1}" for index in range(width)]
    before = report.errors
    for index, row in enumerate(rows):
        if len(row) != width:
            report.error((*path, index), f"{len(row)} values for {width} columns")
        for position, cell in enumerate(row):
            if isinstance(cell, bool) or not isinstance(cell, int | float) or not np.isfinite(float(cell)):
                report.error((*path, index, position), f"a finite number is wanted, not {described(cell)}")
        if report.errors - before >= 20:
            break
    if section.columns is None:
        report.error(path, "rows in place need names", "give columns: [a, b, …]", key=True)
    if report.errors > before:
        return None
    for index, name in enumerate(columns):
        if not ENTRY.match(name) and name != column_name(name, index):
            report.error((*path[:-1], "columns", index), f"'{shortened(name)}' cannot be a column's name")
            return None
    return checked_table(columns, np.array(rows, dtype=np.float64).reshape(len(rows), width), "")


def _fresh(
    given: Mapping[str, object], section: SampleSection | NetworkSection, report: Report, path: Path
) -> Fresh | None:
    if section.columns is not None:
        given = _spread(given, lengths(section.columns.names))
    order = list(section.columns.names) if section.columns is not None else list(given)
    before = report.errors
    for name in order:
        if name not in given:
            report.error((*path[:-1], "columns"), f"the column '{shortened(name)}' has no distribution")
    laws = []
    for index, name in enumerate(given):
        if name not in order:
            report.error((*path, name), f"the column '{shortened(name)}' is not in columns", key=True)
        if not ENTRY.match(name) and name != column_name(name, index):
            report.error((*path, name), f"'{shortened(name)}' cannot be a column's name", key=True)
    if not given:
        report.error(path, "no columns", 'give {a: "normal(0, 1)", …}')
    if report.errors > before:
        return None
    for name in order:
        law = read_distribution(given[name], report, (*path, name))
        if law is not None:
            laws.append(law)
    return Fresh(tuple(order), tuple(laws)) if len(laws) == len(order) else None


def _spread(given: Mapping[str, object], vectors: Mapping[str, int]) -> dict[str, object]:
    """The distribution of a vector is that of each of its numbers, which are drawn independently."""
    found: dict[str, object] = {}
    for name, law in given.items():
        found |= dict.fromkeys(entries(name, vectors.get(name, 1)), law)
    return found


def read_distribution(given: object, report: Report, path: Path) -> Distribution | None:
    """A distribution as a preset writes it: `normal(0, 1)`, `choice([a, b], [p, q])`, or a bare constant."""
    if isinstance(given, int | float) and not isinstance(given, bool) and np.isfinite(float(given)):
        return Distribution("choice", (float(given), 1.0))
    match = _CALL.match(given) if isinstance(given, str) else None
    if match is None or match.group(1) not in DISTRIBUTIONS:
        word = match.group(1) if match else str(given)
        report.error(
            path, f"{described(given)} is not a distribution", names_hint(word, list(DISTRIBUTIONS.values()))
        )
        return None
    kind, inside = match.groups()
    try:
        if kind == "choice":
            lists = _CHOICE.match(inside)
            if lists is None:
                raise ExpressionError(f"write {DISTRIBUTIONS[kind]}")
            values = _numbers(lists.group(1))
            shares = (
                _numbers(lists.group(2)) if lists.group(2) is not None else [1 / len(values)] * len(values)
            )
            if len(values) != len(shares):
                raise ExpressionError(f"{len(values)} values and {len(shares)} probabilities")
            arguments = [*values, *shares]
        else:
            arguments = _numbers(inside)
    except ExpressionError as error:
        report.error(path, f"{kind}: {error.message}", f"write {DISTRIBUTIONS[kind]}")
        return None
    problem = _argument_problem(kind, arguments)
    if problem:
        report.error(path, problem, f"write {DISTRIBUTIONS[kind]}")
        return None
    return Distribution(kind, tuple(arguments))


def _numbers(text: str) -> list[float]:
    found = []
    for part in text.split(","):
        value = parse(part, ()).constant_value
        if value is None:
            raise ExpressionError(f"'{part.strip()}' is not a number")
        found.append(value)
    return found


def _argument_problem(kind: str, a: list[float]) -> str:
    count = {"normal": 2, "uniform": 2, "exponential": 1, "bernoulli": 1}.get(kind)
    if count is not None and len(a) != count:
        return f"{kind} takes {count} number{'s' if count > 1 else ''}, not {len(a)}"
    if kind == "choice":
        shares = a[len(a) // 2 :]
        if len(a) % 2 or any(share < 0 for share in shares) or abs(sum(shares) - 1) > 1e-6:
            return "choice takes as many probabilities as values; they are not negative and add up to 1"
    if kind == "normal" and a[1] < 0:
        return "the standard deviation is negative"
    if kind == "uniform" and a[0] >= a[1]:
        return "low must be below high"
    if kind == "exponential" and a[0] <= 0:
        return "the mean must be positive"
    if kind == "bernoulli" and not 0 <= a[0] <= 1:
        return "p must be in [0, 1]"
    return ""


def read_sample_form(
    section: ExperimentSection, report: Report, folder: FilePath | None, declared: Collection[str]
) -> Found | None:
    """The data and what is fitted to them."""
    assert section.sample is not None
    variables = tuple(section.sample.variables or ())
    parameters = read_parameters(section.parameters, (), variables, report, ("parameters",))
    names = {*declared, *(p.name for p in parameters)}
    system = read_sample(section.sample, report, ("sample",), folder=folder, parameters=names)
    return (system, parameters) if system is not None else None


def _document(system: SampleSystem) -> Document:
    return {"sample": _sample(system)}


def _sample(system: SampleSystem) -> Document:
    document: Document = {"model": system.model} if system.model else {"loss": text(system.loss)}  # type: ignore[arg-type]
    document |= {
        "variables": names_document(system.variables),
        "columns": names_document(system.data.columns),
    }
    if isinstance(system.data, Fresh):
        laws = dict(zip(system.data.columns, map(_distribution, system.data.distributions), strict=True))
        document["data"] = laws
        if lengths(laws):  # each number of a vector may have a law of its own
            document["columns"] = list(system.data.columns)
    else:
        document["data"] = system.data
    if system.draw != "replacement":
        document["draw"] = system.draw
    if system.ridge:
        document["ridge"] = system.ridge
    if system.domain is not None:
        document["domain"] = box_document(system.domain)
    return document


def _distribution(law: Distribution) -> str:
    a = law.arguments
    if law.kind == "choice":
        half = len(a) // 2
        return f"choice([{_listed(a[:half])}], [{_listed(a[half:])}])"
    return f"{law.kind}({_listed(a)})"


def _listed(values: Sequence[float]) -> str:
    return ", ".join(repr(float(value)) for value in values)


def _check(_experiment: Experiment, _report: Report) -> None:
    """Data were checked when they were read."""


def _dials(experiment: Experiment) -> list[Dial]:
    system = cast(SampleSystem, experiment.system)
    if system.model is None:
        return []
    ridge = experiment.document.get("sample", {}).get("ridge", 0.0)
    return [Dial("ridge", system.ridge, 0.0, max(1.0, system.ridge), "L2 penalty", False, False, ridge)]


SAMPLE = Form(
    "sample",
    "sample",
    read_sample_form,
    _document,
    _check,
    dials=_dials,
    short={name: ("sample", name) for name in ("draw", "ridge")},
    forbids={"noise": "its noise is its own", "variables": "they belong inside sample"},
    has_rules=True,
)
