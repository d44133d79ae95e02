"""The fifth form: run and tumble."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath
from typing import cast

from sgdtui.expression import constant
from sgdtui.model.experiment import Experiment
from sgdtui.model.tumble import TumbleSystem
from sgdtui.preset.forms.form import Form, Found
from sgdtui.preset.numeric_checks import check_rate, points_to_check
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document, text


def read_tumble(
    section: ExperimentSection, report: Report, _folder: FilePath | None, declared: Collection[str]
) -> Found | None:
    """Speed and rate."""
    assert section.tumble is not None
    parameters = read_parameters(section.parameters, (), ("x",), report, ("parameters",))
    names = {"x", *declared, *(p.name for p in parameters)}
    speed = report.expression(("tumble", "speed"), section.tumble.speed, names)
    rate = report.expression(("tumble", "rate"), section.tumble.rate, names)
    return TumbleSystem(speed or constant(1.0), rate or constant(1.0)), parameters


def _document(system: TumbleSystem) -> Document:
    return {"tumble": {"speed": text(system.speed), "rate": text(system.rate)}}


def _check(experiment: Experiment, report: Report) -> None:
    system = cast(TumbleSystem, experiment.system)
    points = points_to_check(experiment)
    check_rate(experiment, system.speed, ("tumble", "speed"), points, report)
    check_rate(experiment, system.rate, ("tumble", "rate"), points, report)


TUMBLE = Form(
    "tumble",
    "tumble",
    read_tumble,
    _document,
    _check,
    forbids={"noise": "its noise is its own", "variables": "its variable is x"},
)
