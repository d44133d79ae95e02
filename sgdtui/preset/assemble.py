"""A plain document to an `Experiment`: every section read in its order, every mistake noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from sgdtui.model.experiment import Experiment, Variant
from sgdtui.preset.address import apply_change
from sgdtui.preset.describe import describe
from sgdtui.preset.dynamics import read_dynamics, read_run
from sgdtui.preset.grid import check_numbers
from sgdtui.preset.locate import Path
from sgdtui.preset.observe import read_expectations, read_observables, read_until
from sgdtui.preset.problem import PresetError
from sgdtui.preset.report import Report
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.space import read_space, read_start
from sgdtui.preset.system import read_system
from sgdtui.preset.validate import section

MAX_VARIANTS = 64


def assemble(
    document: Any, report: Report, *, folder: FilePath | None = None, name: str = "unnamed"
) -> Experiment | None:
    """The experiment of a document, or None; what is wrong is in `report`. `folder` is where its data may lie."""
    checked = section(ExperimentSection, document, report)
    if checked is None:
        return None
    experiment = _assemble(checked, document, report, folder, name)
    if experiment is None or report.errors:
        return None
    experiment = replace(experiment, document=describe(experiment))
    _check_variants(experiment, report, folder)
    return experiment


def _assemble(
    checked: ExperimentSection,
    document: Mapping[str, Any],
    report: Report,
    folder: FilePath | None,
    name: str,
) -> Experiment | None:
    given = document.get("parameters")
    declared = {str(key) for key in given} if isinstance(given, Mapping) else set()
    found = read_system(checked, report, folder, declared)
    expectations = read_expectations(checked, report)
    if found is None:
        return None
    system, parameters = found
    names = {*declared, *(parameter.name for parameter in parameters)}
    dynamics = read_dynamics(checked.dynamics, system, names, report)
    space = read_space(checked.space, system, report)
    known = {*system.variables, *names, "k", "t"}
    if len(checked.variants) > MAX_VARIANTS:
        report.error(("variants",), f"{len(checked.variants)} variants", f"allowed: at most {MAX_VARIANTS}")
    title = checked.title or name
    experiment = Experiment(
        system=system,
        parameters=parameters,
        dynamics=dynamics,
        space=space,
        start=read_start(checked.start, system, space, report),
        run=read_run(checked.run, system, dynamics, len(space.axes), report),
        temperature=checked.temperature,
        observe=read_observables(checked, system, known, report),
        until=read_until(checked, known, report),
        variants=tuple(Variant(key, tuple(changes.items())) for key, changes in checked.variants.items()),
        expect=expectations,
        name=name,
        title=title,
        story=checked.story,
        source=checked.source,
    )
    if not report.errors:
        check_numbers(experiment, report)
    return experiment


def _check_variants(experiment: Experiment, report: Report, folder: FilePath | None) -> None:
    """Build each variant once, so that a wrong one is told of now."""
    for variant in experiment.variants:

        def relocate(path: Path, variant: Variant = variant) -> Path:
            """The change in the file that a problem of the built variant comes from."""
            for key, _ in variant.changes:
                steps = tuple(key.split("."))
                shown = tuple(str(step) for step in path)
                if shown[: len(steps)] == steps or steps[: len(shown)] == shown or steps[-1:] == shown[-1:]:
                    return ("variants", variant.name, key)
            return ("variants", variant.name)

        inner = report.variant(variant.name, relocate)
        build_variant(experiment, variant, inner, folder)


def build_variant(
    experiment: Experiment, variant: Variant, report: Report, folder: FilePath | None = None
) -> Experiment | None:
    """The experiment with a variant's changes, without variants and claims of its own, or None."""
    document = describe(replace(experiment, variants=(), expect=()))
    for key, value in variant.changes:
        try:
            document = apply_change(experiment, document, key, value)
        except PresetError as error:
            for problem in error.problems:
                report.error(tuple(key.split(".")), problem.message, problem.hint, key=True)
            return None
    checked = section(ExperimentSection, document, report)
    if checked is None:
        return None
    errors = report.errors
    built = _assemble(checked, document, report, folder, experiment.name)
    return built if built is not None and report.errors == errors else None
