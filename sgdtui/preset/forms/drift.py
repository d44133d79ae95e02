"""The second form: a velocity field with a noise."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath
from typing import cast

from sgdtui.expression import constant
from sgdtui.model.drift import DriftSystem
from sgdtui.model.experiment import Experiment
from sgdtui.preset.forms.exchangeable_noise import check_dimension, is_named, read_own_noise
from sgdtui.preset.forms.form import Form, Found
from sgdtui.preset.forms.loss import read_variables
from sgdtui.preset.forms.noise import COORDINATES, in_variables, noise_document
from sgdtui.preset.numeric_checks import check_force_and_noise
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.text.names import names_document
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document, text


def read_drift(
    section: ExperimentSection, report: Report, _folder: FilePath | None, declared: Collection[str]
) -> Found | None:
    """The velocity and the noise."""
    texts = section.drift or []
    given = section.variables if section.variables is not None else (["x", "y"] if len(texts) == 2 else None)
    variables = read_variables(given, [], declared, report, ("variables",))
    if len(variables) != len(texts):
        report.error(
            ("drift",),
            f"{len(texts)} velocities for {len(variables)} variables ({', '.join(variables)})",
            "give one expression a variable, and name them by variables: […]",
        )
        return None
    noise = read_own_noise(section, report, declared, variables, ())
    base = noise.parameters if noise is not None else ()
    parameters = read_parameters(
        section.parameters, base, (*variables, *COORDINATES), report, ("parameters",)
    )
    names = {*variables, *declared, *(parameter.name for parameter in parameters), "k", "t"}
    found = [report.expression(("drift", index), text, names) for index, text in enumerate(texts)]
    velocity = tuple(expression if expression is not None else constant(0.0) for expression in found)
    if noise is None:
        return None
    if is_named(section.noise, "noise"):
        check_dimension(noise, len(variables), report)
        noise = in_variables(noise, variables)
    elif noise.form != "isotropic":
        check_dimension(noise, len(variables), report)
    lonely = sorted({"L", "H"} & {name for entry in noise.covariance for name in entry.names})
    if lonely:
        what = "the loss" if lonely[0] == "L" else "the curvature of the loss"
        report.error(
            ("noise",),
            f"this noise names {lonely[0]}, {what}, and a drift has no loss",
            "use a noise of x and y",
        )
        return None
    return DriftSystem(variables, velocity, noise), parameters


def _document(system: DriftSystem) -> Document:
    return {
        "variables": names_document(system.variables),
        "drift": [text(velocity) for velocity in system.velocity],
        "noise": noise_document(system.noise),
    }


def _check(experiment: Experiment, report: Report) -> None:
    system = cast(DriftSystem, experiment.system)
    entries = [(("drift", index), velocity) for index, velocity in enumerate(system.velocity)]
    check_force_and_noise(experiment, entries, report)


DRIFT = Form("drift", "drift", read_drift, _document, _check, has_rules=True)
