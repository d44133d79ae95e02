"""The fourth form: a continuous-time chain of hops."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath
from typing import cast

import numpy as np

from sgdtui.expression import constant
from sgdtui.model.experiment import Experiment
from sgdtui.model.hops import EVALUATE, HopSystem
from sgdtui.preset.dial import Dial, number
from sgdtui.preset.forms.form import Form, Found
from sgdtui.preset.numeric_checks import check_rate
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document, text


def read_hops(
    section: ExperimentSection, report: Report, _folder: FilePath | None, declared: Collection[str]
) -> Found | None:
    """The chain."""
    assert section.hops is not None
    parameters = read_parameters(section.parameters, (), ("x",), report, ("parameters",))
    names = {"x", *declared, *(p.name for p in parameters)}
    rate = report.expression(("hops", "rate"), section.hops.rate, names)
    return HopSystem(section.hops.states, rate or constant(1.0), section.hops.evaluate), parameters


def _document(system: HopSystem) -> Document:
    named_weights = {weight: word for word, weight in EVALUATE.items()}
    weight = system.destination_weight
    return {
        "hops": {
            "states": system.states,
            "rate": text(system.rate),
            "evaluate": named_weights.get(weight, weight),
        }
    }


def _check(experiment: Experiment, report: Report) -> None:
    system = cast(HopSystem, experiment.system)
    states = np.arange(system.states, dtype=float)[:, None]
    check_rate(experiment, system.rate, ("hops", "rate"), states, report)


def _dials(experiment: Experiment) -> list[Dial]:
    system = cast(HopSystem, experiment.system)
    about = "whose rate a hop has: source 0, the wall between ½, destination 1"
    asked = experiment.document.get("hops", {}).get("evaluate", 0.0)
    default = EVALUATE.get(str(asked), number(asked, system.destination_weight))
    return [Dial("evaluate", system.destination_weight, 0.0, 1.0, about, False, False, default)]


HOPS = Form(
    "hops",
    "hops",
    read_hops,
    _document,
    _check,
    dials=_dials,
    short={"evaluate": ("hops", "evaluate")},
    forbids={"noise": "its noise is its own", "variables": "its variable is x"},
    has_dynamics=False,
)
