"""A noise section, or a noise preset's file, to a `Noise`; and its law."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from sgdtui.expression import Expression, constant, substitute
from sgdtui.expression import name as named
from sgdtui.model.law import KINDS, Law
from sgdtui.model.noise import LEARNING_RATE, Noise
from sgdtui.model.parameter import Parameter
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import MAX_DIMENSION, NoiseSection
from sgdtui.preset.text.problem import names_hint, shortened
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document, parameter_document, text
from sgdtui.preset.text.yaml_places import Path

COORDINATES = ("x", "y")
NOISE_NAMES = frozenset({*COORDINATES, "L", "H", "k", "t", LEARNING_RATE})
"""What every noise may name besides its parameters."""

_LAW = re.compile(r"\s*([A-Za-z-]+)\s*(?:\(\s*([^()]*?)\s*\))?\s*\Z")


def read_law(text: str, report: Report, path: Path) -> Law | None:
    """A law as a preset writes it: `gaussian`, `student-t(3)`, `stable(1.5)`."""
    match = _LAW.match(text)
    kind = match.group(1) if match else text
    if match is None or kind not in KINDS:
        report.error(path, f"'{shortened(text)}' is not a law", names_hint(kind, KINDS))
        return None
    argument = match.group(2)
    if kind not in ("student-t", "stable"):
        if argument is not None:
            report.error(path, f"{kind} takes no number", f"write law: {kind}")
            return None
        return Law(kind)
    low, high = (2.0, float("inf")) if kind == "student-t" else (0.0, 2.0)
    wanted = "student-t(NU) with NU > 2" if kind == "student-t" else "stable(ALPHA) with 0 < ALPHA <= 2"
    try:
        shape = float(argument or "")
    except ValueError:
        report.error(path, f"{kind} takes one number", f"write {wanted}")
        return None
    if not (low < shape <= high and shape < float("inf")):
        more = (
            "; below 2 it has no variance: stable(ALPHA) has a scale instead" if kind == "student-t" else ""
        )
        report.error(path, f"{shape:g} is out of range for {kind}", f"allowed: {wanted}{more}")
        return None
    return Law(kind, shape)


def read_noise(
    section: NoiseSection,
    report: Report,
    path: Path = (),
    *,
    name: str = "",
    more_names: Collection[str] = (),
    declared: Collection[str] = (),
    variables: Collection[str] = (),
) -> Noise:
    """The noise in its own names; what is wrong with it is in `report`. A noise in place may use `variables` too."""
    parameters = read_parameters(
        section.parameters, (), (*variables, *COORDINATES), report, (*path, "parameters")
    )
    names = {*NOISE_NAMES, *section.parameters, *declared, *more_names, *variables}
    entries = read_entries(section.covariance, names, report, (*path, "covariance"))
    law = read_law(section.law, report, (*path, "law"))
    return Noise(
        covariance=entries[0],
        form=entries[1],
        law=law if law is not None else Law(),
        name=section.name or name,
        title=section.title or section.name or name,
        about=section.about,
        parameters=parameters,
    )


def read_entries(
    covariance: object, names: Collection[str], report: Report, path: Path
) -> tuple[tuple[Expression, ...], str]:
    """The entries of Σ, row by row, and the form they were written in (a placeholder for each wrong one)."""
    if not isinstance(covariance, list):
        expression = report.expression(path, covariance, names)  # type: ignore[arg-type]
        return (expression or constant(1.0),), "isotropic"
    full = isinstance(covariance[0], list)
    if len(covariance) > MAX_DIMENSION:
        report.error(path, f"{len(covariance)} dimensions", f"allowed: at most {MAX_DIMENSION}")
        covariance = covariance[:1]
    if full:
        found = [
            report.expression((*path, row, column), text, names)
            for row, entries in enumerate(covariance)
            for column, text in enumerate(entries[: len(covariance)])
        ]
    else:
        found = [report.expression((*path, index), text, names) for index, text in enumerate(covariance)]
    return tuple(expression or constant(1.0) for expression in found), "full" if full else "diagonal"


def with_names(noise: Noise, names: Mapping[str, str]) -> Noise:
    """The noise with names replaced all at once, in Σ and in its parameters."""
    replacements = {old: named(new) for old, new in names.items() if old != new}
    if not replacements:
        return noise
    return Noise(
        covariance=tuple(substitute(entry, replacements) for entry in noise.covariance),
        form=noise.form,
        law=noise.law,
        name=noise.name,
        title=noise.title,
        about=noise.about,
        parameters=tuple(
            Parameter(names.get(p.name, p.name), p.value, p.minimum, p.maximum, p.about)
            for p in noise.parameters
        ),
    )


def in_coordinates(noise: Noise, variables: tuple[str, ...]) -> Noise:
    """A noise written in the system's variables, rewritten in x and y, the first and second coordinate."""
    return with_names(noise, dict(zip(variables, COORDINATES, strict=False)))


def in_variables(noise: Noise, variables: tuple[str, ...]) -> Noise:
    """A noise written in x and y, rewritten in the system's first and second variable."""
    return with_names(noise, dict(zip(COORDINATES, variables, strict=False)))


def noise_document(noise: Noise) -> Document:
    """A noise as a noise preset writes it, with the name it was taken from."""
    document: Document = {"title": noise.title, "about": noise.about, "name": noise.name}
    document = {key: value for key, value in document.items() if value}
    entries = [text(entry) for entry in noise.covariance]
    if noise.form == "isotropic":
        document["covariance"] = entries[0]
    elif noise.form == "diagonal":
        document["covariance"] = entries
    else:
        d = round(len(entries) ** 0.5)
        document["covariance"] = [entries[row * d : (row + 1) * d] for row in range(d)]
    if noise.law.kind != "gaussian":
        document["law"] = (
            f"{noise.law.kind}({noise.law.shape!r})" if noise.law.shape is not None else noise.law.kind
        )
    if noise.parameters:
        document["parameters"] = {p.name: parameter_document(p) for p in noise.parameters}
    return document
