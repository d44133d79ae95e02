"""A plain document to an `Experiment`: every section read in its order, every mistake noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from sgdtui.model.experiment import UNNAMED, Experiment, Variant
from sgdtui.model.plain import before_the_rule
from sgdtui.model.quantities import quantity_names
from sgdtui.preset.dynamics import read_dynamics, read_run
from sgdtui.preset.forms.registry import form_of, read_system
from sgdtui.preset.numeric_checks import check_recording
from sgdtui.preset.observe import read_expectations, read_observables, read_until
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.setting_path import apply_change
from sgdtui.preset.space import read_space, read_start
from sgdtui.preset.text.names import parameter_names
from sgdtui.preset.text.problem import PresetError
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.validate import section
from sgdtui.preset.text.yaml_places import Path
from sgdtui.preset.to_document import describe

MAX_VARIANTS = 64


def assemble(
    document: Any,
    report: Report,
    *,
    folder: FilePath | None = None,
    name: str = UNNAMED,
    keep_variants: bool = True,
) -> Experiment | None:
    """The experiment of a document, or None; what is wrong is in `report`. `folder` is where its data may lie.

    A wrong variant is an error; with `keep_variants` false it is dropped instead.
    """
    checked = section(ExperimentSection, document, report)
    if checked is None:
        return None
    experiment = _assemble(checked, document, report, folder, name)
    if experiment is None or report.errors:
        return None
    experiment = replace(experiment, document=describe(experiment))
    if not keep_variants:
        return without_broken_variants(experiment)
    _check_variants(experiment, report)
    return experiment


def _assemble(
    checked: ExperimentSection,
    document: Mapping[str, Any],
    report: Report,
    folder: FilePath | None,
    name: str,
) -> Experiment | None:
    given = document.get("parameters")
    declared = parameter_names(given.items()) if isinstance(given, Mapping) else set()
    found = read_system(checked, report, folder, declared)
    expectations = read_expectations(checked, report)
    if found is None:
        return None
    system, parameters = found
    names = {*declared, *(parameter.name for parameter in parameters)}
    dynamics = read_dynamics(checked.dynamics, system, names, report)
    space = read_space(checked.space, system, report)
    known = {*system.variables, *names, *quantity_names(system), "k", "t"}
    if len(checked.variants) > MAX_VARIANTS:
        report.error(("variants",), f"{len(checked.variants)} variants", f"allowed: at most {MAX_VARIANTS}")
    title = checked.title or name
    experiment = Experiment(
        system=system,
        parameters=parameters,
        dynamics=dynamics,
        space=space,
        start=read_start(checked.start, system, space, report, folder),
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
        stepped = before_the_rule(experiment)
        form_of(stepped.system).check(stepped, report)
        if "every" not in checked.run.model_fields_set:
            check_recording(experiment, report)
    return experiment


def without_broken_variants(experiment: Experiment) -> Experiment:
    """The experiment without the variants that can no longer be built, and without what was claimed of them."""
    kept = tuple(v for v in experiment.variants if build_variant(experiment, v, Report()) is not None)
    if len(kept) == len(experiment.variants):
        return experiment
    names = {None, *(v.name for v in kept)}
    return replace(
        experiment,
        variants=kept,
        expect=tuple(claim for claim in experiment.expect if claim.variant in names),
    )


def _check_variants(experiment: Experiment, report: Report) -> None:
    """Build each variant once, so that a wrong one is told of now (a warning of the preset itself only once)."""
    own = len(report.problems)
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
        build_variant(experiment, variant, inner)
    told = {problem.message for problem in report.problems[:own]}
    report.problems[own:] = [problem for problem in report.problems[own:] if problem.message not in told]


def build_variant(experiment: Experiment, variant: Variant, report: Report) -> Experiment | None:
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
    built = _assemble(checked, document, report, None, experiment.name)
    return built if built is not None and report.errors == errors else None
