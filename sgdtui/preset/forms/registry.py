"""Which of the forms an experiment has, and its system: loss with noise, drift with noise, sample, hops or tumble."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath
from typing import Any

from sgdtui.expression import constant
from sgdtui.model.drift import DriftSystem
from sgdtui.model.experiment import System
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.hops import HopSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.model.tumble import TumbleSystem
from sgdtui.preset import library
from sgdtui.preset.forms.loss import read_loss, read_variables
from sgdtui.preset.forms.named import loss_from_file, noise_from_file
from sgdtui.preset.forms.noise import (
    COORDINATES,
    NOISE_NAMES,
    in_coordinates,
    in_variables,
    read_noise,
    with_names,
)
from sgdtui.preset.forms.sample import read_sample
from sgdtui.preset.parameters import read_parameters, renamed
from sgdtui.preset.schema import ExperimentSection, LossSection, NoiseSection
from sgdtui.preset.text.problem import did_you_mean
from sgdtui.preset.text.report import Report

FORMS = ("loss", "drift", "sample", "hops", "tumble")


def read_system(
    section: ExperimentSection, report: Report, folder: FilePath | None, declared: Collection[str]
) -> tuple[System, tuple[Parameter, ...]] | None:
    """The system and all parameters, or None where there is none.

    `declared` are the names of the document's parameters, the wrong ones included.
    """
    forms = [form for form in FORMS if getattr(section, form) is not None]
    if len(forms) != 1:
        if forms:
            report.error(
                (forms[1],),
                f"{' and '.join(forms)}: a preset has one system",
                f"keep one of: {', '.join(forms)}",
                key=True,
            )
        elif not any(report.left_out((form,)) for form in FORMS):
            report.error(
                (),
                "there is no system",
                "give a loss (with a noise), a drift (with a noise), sample, hops or tumble",
            )
        return None
    form = forms[0]
    if form in ("sample", "hops", "tumble"):
        for key in ("noise", "variables"):
            if getattr(section, key) is not None:
                why = (
                    "its noise is its own"
                    if key == "noise"
                    else f"they belong inside {form}"
                    if form == "sample"
                    else "its variable is x"
                )
                report.error((key,), f"'{key}' does not go with {form}: {why}", "remove it", key=True)
    match form:
        case "loss":
            return _gradient(section, report, declared)
        case "drift":
            return _drift(section, report, declared)
    variables: tuple[str, ...] = (
        tuple(section.sample.variables or ()) if section.sample is not None else ("x",)
    )
    parameters = read_parameters(section.parameters, (), variables, report, ("parameters",))
    names = {*declared, *(p.name for p in parameters)}
    if section.sample is not None:
        sample = read_sample(section.sample, report, ("sample",), folder=folder, parameters=names)
        return (sample, parameters) if sample is not None else None
    if section.hops is not None:
        rate = report.expression(("hops", "rate"), section.hops.rate, {"x", *names})
        return HopSystem(section.hops.states, rate or constant(1.0), section.hops.evaluate), parameters
    assert section.tumble is not None
    speed = report.expression(("tumble", "speed"), section.tumble.speed, {"x", *names})
    rate = report.expression(("tumble", "rate"), section.tumble.rate, {"x", *names})
    return TumbleSystem(speed or constant(1.0), rate or constant(1.0)), parameters


def _gradient(
    section: ExperimentSection, report: Report, declared: Collection[str]
) -> tuple[System, tuple[Parameter, ...]] | None:
    loss = _loss(section, report, declared)
    # Without a loss the noise and the parameters are still read, so that their mistakes are found too.
    variables = loss.variables if loss is not None else tuple(section.variables or ("x", "y"))
    base = loss.parameters if loss is not None else ()
    noise = _noise(section, report, declared, variables, base)
    base = (*base, *(noise.parameters if noise is not None else ()))
    parameters = read_parameters(
        section.parameters, base, (*variables, *COORDINATES), report, ("parameters",)
    )
    if loss is None or noise is None:
        return None
    noise = in_coordinates(noise, variables) if not _is_named(section.noise, "noise") else noise
    _check_dimension(noise, loss.dimension, report)
    return GradientSystem(loss, noise), parameters


def _is_named(given: Any, kind: str) -> bool:
    return isinstance(given, str) and library.find(given, kind) is not None


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
    hint = _preset_hint(given, "loss")
    expression = report.expression(("loss",), given, {*variables, *declared, "k", "t"}, hint)
    return Loss(expression if expression is not None else constant(0.0), variables)


def _preset_hint(given: Any, kind: str) -> str:
    """A word that is nearly a preset's name was probably meant as one."""
    if not isinstance(given, str) or not library.NAME.match(given):
        return ""
    close = did_you_mean(given, library.names(kind))
    return f"or did you mean the {kind} preset '{close}'?" if close else ""


def _noise(
    section: ExperimentSection,
    report: Report,
    declared: Collection[str],
    variables: tuple[str, ...],
    taken: tuple[Parameter, ...],
) -> Noise | None:
    """The noise, its parameters renamed where the loss has one of that name."""
    given = section.noise
    if given is None:
        return Noise((constant(1.0),))
    path = library.find(given, "noise") if isinstance(given, str) else None
    if path is not None:
        noise = noise_from_file(path, report)
    elif isinstance(given, NoiseSection):
        more = {*declared, *(parameter.name for parameter in taken)}
        noise = read_noise(given, report, ("noise",), more_names=more, variables=variables)
    else:
        names = {*NOISE_NAMES, *variables, *declared, *(parameter.name for parameter in taken)}
        expression = report.expression(("noise",), given, names, _preset_hint(given, "noise"))
        noise = Noise((expression if expression is not None else constant(1.0),))
    return (
        with_names(noise, renamed(noise.parameters, {p.name for p in taken})) if noise is not None else None
    )


def _drift(
    section: ExperimentSection, report: Report, declared: Collection[str]
) -> tuple[System, tuple[Parameter, ...]] | None:
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
    noise = _noise(section, report, declared, variables, ())
    base = noise.parameters if noise is not None else ()
    parameters = read_parameters(
        section.parameters, base, (*variables, *COORDINATES), report, ("parameters",)
    )
    names = {*variables, *declared, *(parameter.name for parameter in parameters), "k", "t"}
    found = [report.expression(("drift", index), text, names) for index, text in enumerate(texts)]
    velocity = tuple(expression if expression is not None else constant(0.0) for expression in found)
    if noise is None:
        return None
    if _is_named(section.noise, "noise"):
        _check_dimension(noise, len(variables), report)
        noise = in_variables(noise, variables)
    elif noise.form != "isotropic":
        _check_dimension(noise, len(variables), report)
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


def _check_dimension(noise: Noise, dimension: int, report: Report) -> None:
    names = {name for entry in noise.covariance for name in entry.names}
    if "H" in names and dimension > 1:
        report.error(
            ("noise",), f"H, the curvature, is for one variable; here are {dimension}", _fitting(dimension)
        )
        return
    wanted = noise.dimension
    if wanted is None or wanted == dimension or (noise.form == "isotropic" and wanted <= dimension):
        return
    what = f"the noise '{noise.name}'" if noise.name else "this noise"
    report.error(
        ("noise",),
        f"{what} is for {wanted} dimension{'s' if wanted > 1 else ''}, the system has {dimension}",
        _fitting(dimension),
    )


def _fitting(dimension: int) -> str:
    """Which noises of the library fit a dimension."""
    fitting = []
    for name, (_, path) in library.paths("noise").items():
        noise = noise_from_file(path, Report())
        if noise is not None and noise.dimension in (None, dimension):
            fitting.append(name)
    return f"noises that fit: {', '.join(fitting)}" if fitting else ""
