"""The noise of an experiment: a name, an expression in place or a mapping, for a loss or a drift."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sgdtui.expression import constant
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.preset import library
from sgdtui.preset.forms.named import noise_from_file
from sgdtui.preset.forms.noise import NOISE_NAMES, read_entries, read_noise, with_names
from sgdtui.preset.parameters import renamed
from sgdtui.preset.schema import ExperimentSection, NoiseSection
from sgdtui.preset.text.problem import did_you_mean
from sgdtui.preset.text.report import Report


def is_named(given: Any, kind: str) -> bool:
    """Whether a text names a preset of the library."""
    return isinstance(given, str) and library.find(given, kind) is not None


def preset_hint(given: Any, kind: str) -> str:
    """A word that is nearly a preset's name was probably meant as one."""
    if not isinstance(given, str) or not library.NAME.match(given):
        return ""
    close = did_you_mean(given, library.names(kind))
    return f"or did you mean the {kind} preset '{close}'?" if close else ""


def read_own_noise(
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
    elif isinstance(given, list):
        names = {*NOISE_NAMES, *variables, *declared, *(parameter.name for parameter in taken)}
        noise = Noise(*read_entries(given, names, report, ("noise",)))
    else:
        names = {*NOISE_NAMES, *variables, *declared, *(parameter.name for parameter in taken)}
        expression = report.expression(("noise",), given, names, preset_hint(given, "noise"))
        noise = Noise((expression if expression is not None else constant(1.0),))
    return (
        with_names(noise, renamed(noise.parameters, {p.name for p in taken})) if noise is not None else None
    )


def check_dimension(noise: Noise, dimension: int, report: Report) -> None:
    """A noise is for as many coordinates as the system has."""
    names = {name for entry in noise.covariance for name in entry.names}
    if "H" in names and dimension > 1:
        report.error(
            ("noise",),
            f"H, the curvature, is for one variable; here are {dimension}",
            _noises_that_fit(dimension),
        )
        return
    wanted = noise.dimension
    if wanted is None or wanted == dimension or (noise.form == "isotropic" and wanted <= dimension):
        return
    what = f"the noise '{noise.name}'" if noise.name else "this noise"
    report.error(
        ("noise",),
        f"{what} is for {wanted} dimension{'s' if wanted > 1 else ''}, the system has {dimension}",
        _noises_that_fit(dimension),
    )


def _noises_that_fit(dimension: int) -> str:
    """Which noises of the library fit a dimension."""
    fitting = []
    for name, (_, path) in library.paths("noise").items():
        noise = noise_from_file(path, Report())
        if noise is not None and noise.dimension in (None, dimension):
            fitting.append(name)
    return f"noises that fit: {', '.join(fitting)}" if fitting else ""
