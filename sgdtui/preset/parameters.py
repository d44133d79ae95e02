"""Parameters of a loss, a noise and an experiment, merged into one list of dials."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sgdtui.expression import RESERVED
from sgdtui.expression.vector import stem
from sgdtui.model.gradient import LOSS_MINIMUM
from sgdtui.model.parameter import Parameter
from sgdtui.preset.schema import ParameterSection
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.yaml_places import Path

Given = Mapping[str, float | ParameterSection]

_TAKEN = frozenset({*RESERVED, LOSS_MINIMUM, "eta"})


def read_parameters(
    given: Given, base: tuple[Parameter, ...], variables: Collection[str], report: Report, path: Path
) -> tuple[Parameter, ...]:
    """`base` with the values, ranges and texts in `given` put over it, and the new ones after it.

    Notes a name that means something else, a value out of its range, and a new parameter without a value.
    """
    merged = {parameter.name: parameter for parameter in base}
    variables = {stem(variable) for variable in variables}
    for name, entry in given.items():
        where = (*path, name)
        if stem(name) in variables or stem(name) in _TAKEN:
            report.error(where, _collision(stem(name), variables), "choose another name", key=True)
            continue
        old = merged.get(name)
        if isinstance(entry, ParameterSection):
            new = _from_section(entry, old, name)
        else:
            new = replace(old, value=entry) if old else Parameter(name, entry)
        if new is None:
            if not report.left_out(where):
                report.error(
                    where,
                    f"the parameter '{name}' has no value",
                    f"write {name}: 1 or {name}: {{value: 1}}",
                    key=True,
                )
            new = Parameter(name, 1.0)
        elif problem := _range_problem(new):
            report.error(where, problem[0], problem[1])
        merged[name] = new
    return tuple(merged.values())


def _collision(name: str, variables: Collection[str]) -> str:
    if name in variables:
        return f"'{name}' is a variable, so it cannot be a parameter"
    if name == "eta":
        return "'eta' is the learning rate, so it cannot be a parameter"
    return f"'{name}' is a word of the expression language, so it cannot be a parameter"


def _from_section(entry: ParameterSection, old: Parameter | None, name: str) -> Parameter | None:
    value = entry.value if entry.value is not None else (old.value if old else None)
    if value is None:
        return None
    given = entry.model_fields_set
    minimum = entry.min if "min" in given else (old.minimum if old else None)
    maximum = entry.max if "max" in given else (old.maximum if old else None)
    about = str(entry.about) if "about" in given else (old.about if old else "")
    return Parameter(name, value, minimum, maximum, about)


def _range_problem(parameter: Parameter) -> tuple[str, str] | None:
    low, high, value = parameter.minimum, parameter.maximum, parameter.value
    if low is not None and high is not None and low >= high:
        return f"the range {low:g} to {high:g} is empty", "min must be below max"
    if (low is not None and value < low) or (high is not None and value > high):
        left = "" if low is None else f"{low:g} <= "
        right = "" if high is None else f" <= {high:g}"
        return f"{value:g} is out of range", f"allowed: {left}{parameter.name}{right}"
    return None


def renamed(parameters: tuple[Parameter, ...], taken: Collection[str]) -> dict[str, str]:
    """New names for the noise's parameters that are `taken` already: `s` becomes `noise_s`, then `noise_s_`."""
    names: dict[str, str] = {}
    for parameter in parameters:
        if parameter.name in taken:
            name = f"noise_{parameter.name}"
            while name in taken or any(name == p.name for p in parameters):
                name += "_"
            names[parameter.name] = name
    return names
