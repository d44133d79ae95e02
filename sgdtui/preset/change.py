"""A changed experiment: dials turned, parts replaced, variants made; always checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sgdtui.model.experiment import UNNAMED, Experiment
from sgdtui.preset.forms.form import owned_parameters
from sgdtui.preset.forms.registry import FORMS, form_of
from sgdtui.preset.from_document import assemble, build_variant
from sgdtui.preset.observe import THAT_BELONGS_TO_THE_SYSTEM
from sgdtui.preset.schema import DynamicsSection, RunSection, Section
from sgdtui.preset.setting_path import apply_change, read_value, resolve
from sgdtui.preset.text.problem import PresetError, names_hint, shortened
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.validate import section
from sgdtui.preset.text.yaml_places import Path
from sgdtui.preset.to_document import describe

_QUICK: Mapping[Path, type[DynamicsSection] | type[RunSection]] = {
    ("dynamics", "eta"): DynamicsSection,
    ("dynamics", "dt"): DynamicsSection,
    ("run", "seed"): RunSection,
    ("run", "every"): RunSection,
}
"""Numbers that nothing else depends on: turned without reading the document again."""


def changed(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """The experiment with changes made: names (see `sgdtui.preset.setting_path`), values as a preset writes them.

    Replacing the loss, the noise or the whole system also drops what was said about the old one: its claims, story,
    variants, and, with the loss, its start and window. A variant that is impossible after the change (momentum with
    an SDE, say) is dropped with its claims. Raises PresetError with everything that is wrong.
    """
    whole = {name: given for name, given in changes.items() if name in (*FORMS, "noise", "variables")}
    if whole:
        experiment = _rebuilt(experiment, whole)
    rest = {name: given for name, given in changes.items() if name not in whole}
    slow: dict[str, Any] = {}
    for name, given in rest.items():
        quick = _quickly(experiment, resolve(experiment, name), given)
        if quick is None:
            slow[name] = given
        else:
            experiment = quick
    return _rebuilt(experiment, slow) if slow else experiment


def variant(experiment: Experiment, name: str) -> Experiment:
    """A variant of the experiment, without variants and claims of its own. Raises PresetError for an unknown name."""
    found = [v for v in experiment.variants if v.name == name]
    if not found:
        known = [v.name for v in experiment.variants]
        raise PresetError.plain(f"there is no variant '{shortened(name)}'", names_hint(name, known))
    report = Report(_file_of(experiment))
    built = build_variant(experiment, found[0], report)
    report.raise_if_wrong()
    assert built is not None
    return _same_objects(experiment, replace(built, document=experiment.document))


def _quickly(experiment: Experiment, path: Path, given: Any) -> Experiment | None:
    """The change without a rebuild, where it is only a number and in range; None where the long way is needed."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    if path in _QUICK:
        room, key = str(path[0]), str(path[1])
        report = Report()
        kind: type[Section] = _QUICK[path]
        checked = section(kind, {key: given}, report)
        if checked is None or report.errors:
            return None
        part = replace(getattr(experiment, room), **{key: getattr(checked, key)})
        return replace(experiment, **{room: part})
    if path[0] == "parameters" and len(path) == 2:
        parameter = next((p for p in experiment.parameters if p.name == path[1]), None)
        if parameter is None:
            return None
        low = parameter.minimum if parameter.minimum is not None else float("-inf")
        high = parameter.maximum if parameter.maximum is not None else float("inf")
        if not (low <= given <= high and abs(given) < float("inf")):
            return None
        turned = experiment.with_parameter(parameter.name, float(given))
        report = Report(_file_of(experiment))
        form_of(turned.system).check(turned, report)
        report.raise_if_wrong()
        return turned
    return None


def _rebuilt(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """The experiment built again from its document with all changes made at once."""
    document = describe(experiment)
    for name, given in changes.items():
        document = apply_change(experiment, document, name, given)
    report = Report(_file_of(experiment))
    if not changes.keys() & {*FORMS, "noise"}:
        built = assemble(document, report, name=experiment.name, keep_variants=False)
    else:
        document = {k: v for k, v in document.items() if k not in THAT_BELONGS_TO_THE_SYSTEM}
        document = _without_window(document) if changes.keys() & set(FORMS) else document
        built = assemble(document, report, name=experiment.name, keep_variants=False)
        if built is None and document.keys() & {"observe", "until"}:
            # What was observed in the old variables may mean nothing in the new ones.
            again = Report(_file_of(experiment))
            document = {k: v for k, v in document.items() if k not in ("observe", "until")}
            built = assemble(document, again, name=experiment.name, keep_variants=False)
            report = again if built is not None else report
    report.raise_if_wrong()
    assert built is not None
    return _same_objects(experiment, replace(built, document=_with_defaults(built, experiment)))


def _file_of(experiment: Experiment) -> str:
    """What problems are named by: nothing where the experiment is a mapping, which has no name."""
    return "" if experiment.name == UNNAMED else experiment.name


def _without_window(document: dict[str, Any]) -> dict[str, Any]:
    space = document.get("space", {})
    kept = {k: v for k, v in space.items() if k == "boundary" or (k == "domain" and "boundary" in space)}
    return {
        **{k: v for k, v in document.items() if k not in ("start", "space")},
        **({"space": kept} if kept else {}),
    }


def _with_defaults(built: Experiment, before: Experiment) -> dict[str, Any]:
    """The document of the rebuilt experiment, its numbers as they were first read: what a dial resets to."""
    document = dict(built.document)
    for room in ("dynamics", "run"):
        old = before.document.get(room, {})
        if room in document:
            document[room] = {**document[room], **{k: v for k, v in old.items() if k in document[room]}}
    old, owned = before.document.get("parameters", {}), {p.name: p for p in owned_parameters(built.system)}
    now = document.pop("parameters", {})
    # A parameter of the loss or the noise that the preset left alone goes back to their value.
    first = {k: old.get(k, v) for k, v in now.items() if k in old or k not in owned}
    return {**document, **({"parameters": first} if first else {})}


def _same_objects(before: Experiment, after: Experiment) -> Experiment:
    """Equal systems become the same object, so that what was derived from it is found again at once."""
    return replace(after, system=before.system) if after.system == before.system else after


__all__ = ["changed", "read_value", "variant"]
