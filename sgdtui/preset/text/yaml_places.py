"""YAML text to plain values, with the place of every key and value. Nothing is constructed but text, numbers,
truth values, lists and mappings; no tags, no endless aliases, no duplicate keys, no deep nesting.

It reads the parser's events rather than its nodes, so that every limit holds before anything is built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from sgdtui.preset.text.problem import Problem, lines_of, shortened

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
_TOO_DEEP = f"nested too deeply: at most {MAX_DEPTH} levels"
MAX_ALIASED = 10_000
"""How many values aliases may repeat in all: a billion laughs stops here."""

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, float | bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", "+.inf", ".Inf", "+.Inf", ".INF", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `line` and `column` from 1, `length` characters, the scalar's quoting `style`."""

    line: int
    column: int
    length: int
    style: str = ""


@dataclass(slots=True)
class Located:
    """A document's plain values and the places of its keys and values by path; `problems` of the YAML itself."""

    file: str
    text: str
    value: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, *, key: bool = False) -> Place | None:
        """The place of the value (or key) at `path`, else of the nearest one around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path:
            found = self.values.get(path) or self.keys.get(path)
            if found is not None:
                return found
            path = path[:-1]
        return self.values.get(())

    def inside(self, path: Path, offset: int, length: int) -> Place | None:
        """The place of character `offset` of the text at `path`: exact on one line, else where the text starts."""
        place = self.values.get(path)
        if place is None:
            return self.place(path)
        lines = lines_of(self.text)
        if not 0 < place.line <= len(lines):
            return place
        scalar = lines[place.line - 1][place.column - 1 : place.column - 1 + place.length]
        if place.style in ("|", ">") or place.length == 0:
            return place
        steps = _source_offsets(scalar, place.style)
        first = steps[min(offset, len(steps) - 1)]
        last = steps[min(offset + length, len(steps) - 1)]
        return Place(place.line, place.column + first, max(1, last - first), place.style)


def _source_offsets(scalar: str, style: str) -> list[int]:
    """For each character of the scalar's value, its offset in the source; and one past the last."""
    if style not in ("'", '"'):
        return list(range(len(scalar) + 1))
    offsets, position, end = [], 1, len(scalar) - 1
    while position < end:
        offsets.append(position)
        if style == "'" and scalar[position : position + 2] == "''":
            position += 2
        elif style == '"' and scalar[position] == "\\":
            position += {"x": 4, "u": 6, "U": 10}.get(scalar[position + 1 : position + 2], 2)
        else:
            position += 1
    return [*offsets, end]


def locate(text: str, file: str) -> Located:
    """Read YAML. Never raises on any text: what is wrong is in `problems`, and `value` holds what could be read."""
    located = Located(file, text)
    _Reader(located).read()
    return located


class _Stop(Exception):
    """Reading cannot go on; the problem is already noted."""


class _Reader:
    """Builds values from the parser's events, by an explicit stack of paths rather than by trust in the depth."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.anchors: dict[str, Any] = {}
        self.aliased = 0

    def read(self) -> None:
        loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        try:
            events = yaml.parse(self.located.text, Loader=loader)
            self._document(events)
        except _Stop:
            pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            what = error.problem or "it cannot be read"
            context = f" ({error.context})" if error.context else ""
            if "nesting depth" in what:  # newer parsers look far enough ahead to refuse it before we see it
                self._note(Place(line, column, 1), _TOO_DEEP)
            else:
                self._note(Place(line, column, 1), f"this is not YAML: {what}{context}")
        except yaml.reader.ReaderError as error:
            before = self.located.text[: error.position]
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            code = (
                error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "?")
            )
            self._note(Place(line, column, 1), f"the character U+{code:04X} is not allowed in a preset")
        except (yaml.YAMLError, UnicodeError, ValueError, OverflowError) as error:
            self._note(Place(1, 1, 1), f"this is not YAML: {shortened(str(error))}")

    def _document(self, events: Iterator[yaml.Event]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._note(
                        _place(event),
                        "a preset is one YAML document",
                        "remove everything from the second '---' on",
                    )
                    return
            elif isinstance(event, yaml.NodeEvent):
                self.located.value = self._node(event, events, (), 0)

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path, depth: int) -> Any:
        place = _place(event)
        self.located.values[path] = place
        if depth > MAX_DEPTH:
            self._note(place, _TOO_DEEP)
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise _Stop
        if event.tag not in (None, "!"):
            self._note(
                place, f"the tag {shortened(event.tag)} is not allowed", "write plain values without tags"
            )
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
            for inner in events:
                if isinstance(inner, yaml.SequenceEndEvent):
                    break
                value.append(self._node(inner, events, (*path, len(value)), depth + 1))
        else:
            value = self._mapping(events, path, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def _mapping(self, events: Iterator[yaml.Event], path: Path, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            place = _place(event)
            if not isinstance(event, yaml.ScalarEvent):
                self._note(place, "a key is a word, not a list, a mapping or an alias")
                raise _Stop
            key = event.value
            inner = (*path, key)
            if key in value:
                first = self.located.keys[inner].line
                self._note(place, f"duplicate key '{shortened(key)}'", f"it stands on line {first} already")
                self._node(next(events), events, (*path, f"{key}\0again"), depth + 1)
                continue
            self.located.keys[inner] = place
            value[key] = self._node(next(events), events, inner, depth + 1)
        return value

    def _alias(self, event: yaml.AliasEvent, place: Place) -> Any:
        if event.anchor not in self.anchors:
            self._note(place, f"the alias *{shortened(str(event.anchor))} names nothing above it")
            return None
        value = self.anchors[event.anchor]
        self.aliased += _size(value, MAX_ALIASED)
        if self.aliased > MAX_ALIASED:
            self._note(place, f"aliases repeat more than {MAX_ALIASED} values", "write the values out")
            raise _Stop
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        if event.style in ("'", '"', "|", ">"):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text) if len(text) < 300 else float(text)
        if _FLOAT.match(text):
            return float(text)
        return text

    def _note(self, place: Place, message: str, hint: str = "") -> None:
        self.located.problems.append(
            Problem(self.located.file, place.line, place.column, place.length, message, hint)
        )


def _place(event: yaml.Event) -> Place:
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return Place(1, 1, 1)
    one_line = start.line == end.line
    length = end.column - start.column if one_line else 1
    style = getattr(event, "style", None) or ""
    if isinstance(event, yaml.ScalarEvent) and (not one_line or event.anchor is not None):
        length = 0
    return Place(start.line + 1, start.column + 1, length, style)


def _size(value: Any, limit: int) -> int:
    """How many values there are in `value`, counted no further than past `limit`."""
    waiting, count = [value], 0
    while waiting and count <= limit:
        inner = waiting.pop()
        count += 1
        if isinstance(inner, dict):
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)
    return count
