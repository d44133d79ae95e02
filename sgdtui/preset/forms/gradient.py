"""The first form: a loss with a noise."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath

from sgdtui.expression import constant
from sgdtui.model.experiment import Experiment
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.preset import library
from sgdtui.preset.forms.exchangeable_noise import check_dimension, is_named, preset_hint, read_own_noise
from sgdtui.preset.forms.form import Form, Found
from sgdtui.preset.forms.loss import loss_document, read_loss, read_variables
from sgdtui.preset.forms.named import loss_from_file
from sgdtui.preset.forms.noise import COORDINATES, in_coordinates, in_variables, noise_document
from sgdtui.preset.numeric_checks import check_force_and_noise
from sgdtui.preset.parameters import read_parameters
from sgdtui.preset.schema import ExperimentSection, LossSection
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.written import Document


def read_gradient(
    section: ExperimentSection, report: Report, _folder: FilePath | None, declared: Collection[str]
) -> Found | None:
    """The loss and the noise."""
    loss = _loss(section, report, declared)
    # Without a loss the noise and the parameters are still read, so that their mistakes are found too.
    variables = loss.variables if loss is not None else tuple(section.variables or ("x", "y"))
    base = loss.parameters if loss is not None else ()
    noise = read_own_noise(section, report, declared, variables, base)
    base = (*base, *(noise.parameters if noise is not None else ()))
    parameters = read_parameters(
        section.parameters, base, (*variables, *COORDINATES), report, ("parameters",)
    )
    if loss is None or noise is None:
        return None
    noise = in_coordinates(noise, variables) if not is_named(section.noise, "noise") else noise
    check_dimension(noise, loss.dimension, report)
    return GradientSystem(loss, noise), parameters


def _loss(section: ExperimentSection, report: Report, declared: Collection[str]) -> Loss | None:
    given = section.loss
    path = library.find(given, "loss") if isinstance(given, str) else None
    if path is not None:
        if section.variables is not None:
            report.error(("variables",), f"the loss '{given}' names its own variables", "remove it", key=True)
        return loss_from_file(path, report)
    if isinstance(given, LossSection):
        return read_loss(given, report, ("loss",), more_names=declared, variables=section.variables)
    assert given is not None
    variables = read_variables(section.variables, [given], declared, report, ("variables",))
    hint = preset_hint(given, "loss")
    expression = report.expression(("loss",), given, {*variables, *declared, "k", "t"}, hint)
    return Loss(expression if expression is not None else constant(0.0), variables)


def _document(system: GradientSystem) -> Document:
    return {"loss": loss_document(system.loss), "noise": noise_document(_own_names(system))}


def _own_names(system: GradientSystem) -> Noise:
    """The noise in the names that a noise in place would use for these variables."""
    if system.variables == COORDINATES[: system.dimension]:
        return system.noise
    return in_variables(system.noise, system.variables)


def _check(experiment: Experiment, report: Report) -> None:
    surface = experiment.system.surface
    assert surface is not None
    check_force_and_noise(experiment, [(("loss",), surface.expression)], report)


GRADIENT = Form(
    "loss", "gradient", read_gradient, _document, _check, short={"law": ("noise", "law")}, has_rules=True
)
