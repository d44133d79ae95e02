"""Names of variables, columns and parameters as a preset writes them, vectors included.

`[w, b]` is a list of names; `{w: 20, b: 1}` names vectors by their lengths, and a length of 1 is a single number. A
vector's numbers are names of their own, `w[0]` to `w[19]`: what is read is a list of those, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from sgdtui.expression.vector import ENTRY, lengths
from sgdtui.preset.text.values import IDENTIFIER, LABEL, Checked, described, plain, wrong

MOST = 4096
"""Longest vector."""
_ENTRY_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,39}(\[[0-9]+\])?$"
_LENGTH_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MOST}


def _name(value: Any) -> str:
    entry = ENTRY.match(value) if isinstance(value, str) else None
    if not isinstance(value, str) or not IDENTIFIER.match(entry.group(1) if entry else value):
        raise wrong(
            f"{described(value)} cannot be a name",
            "a name is letters, digits and _, begins with a letter, at most 40; a number of a vector is w[3]",
        )
    return value


def entries(name: str, length: int) -> list[str]:
    """The names of a vector's numbers; of a length of 1 the name itself."""
    return [name] if length == 1 else [f"{name}[{i}]" for i in range(length)]


def _length(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise wrong(
            f"the length of '{name}' is a whole number, not {described(value)}", "such as {w: 20, b: 1}"
        )
    if not 1 <= value <= MOST:
        raise wrong(f"{plain(value)} numbers in '{name}'", f"allowed: 1 to {MOST}")
    return int(value)


def _without_gaps(names: list[str]) -> list[str]:
    """The list, if the numbers of each vector are all there, in order and next to each other."""
    for vector, length in lengths(names).items():
        own = [i for i, name in enumerate(names) if name.startswith(f"{vector}[")]
        whole = [f"{vector}[{i}]" for i in range(length)]
        if [names[i] for i in own] != whole or own[-1] - own[0] != length - 1 or vector in names:
            raise wrong(
                f"the numbers of the vector '{vector}' are not {vector}[0], {vector}[1], … in order",
                f"write {{{vector}: {length}}}",
            )
    return names


def _names(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [
            entry for name, length in value.items() for entry in entries(_name(name), _length(name, length))
        ]
    if not isinstance(value, list):
        raise wrong(
            f"a list of names, or lengths by name, is wanted, not {described(value)}",
            "[w, b] or {w: 20, b: 1}",
        )
    return _without_gaps([_name(name) for name in value])


def names_document(names: Sequence[str]) -> list[str] | dict[str, int]:
    """A list of names as a preset writes it: lengths by name where there is a vector."""
    vectors = lengths(names)
    if not vectors:
        return list(names)
    found: dict[str, int] = {}
    for name in names:
        entry = ENTRY.match(name)
        found[entry.group(1) if entry else name] = vectors[entry.group(1)] if entry else 1
    return found


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table: their `names`, and how to find them: by the header's words `sought`, or (None) place."""

    names: tuple[str, ...]
    sought: tuple[str, ...] | None


def _columns(value: Any) -> Columns:
    if isinstance(value, Columns):
        return value
    if not isinstance(value, Mapping):
        names = tuple(_names(value)) if not isinstance(value, list) else _column_list(value)
        by_place = bool(lengths(names))
        return Columns(names, None if by_place else names)
    names_found: list[str] = []
    sought: list[str] | None = [] if any(isinstance(v, str | list) for v in value.values()) else None
    for name, given in value.items():
        _name(name)
        if sought is None:
            names_found += entries(name, _length(name, given))
            continue
        words = [given] if isinstance(given, str) else given
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise wrong(
                f"'{name}' is columns of the header here, not {described(given)}",
                "all by their names, {a: [length, width], y: mass}, or all by their numbers, {a: 2, y: 1}",
            )
        names_found += [name] if isinstance(given, str) else entries(name, len(words))
        sought += words
    return Columns(tuple(names_found), None if sought is None else tuple(sought))


def _column_list(value: list[Any]) -> tuple[str, ...]:
    for name in value:
        if not isinstance(name, str):
            raise wrong(f"a column's name is a text, not {described(name)}")
    return tuple(value)


def listed_parameters(value: Any) -> Any:
    """A list for a parameter is a vector: its numbers one by one."""
    if not isinstance(value, Mapping):
        return value
    found: dict[Any, Any] = {}
    for name, given in value.items():
        if not isinstance(given, list):
            found[name] = given
            continue
        if len(given) < 2 or len(given) > MOST:
            raise wrong(f"the list '{name}' holds {len(given)} numbers", f"allowed: 2 to {MOST}")
        found |= dict(zip(entries(name, len(given)), given, strict=True))
    return found


_INDEXED = re.compile(
    r"\b(?P<called>balance|output)\((?P<index>[0-9]{1,6})\)|\b(?P<axis>H|Sigma):(?P<number>[0-9]{1,6})\b"
)


def quantities_spelt(text: Any) -> Any:
    """Text in which balance(1), output(3), H:2 and Sigma:2 are names, as long as before so that places stay right."""
    if not isinstance(text, str):
        return text

    def spelt(match: re.Match[str]) -> str:
        if match["called"]:
            return f"{match['called']}_{match['index']} "
        return f"{match['axis']}_{match['number']}"

    return _INDEXED.sub(spelt, text)


def by_own_names(value: Any) -> Any:
    """A list of what is observed: each goes by its own name, an expression that is no name by what_1, what_2, …"""
    if not isinstance(value, list):
        return value
    found: dict[Any, Any] = {}
    for place, text in enumerate(value, start=1):
        name = quantities_spelt(text).strip() if isinstance(text, str) else text
        is_name = isinstance(name, str) and LABEL.match(name) is not None
        found[name if is_name else f"what_{place}"] = text
    return found


Entry = Annotated[str, Checked(_name, {"type": "string", "pattern": _ENTRY_PATTERN})]
Variables = Annotated[
    list[str],
    Checked(
        _names,
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string", "pattern": _ENTRY_PATTERN}},
                {"type": "object", "additionalProperties": _LENGTH_SCHEMA},
            ]
        },
    ),
]
ColumnNames = Annotated[
    Columns,
    Checked(
        _columns,
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}},
                {
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [
                            _LENGTH_SCHEMA,
                            {"type": "string"},
                            {"type": "array", "items": {"type": "string"}, "minItems": 1},
                        ]
                    },
                },
            ]
        },
    ),
]


def parameter_names(given: Iterable[Any]) -> set[str]:
    """The names that a document's parameters declare, those of a list one by one; `given` its (name, value) pairs."""
    found: set[str] = set()
    for name, value in given:
        found.update(entries(str(name), max(len(value), 1)) if isinstance(value, list) else [str(name)])
    return found
