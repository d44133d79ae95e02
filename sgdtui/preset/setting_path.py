"""Names of what can be changed: a parameter, a short name of a dial, or a dotted path into the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sgdtui.model.experiment import Experiment
from sgdtui.model.rules.registry import RULES
from sgdtui.preset.forms.registry import FORMS, form_of
from sgdtui.preset.schema import ExperimentSection
from sgdtui.preset.text.problem import PresetError, names_hint, shortened
from sgdtui.preset.text.yaml_places import Path, locate

_OF_THE_STEP = (
    "kind", "eta", "batch", "momentum", "schedule", "convention", "dt", "swarm", "precision", "optimizer", "dampening",
    "decay", "precondition", "inject",
)  # fmt: skip

SHORT: Mapping[str, Path] = {
    **{name: ("dynamics", name) for name in _OF_THE_STEP},
    "coupling": ("dynamics", "swarm", "coupling"),
    **{name: ("run", name) for name in ("walkers", "burn_in", "steps", "every", "seed", "bins")},
    **{name: ("space", name) for name in ("domain", "boundary", "axes")},
    **{name: path for form in FORMS.values() for name, path in form.short.items()},
}
"""Short names, besides the parameters and the document's own top-level keys."""

_MERGED = ("dynamics", "run", "space", "parameters", "observe")


def read_value(text: str) -> Any:
    """A value as typed on a command line: a number, a truth value, a list or mapping in brackets, else the text."""
    located = locate(text, "")
    plain = not located.problems and (text.lstrip()[:1] in "[{" or not isinstance(located.value, dict | list))
    return located.value if plain and located.value is not None else text


def resolve(experiment: Experiment, name: str) -> Path:
    """The document path that a name means. Raises PresetError for an unknown one."""
    if any(parameter.name == name for parameter in experiment.parameters):
        return ("parameters", name)
    rule = RULES[experiment.dynamics.optimizer.name]
    if any(number.name == name for number in rule.numbers):
        return ("dynamics", "optimizer", rule.name, name)
    own = form_of(experiment.system).short
    if name in own:
        return own[name]
    if name in SHORT:
        return SHORT[name]
    steps = tuple(name.split("."))
    top = [key for key in ExperimentSection.model_fields if key != "version"]
    if steps[0] not in top or not all(steps):
        known = [*(parameter.name for parameter in experiment.parameters), *SHORT, *top]
        raise PresetError.plain(f"there is no dial or setting '{shortened(name)}'", names_hint(name, known))
    return steps


def apply_change(experiment: Experiment, document: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A new document with one change: `name` as `resolve` knows it, `value` as a preset would write it.

    Raises PresetError for an unknown name, or a path through something that is no mapping.
    """
    path = resolve(experiment, name)
    changed = dict(document)
    if path[0] in FORMS and len(path) == 1:
        _forget_other_forms(changed, str(path[0]))
    if path in (("loss",), ("noise",)):
        _forget_parameters(experiment, changed, str(path[0]))
    if path[0] == "parameters" and len(path) == 2 and not isinstance(value, Mapping):
        return _with_parameter(changed, str(path[1]), value)
    if path[0] == "start" and len(path) >= 2 and path[1] not in changed.get("start", {}):
        changed["start"] = {}
    if path == ("dynamics", "swarm") and isinstance(value, int | float) and not isinstance(value, bool):
        before = changed.get("dynamics", {}).get("swarm", {})
        value = {"coupling": before.get("coupling", 0.0), "size": value}
    if path[0] in _MERGED and len(path) == 1 and isinstance(value, Mapping):
        value = {**changed.get(str(path[0]), {}), **value}
    result: dict[str, Any] = _with(changed, path, value, name)
    return result


def _with(document: Any, path: Path, value: Any, name: str) -> Any:
    if not path:
        return value
    if not isinstance(document, Mapping):
        raise PresetError.plain(
            f"'{shortened(name)}' leads nowhere", f"'{path[0]}' would be inside a plain value"
        )
    key = str(path[0])
    return {**document, key: _with(document.get(key, {}) if len(path) > 1 else None, path[1:], value, name)}


def _with_parameter(document: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    given = document.get("parameters", {})
    old = given.get(name)
    new = {**old, "value": value} if isinstance(old, Mapping) else value
    return {**document, "parameters": {**given, name: new}}


def _forget_other_forms(document: dict[str, Any], form: str) -> None:
    others = [other for other in FORMS if other != form and other in document]
    for other in others:
        del document[other]
    if others:
        document.pop("variables", None)
        if "noise" in FORMS[form].forbids:
            document.pop("noise", None)


def _forget_parameters(experiment: Experiment, document: dict[str, Any], part: str) -> None:
    """What an experiment says of the parameters of a loss (or noise) goes when that is replaced."""
    system = experiment.system
    owner = system.surface if part == "loss" else system.exchangeable_noise
    gone = {parameter.name for parameter in owner.parameters} if owner is not None else set()
    if gone and "parameters" in document:
        document["parameters"] = {k: v for k, v in document["parameters"].items() if k not in gone}
