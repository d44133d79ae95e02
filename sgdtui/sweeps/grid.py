"""The points of a sweep: axes written as text, their product, and each point's identity and seed."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MOST_VALUES = 100_000
"""Values on one axis; more is a slip of the keyboard."""

Value = float | int | str | bool
Point = tuple[tuple[str, Value], ...]
"""A value for every axis, by name, in the order of the axes."""


class GridError(ValueError):
    """An axis that cannot be read: one line that says what is allowed."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One dial swept over `values`.

    `spacing` is "linear" or "log" for a range, whose gaps may be halved; "list" for values that stand alone.
    """

    name: str
    values: tuple[Value, ...]
    spacing: str = "list"

    def between(self, low: float, high: float) -> Value:
        """The middle of two neighbouring values, as this axis is spaced; whole where all its values are."""
        middle = math.sqrt(low * high) if self.spacing == "log" else (low + high) / 2
        return _whole(middle) if not all(isinstance(v, int) for v in self.values) else round(middle)


def parse_axis(text: str) -> Axis:
    """Read `NAME=START:STOP:COUNT`, the same with `:log`, or `NAME=VALUE,VALUE,…`.

    Raises:
        GridError: it is none of these.
    """
    name, equals, values = (part.strip() for part in text.partition("="))
    if not equals or not name or not values:
        raise GridError(
            f"{text!r}: write NAME=START:STOP:COUNT, NAME=START:STOP:COUNT:log or NAME=VALUE,VALUE,…"
        )
    if ":" in values and not values.startswith(("[", "{")):
        return _range(name, values)
    listed = tuple(_value(value) for value in _split(values))
    if len(listed) > MOST_VALUES:
        raise GridError(f"{name}: {len(listed)} values; at most {MOST_VALUES}")
    if any(value == "" for value in listed):
        raise GridError(f"{name}: an empty value between two commas")
    if len(set(map(str, listed))) < len(listed):
        raise GridError(f"{name}: a value is there twice")
    return Axis(name, listed)


def parse_axes(texts: Sequence[str]) -> tuple[Axis, ...]:
    """Read several axes.

    Raises:
        GridError: there is none, one cannot be read, or a name is there twice.
    """
    axes = tuple(parse_axis(text) for text in texts)
    if not axes:
        raise GridError("name at least one axis, as in --over eta=0.01:1:24:log")
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise GridError(f"{name} is swept twice")
    return axes


def points(axes: Sequence[Axis]) -> Iterator[Point]:
    """Every combination of values, the last axis fastest."""
    for values in itertools.product(*(axis.values for axis in axes)):
        yield tuple((axis.name, value) for axis, value in zip(axes, values, strict=True))


def size(axes: Sequence[Axis]) -> int:
    """The number of points of the full grid."""
    return math.prod(len(axis.values) for axis in axes)


def point_key(preset_hash: str, point: Point) -> str:
    """Sixteen hex digits that name a point of a preset, whatever the order of its axes."""
    told = json.dumps([preset_hash, sorted((name, _canonical(value)) for name, value in point)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def point_seed(seed: int, point: Point) -> int:
    """The point's own seed, from the sweep's and from its settings alone: the order of points does not matter."""
    import numpy as np

    told = json.dumps(sorted((name, _canonical(value)) for name, value in point)).encode()
    digest = hashlib.sha256(told).digest()
    spawn_key = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return int(np.random.SeedSequence(seed, spawn_key=spawn_key).generate_state(1)[0])


def _canonical(value: Value) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _range(name: str, text: str) -> Axis:
    parts = [part.strip() for part in text.split(":")]
    spacing = "linear"
    if len(parts) == 4 and parts[3] in ("log", "linear"):
        spacing = parts.pop()
    if len(parts) != 3:
        raise GridError(f"{name}: {text!r}: a range is START:STOP:COUNT, with :log after it for equal ratios")
    try:
        low, high = float(parts[0]), float(parts[1])
    except ValueError:
        raise GridError(f"{name}: {text!r}: a range goes from a number to a number") from None
    if not parts[2].isdigit() or not 2 <= int(parts[2]) <= MOST_VALUES:
        raise GridError(f"{name}: {parts[2]!r}: the count is a whole number from 2 to {MOST_VALUES}")
    if not math.isfinite(low) or not math.isfinite(high) or low == high:
        raise GridError(f"{name}: a range has two different finite ends")
    if spacing == "log" and min(low, high) <= 0:
        raise GridError(f"{name}: a range in log has ends above 0")
    count = int(parts[2])
    share = [i / (count - 1) for i in range(count)]
    if spacing == "log":
        inner = [low * (high / low) ** s for s in share[1:-1]]
    else:
        inner = [low + (high - low) * s for s in share[1:-1]]
    # Twelve digits: 0.1 rather than 0.10000000000000002, the same on every machine.
    values = (low, *(float(f"{value:.12g}") for value in inner), high)
    return Axis(name, tuple(_whole(value) for value in values), spacing)


def _split(text: str) -> list[str]:
    """Split at commas outside brackets."""
    found, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            found.append(text[start:position].strip())
            start = position + 1
    return [*found, text[start:].strip()]


def _value(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    return _whole(number) if math.isfinite(number) else text
