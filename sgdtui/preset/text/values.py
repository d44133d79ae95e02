"""The kinds of value that a preset holds, checked one by one: numbers in a range, texts, intervals, points.

Each is an annotated type for the models of `sgdtui.preset.schema`: how to check it, and its JSON Schema.
Messages are for a person; pydantic's own never reach one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sgdtui.preset.text.problem import names_hint, printable, shortened

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")
LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}\Z")
LONGEST_TEXT = 20_000


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """An error with its hint, as `sgdtui.preset.text.validate` understands it."""
    # Braces would be taken for a template.
    return PydanticCustomError("preset", "{message}", {"message": message, "hint": hint})


def described(value: Any) -> str:
    """What a value is, in words, for "a number is wanted, not …"."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value:g}"
        case str():
            return f"the text '{shortened(value, 40)}'" if value else "an empty text"
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return "a mapping"
        case _:
            kind = type(value).__name__
            return f"{'an' if kind[0].lower() in 'aeiou' or kind == 'ndarray' else 'a'} {kind}"


def as_number(value: Any) -> float:
    """A finite number, or an error in words."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"a number is wanted, not {described(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise wrong(f"a finite number is wanted, not {number}")
    return number


def plain(value: float) -> str:
    """A number without an exponent where that is short."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:g}"


def _range_text(low: float | None, high: float | None, open_low: bool, open_high: bool) -> str:
    left = "" if low is None else f"{plain(low)} {'<' if open_low else '<='} "
    right = "" if high is None else f" {'<' if open_high else '<='} {plain(high)}"
    return f"{left}value{right}"


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """Metadata for `Annotated`: our own check in the place of pydantic's, and the JSON Schema that says the same."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What pydantic runs: the check alone."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The JSON Schema of the value."""
        return dict(self.schema)


def number(
    low: float | None = None,
    high: float | None = None,
    *,
    open_low: bool = False,
    open_high: bool = False,
    integer: bool = False,
) -> Checked:
    """A number in a range; `open_low` leaves out the lower end itself."""

    def check(value: Any) -> float | int:
        found = as_number(value)
        if integer and found != int(found):
            raise wrong(f"a whole number is wanted, not {found:g}")
        low_is_broken = low is not None and (value < low or (open_low and value == low))
        high_is_broken = high is not None and (value > high or (open_high and value == high))
        if low_is_broken or high_is_broken:
            raise wrong(
                f"{plain(found)} is out of range", f"allowed: {_range_text(low, high, open_low, open_high)}"
            )
        return int(value) if integer else found

    schema: dict[str, Any] = {"type": "integer" if integer else "number"}
    if low is not None:
        schema["exclusiveMinimum" if open_low else "minimum"] = low
    if high is not None:
        schema["exclusiveMaximum" if open_high else "maximum"] = high
    return Checked(check, schema)


def one_of(words: Sequence[str]) -> Checked:
    """A text that is one of `words`."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            shown = value if isinstance(value, str) else ""
            raise wrong(f"{described(value)} is not known here", names_hint(shown, list(words)))
        return value

    return Checked(check, {"enum": list(words)})


def word_or_number(words: Mapping[str, float]) -> Checked:
    """A number in [0, 1], or a word for one."""

    def check(value: Any) -> float:
        if isinstance(value, str):
            if value not in words:
                raise wrong(
                    f"{described(value)} is not known here",
                    f"{names_hint(value, list(words))}, or a number in [0, 1]",
                )
            return words[value]
        found = as_number(value)
        if not 0 <= found <= 1:
            raise wrong(f"{found:g} is out of range", f"allowed: 0 <= value <= 1, or {', '.join(words)}")
        return found

    return Checked(check, {"anyOf": [{"enum": list(words)}, {"type": "number", "minimum": 0, "maximum": 1}]})


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong(f"a text is wanted, not {described(value)}")
    text = str(value)
    if len(text) > LONGEST_TEXT:
        raise wrong(f"the text is too long: {len(text)} characters", f"allowed: at most {LONGEST_TEXT}")
    # It will be shown on a terminal: no control characters but new lines.
    return "\n".join(printable(line) for line in text.split("\n"))


def as_formula(value: Any) -> str | int | float:
    """A text or a number that can be read as an expression, or an error in words."""
    if isinstance(value, bool):
        raise wrong(f"{described(value)} is not an expression", "write 0 or 1, or a condition such as x > 0")
    if isinstance(value, int | float):
        as_number(value)
        return value
    if not isinstance(value, str):
        raise wrong(f"an expression is wanted, not {described(value)}")
    return value


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not IDENTIFIER.match(value):
        raise wrong(
            f"{described(value)} cannot be a name",
            "a name is letters, digits and _, begins with a letter, at most 40",
        )
    return value


def _flipped(value: Any) -> str:
    """The variable that a specular wall flips; a number was meant as the place of a wall on one side only."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        domain = f"[[{value:g}, {value + 10 * max(1.0, abs(value)):g}]]"
        raise wrong(
            f"reflect names the variable whose sign is flipped, not the place of a wall: {described(value)} is no "
            "variable",
            f"walls stand at both ends of the domain. For one at {value:g} alone write boundary: reflect, and a domain "
            f"that has its other end where no walker comes, such as domain: {domain}",
        )
    return _identifier(value)


def _label(value: Any) -> str:
    if not isinstance(value, str) or not LABEL.match(value):
        raise wrong(
            f"{described(value)} cannot be a name",
            "a name is letters, digits, _ and -, begins with a letter, at most 40",
        )
    return value


def _interval(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong(f"an interval [low, high] is wanted, not {described(value)}")
    low, high = as_number(value[0]), as_number(value[1])
    if not low < high:
        raise wrong(f"the interval [{low:g}, {high:g}] is empty", "low must be below high")
    if not math.isfinite(high - low) or high - low <= 1e-12 * max(abs(low), abs(high)):
        raise wrong(f"the interval [{low:g}, {high:g}] is too wide or too narrow to bin")
    return low, high


def _box(value: Any) -> tuple[tuple[float, float], ...]:
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and not any(isinstance(v, list | tuple) for v in value)
    ):
        value = [value]
    if not isinstance(value, list | tuple) or not value:
        raise wrong(f"a list of intervals [[low, high], …] is wanted, not {described(value)}")
    return tuple(_interval(interval) for interval in value)


def _point(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list | tuple):
        value = [value]
    if not value:
        raise wrong("a number a variable is wanted, not an empty list")
    return tuple(as_number(coordinate) for coordinate in value)


_INTERVAL_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
}
Text = Annotated[str, Checked(_text, {"type": ["string", "number"]})]
Formula = Annotated[
    str | int | float, Checked(as_formula, {"type": ["string", "number"], "description": "an expression"})
]
Identifier = Annotated[
    str, Checked(_identifier, {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,39}$"})
]
Flipped = Annotated[str, Checked(_flipped, {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,39}$"})]
Label = Annotated[str, Checked(_label, {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,39}$"})]
Box = Annotated[
    tuple[tuple[float, float], ...],
    Checked(
        _box,
        {"anyOf": [{"type": "array", "items": _INTERVAL_SCHEMA, "minItems": 1}, _INTERVAL_SCHEMA]},
    ),
]
Point = Annotated[
    tuple[float, ...],
    Checked(
        _point,
        {"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1}]},
    ),
]
