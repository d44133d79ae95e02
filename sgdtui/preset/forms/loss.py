"""A loss section, or a loss preset's file, to a `Loss`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sgdtui.expression import RESERVED, Expression, constant
from sgdtui.expression.vector import stem
from sgdtui.model.loss import Loss
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import MAX_DIMENSION, LossSection
from sgdtui.preset.text.names import names_document
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document, box_document, parameter_document, text
from sgdtui.preset.text.yaml_places import Path

_WORD_Y = re.compile(r"(?<![A-Za-z0-9_])y(?![A-Za-z0-9_])")


def read_variables(
    given: list[str] | None, texts: Iterable[Any], parameters: Collection[str], report: Report, path: Path
) -> tuple[str, ...]:
    """The coordinates: as given, else x, or x and y where one of the texts names y (and y is no parameter)."""
    if given is None:
        names_y = "y" not in parameters and any(
            isinstance(text, str) and _WORD_Y.search(text) for text in texts
        )
        return ("x", "y") if names_y else ("x",)
    if not given or len(given) > MAX_DIMENSION:
        report.error(path, f"{len(given)} variables", f"allowed: 1 to {MAX_DIMENSION}")
        return ("x",)
    for index, name in enumerate(given):
        if stem(name) in RESERVED or stem(name) == "eta":
            report.error(
                (*path, index),
                f"'{stem(name)}' is a word of the expression language, so it cannot be a variable",
            )
        if name in given[:index]:
            report.error((*path, index), f"the variable '{name}' is named twice")
    return tuple(dict.fromkeys(given))


def read_conditions(
    given: Mapping[str, Any], names: Collection[str], report: Report, path: Path
) -> tuple[tuple[str, Expression], ...]:
    """Named conditions."""
    found = ((name, report.condition((*path, name), text, names)) for name, text in given.items())
    return tuple((name, expression) for name, expression in found if expression is not None)


def read_loss(
    section: LossSection,
    report: Report,
    path: Path = (),
    *,
    name: str = "",
    more_names: Collection[str] = (),
    declared: Collection[str] = (),
    variables: list[str] | None = None,
) -> Loss:
    """The loss; what is wrong with it is in `report`.

    `more_names` are parameters given around it; `declared` its own, the wrong ones included; `variables` those
    given around it.
    """
    own = {*section.parameters, *declared, *more_names}
    given = section.variables if section.variables is not None else variables
    coordinates = read_variables(given, [section.loss], own, report, (*path, "variables"))
    parameters = read_parameters(section.parameters, (), coordinates, report, (*path, "parameters"))
    names = {*coordinates, *own, "k", "t"}
    expression = report.expression((*path, "loss"), section.loss, names)
    regions = read_conditions(section.regions, names, report, (*path, "regions"))
    if section.domain is not None and len(section.domain) != len(coordinates):
        report.error(
            (*path, "domain"),
            f"{len(section.domain)} intervals for {len(coordinates)} variables",
            f"give one interval for each of {', '.join(coordinates)}",
        )
    return Loss(
        # A placeholder where it is wrong, so that the mistakes after it are found too.
        expression=expression if expression is not None else constant(0.0),
        variables=coordinates,
        name=section.name or name,
        title=section.title or section.name or name,
        about=section.about,
        parameters=parameters,
        domain=section.domain if section.domain and len(section.domain) == len(coordinates) else None,
        regions=regions,
    )


def loss_document(loss: Loss) -> Document:
    """A loss as a loss preset writes it, with the name it was taken from."""
    document: Document = {"title": loss.title, "about": loss.about, "name": loss.name}
    document = {key: value for key, value in document.items() if value}
    document |= {"variables": names_document(loss.variables), "loss": text(loss.expression)}
    if loss.parameters:
        document["parameters"] = {p.name: parameter_document(p) for p in loss.parameters}
    if loss.domain is not None:
        document["domain"] = box_document(loss.domain)
    if loss.regions:
        document["regions"] = {name: text(condition) for name, condition in loss.regions}
    return document
