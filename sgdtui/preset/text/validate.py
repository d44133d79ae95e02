"""A plain document to a checked section: pydantic's errors in our words, all of them, each at its path."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sgdtui.preset import schema
from sgdtui.preset.text.problem import names_hint, shortened
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.values import described
from sgdtui.preset.text.yaml_places import Path

SectionType = TypeVar("SectionType", bound=schema.Section)

_NESTED: dict[str, dict[str, type[BaseModel]]] = {
    "ExperimentSection": {
        "loss": schema.LossSection,
        "noise": schema.NoiseSection,
        "sample": schema.SampleSection,
        "hops": schema.HopsSection,
        "tumble": schema.TumbleSection,
        "dynamics": schema.DynamicsSection,
        "space": schema.SpaceSection,
        "start": schema.StartSection,
        "run": schema.RunSection,
        "expect": schema.ExpectSection,
        "parameters": schema.ParameterSection,
    },
    "LossSection": {"parameters": schema.ParameterSection},
    "NoiseSection": {"parameters": schema.ParameterSection},
    "DynamicsSection": {"swarm": schema.SwarmSection},
    "SpaceSection": {"boundary": schema.ReflectSection},
    "StartSection": {"normal": schema.NormalSection},
}
_FALSE_FRIENDS = {
    "learning_rate": "eta",
    "lr": "eta",
    "batch_size": "batch",
    "beta": "momentum",
    "sigma": "covariance",
    "observables": "observe",
    "params": "parameters",
    "claims": "expect",
    "n_walkers": "walkers",
}
_MAX_PASSES = 40


def section(kind: type[SectionType], document: Any, report: Report, path: Path = ()) -> SectionType | None:
    """The document as a section of `kind`.

    Every mistake is noted in `report`. What is wrong is then left out and the rest read on, so that the mistakes
    of the rest are found too; None only where nothing can be read. Paths that were left out are in `report.pruned`.
    """
    if not isinstance(document, Mapping):
        report.error(path, f"a mapping is wanted, not {described(document)}")
        return None
    remaining = copy_plain(document)
    for _ in range(_MAX_PASSES):
        try:
            return kind.model_validate(remaining)
        except ValidationError as error:
            details = error.errors(include_url=False)
        except RecursionError:
            report.error(path, "nested too deeply")
            return None
        cut = False
        for detail in details:
            where = _real_path(detail["loc"], document)
            full = (*path, *where)
            # What is missing because a wrong part of it was left out before has been told already.
            missed = detail["type"] == "missing" and report.left_out(full)
            if not missed and not any(full[: len(p)] == p for p in report.pruned):
                _tell(detail, where, kind, report, path)
            cut = _prune(remaining, where) or cut
            report.pruned.add(full)
        if not cut:
            return None
    return None


def copy_plain(value: Any) -> Any:
    """A copy of the mappings and lists of a document; everything else is shared."""
    if isinstance(value, Mapping):
        return {key: copy_plain(inner) for key, inner in value.items()}
    return [copy_plain(inner) for inner in value] if isinstance(value, list) else copy.copy(value)


def _real_path(location: tuple[int | str, ...], document: Any) -> Path:
    """The error's location without the names of union members, followed into the document."""
    path: list[int | str] = []
    value = document
    for step in location:
        if isinstance(value, Mapping):
            if step in value:
                value = value[step]
            elif str(step).startswith("\0") or step == "[key]" or isinstance(step, int):
                continue  # a number here is the place in a list that one mapping alone may stand for
            else:
                value = None
            path.append(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            path.append(step)
            value = value[step]
    return tuple(path)


def _tell(detail: ErrorDetails, where: Path, kind: type[BaseModel], report: Report, path: Path) -> None:
    full = (*path, *where)
    context = detail.get("ctx", {})
    match detail["type"]:
        case "preset":
            is_key = "[key]" in detail["loc"]
            report.error(full, str(context["message"]), str(context.get("hint", "")), key=is_key)
        case "extra_forbidden":
            key = str(where[-1])
            allowed = _allowed(kind, where[:-1])
            friend = _FALSE_FRIENDS.get(key.lower())
            hint = f"did you mean '{friend}'?" if friend in allowed else names_hint(key, allowed)
            if len(where) == 1 and (home := _home(friend or key)) is not None:
                hint = f"it belongs under {home}: write {home}: {{{friend or key}: …}}"
            report.error((*path, *where), f"unknown key '{shortened(key)}'", hint, key=True)
        case "invalid_key":
            report.error(full, f"a key is a text, not {described(where[-1])}")
        case "missing":
            key = str(where[-1])
            owner = (*path, *where[:-1])
            report.error(owner, f"'{key}' is missing", "" if not owner else f"give '{key}' here", key=True)
        case "dict_type" | "model_type" | "model_attributes_type":
            report.error(full, f"a mapping is wanted, not {described(detail['input'])}")
        case "list_type":
            report.error(full, f"a list is wanted, not {described(detail['input'])}")
        case "bool_type" | "bool_parsing":
            report.error(full, f"true or false is wanted, not {described(detail['input'])}")
        case _:
            report.error(full, f"{described(detail['input'])} is not allowed here", detail["msg"])


def _home(key: str) -> str | None:
    """The section of an experiment that a key written outside every section belongs to."""
    rooms = ("dynamics", "run", "space", "start")
    return next((r for r in rooms if key in _NESTED["ExperimentSection"][r].model_fields), None)


def _allowed(kind: type[BaseModel], where: Path) -> list[str]:
    for step in where:
        inner = _NESTED.get(kind.__name__, {}).get(step) if isinstance(step, str) else None
        if inner is not None:
            kind = inner
    return [field.alias or name for name, field in kind.model_fields.items()]


def _prune(document: Any, where: Path) -> bool:
    """Leave the innermost mapping entry on the way to `where` out. False where there is none left."""
    owner: tuple[dict[Any, Any], int | str] | None = None
    value = document
    for step in where:
        if isinstance(value, dict):
            if step not in value:
                break
            owner = (value, step)
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            break
    if owner is None:
        return False
    del owner[0][owner[1]]
    return True
