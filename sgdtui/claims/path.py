"""Where a path leads in a result's document, and the standard error that belongs to what is there."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sgdtui.claims.grammar import AbsentError, ClaimError, Key, Path, nearest
from sgdtui.compare.distances.registry import DISTANCES

Document = Mapping[str, Any]

_SECTIONS = ("first_passage", "flow", "settings")
"""Sections whose entries go by their bare name too."""

_COUNTED = ("dimension", "time", "samples", "lost")
"""Known without error."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands at a path: a number, truth value, text, or None; `se` is None where it is not known."""

    value: float | bool | str | None
    se: float | None


def read(document: Document, path: Path) -> Reading:
    """Follow a path.

    Short names: an observable's name is `observables.NAME.value`; a prediction's name starts in `predictions`, and
    a distance's (`tv`, `kl`, …) after it in its `distance`, an observable's name in its `observables`; a
    variant's name starts in `variants`; entries of `first_passage`, `flow` and `settings` and parameters go by their
    own names. `fokker_planck` is `fokker-planck`.

    Raises:
        ClaimError: nothing stands there, or a whole section does.
    """
    root, keys = _within_variant(document, path)
    keys = _written_out(root, keys, path)
    value = _follow(root, keys, path)
    if isinstance(value, Mapping) and "value" in value:
        keys, value = (*keys, "value"), value["value"]
    if isinstance(value, Mapping | list | tuple):
        raise ClaimError(_not_a_number(path, value), path.offset, path.length)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        return Reading(number if math.isfinite(number) else None, _error(root, keys))
    return Reading(value, None)


def _within_variant(document: Document, path: Path) -> tuple[Document, tuple[Key, ...]]:
    keys = path.keys
    variants = document.get("variants") or {}
    if keys[0] == "variants" and len(keys) > 2:
        keys = keys[1:]
        name = spelt(variants, keys[0])
        if name is None:
            raise unknown(keys[0], variants, path, "variant")
    else:
        name = None if spelt(document, keys[0]) or _is_short(document, keys[0]) else spelt(variants, keys[0])
        if name is None or len(keys) < 2:
            return document, keys
    return variants[name], keys[1:]


def _is_short(document: Document, key: Key) -> bool:
    return any(
        spelt(document.get(section) or {}, key) for section in ("observables", "predictions", *_SECTIONS)
    )


def _written_out(root: Document, keys: tuple[Key, ...], path: Path) -> tuple[Key, ...]:
    """The path in full, from the top of `root`."""
    first = keys[0]
    if spelt(root, first) is None:
        if spelt(root.get("why_not") or {}, first):
            return ("predictions", *keys)
        for section in ("observables", "predictions", *_SECTIONS):
            if spelt(root.get(section) or {}, first):
                keys = (section, *keys)
                break
        else:
            if spelt((root.get("settings") or {}).get("parameters") or {}, first):
                keys = ("settings", "parameters", *keys)
            else:
                raise unknown(first, _first_names(root), path, "quantity")
    if keys[0] == "predictions" and len(keys) > 2:
        name, what = keys[1], keys[2]
        prediction = (root.get("predictions") or {}).get(spelt(root.get("predictions") or {}, name) or "", {})
        if what in DISTANCES:
            keys = (keys[0], name, "distance", *keys[2:])
        elif spelt(prediction, what) is None and spelt(prediction.get("observables") or {}, what):
            keys = (keys[0], name, "observables", *keys[2:])
    return keys


def _follow(root: Any, keys: tuple[Key, ...], path: Path) -> Any:
    value = root
    for position, key in enumerate(keys):
        if isinstance(value, Mapping):
            found = spelt(value, key)
            if found is None:
                if keys[:1] == ("predictions",) and position == 1:
                    raise _absent(root, key, path)
                raise unknown(key, value, path, "entry")
            value = value[found]
        elif isinstance(value, list | tuple):
            if not isinstance(key, int):
                raise ClaimError(f"{key!r} is no index of a list of {len(value)}", path.offset, path.length)
            if key >= len(value):
                raise ClaimError(
                    f"index {key} is too large: there are {len(value)}, from 0", path.offset, path.length
                )
            value = value[key]
        elif value is None:
            return None
        else:
            raise ClaimError(f"there is nothing named {key!r} in a number", path.offset, path.length)
    return value


def spelt(mapping: Mapping[str, Any], key: Key) -> str | None:
    """The mapping's own spelling of a key, hyphens and underscores alike."""
    if not isinstance(key, str):
        return None
    for spelling in (key, key.replace("_", "-"), key.replace("-", "_")):
        if spelling in mapping:
            return spelling
    return None


def _error(root: Document, keys: tuple[Key, ...]) -> float | None:
    """The standard error that stands beside a measured number; 0 for what was not measured."""
    top, last = keys[0], keys[-1]
    if top == "predictions" and last == "value":
        return _number(root, (top, spelt(root[top], keys[1]) or "", "se")) or 0.0
    exact = top in ("settings", "network") or (top == "predictions" and "distance" not in keys)
    if (
        exact
        or (len(keys) == 1 and top in _COUNTED)
        or str(last).startswith(("predicted", "kramers_", "chain_"))
    ):
        return 0.0
    if top == "predictions":
        return _number(root, (top, spelt(root[top], keys[1]) or "", "distance_se", last))
    if last == "value":
        return _number(root, (*keys[:-1], "se"))
    if top == "first_passage" and last in ("mean_steps", "mean_time", "fraction"):
        return _passage_error(root["first_passage"], last, (root.get("settings") or {}).get("walkers"))
    if top in ("histogram", "flow", "asymmetry") and keys[1] in ("density", "displacement", "area_rate"):
        return _number(root, (top, f"{keys[1]}_se", *keys[2:]))
    if isinstance(top, str) and len(keys) > 1 and isinstance(last, int):
        return _number(root, (f"{top}_se", *keys[1:]))
    return _number(root, (*keys[:-1], f"{last}_se"))


def _passage_error(passage: Mapping[str, Any], what: Key, walkers: int | None) -> float | None:
    se, steps, time = passage.get("se_steps"), passage.get("mean_steps"), passage.get("mean_time")
    if what == "mean_steps":
        return float(se) if se is not None else None
    if what == "fraction" and walkers and passage.get("fraction") is not None:
        fraction = float(passage["fraction"])
        return math.sqrt(fraction * (1 - fraction) / walkers)
    if what == "mean_time" and None not in (se, steps, time) and steps:
        return float(se * time / steps)  # type: ignore[operator]
    return None


def _number(root: Any, keys: tuple[Key, ...]) -> float | None:
    value = root
    try:
        for key in keys:
            value = value[key]
    except (KeyError, IndexError, TypeError):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def _first_names(root: Document) -> list[str]:
    names = list(root)
    for section in ("observables", "predictions", *_SECTIONS, "variants"):
        names += list(root.get(section) or {})
    return names + list((root.get("settings") or {}).get("parameters") or {})


def unknown(key: Key, allowed: Collection[str], path: Path, what: str) -> ClaimError:
    """The error of a key that is none of those `allowed`, with the nearest of them or all; `what` is what they are."""
    suggestion = nearest(str(key), allowed)
    if suggestion:
        hint = f"; did you mean {suggestion}?"
    else:
        shown = sorted(map(str, allowed))
        more = ", …" if len(shown) > 12 else ""
        hint = f"; there are {', '.join(shown[:12])}{more}" if shown else "; there are none"
    return ClaimError(f"no {what} named {key!r}{hint}", path.offset, path.length, suggestion)


def _absent(root: Document, name: Key, path: Path) -> ClaimError:
    reasons = root.get("why_not") or {}
    if isinstance(reasons, Mapping) and (known := spelt(reasons, name)):
        reason = reasons[known]
        if isinstance(reason, Mapping):
            reason = reason.get("reason", "")
        return AbsentError(f"there is no {known} prediction: {reason}", path.offset, path.length)
    return unknown(name, root.get("predictions") or {}, path, "prediction")


def _not_a_number(path: Path, value: Any) -> str:
    shown = ".".join(map(str, path.keys))
    if isinstance(value, Mapping):
        return (
            f"{shown} is a section, not a number; go on with one of {', '.join(map(str, list(value)[:12]))}"
        )
    return f"{shown} is a list of {len(value)}; go on with an index, such as {shown}[0]"
