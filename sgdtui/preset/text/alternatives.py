"""The values of a preset that may be written in more than one way: Σ, a length, a temperature, a claimed value."""

from __future__ import annotations

from typing import Annotated, Any

from sgdtui.model.dynamics import CONVENTIONS
from sgdtui.model.hops import EVALUATE
from sgdtui.preset.text.problem import names_hint
from sgdtui.preset.text.values import Checked, as_formula, as_number, described, plain, word_or_number, wrong

TEMPERATURES = ("minimum", "average", "best-kl")


def _covariance(value: Any) -> Any:
    if isinstance(value, dict) or value is None:
        raise wrong(f"a covariance is wanted, not {described(value)}", _COVARIANCE_FORMS)
    if not isinstance(value, list):
        return as_formula(value)
    rows = [isinstance(row, list) for row in value]
    if not value or (any(rows) and not all(rows)):
        raise wrong("a covariance of mixed or no rows", _COVARIANCE_FORMS)
    if all(rows) and any(len(row) != len(value) for row in value):
        raise wrong(
            "a full covariance is a square list of lists", f"{len(value)} rows need {len(value)} entries each"
        )
    return [
        [as_formula(entry) for entry in row] if isinstance(row, list) else as_formula(row) for row in value
    ]


_COVARIANCE_FORMS = "an expression (s·I), a list (diagonal) or a list of lists (full)"
_COVARIANCE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": ["string", "number"]},
        {"type": "array", "items": {"type": ["string", "number"]}},
        {"type": "array", "items": {"type": "array", "items": {"type": ["string", "number"]}}},
    ]
}


def _length(value: Any) -> Any:
    if value in ("auto", None):
        return None
    if isinstance(value, str):
        raise wrong(f"{described(value)} is not known here", "a whole number of steps, or auto")
    found = as_number(value)
    if found != int(found) or not 0 <= found <= 1e12:
        raise wrong(
            f"{plain(found)} is not a number of steps", "allowed: a whole number, 0 <= value <= 1e12, or auto"
        )
    return int(found)


_LENGTH_SCHEMA: dict[str, Any] = {
    "anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 0, "maximum": 10**12}]
}


def _temperature(value: Any) -> Any:
    if isinstance(value, str):
        if value not in TEMPERATURES:
            raise wrong(
                f"{described(value)} is not known here",
                names_hint(value, TEMPERATURES) + ", or a positive number",
            )
        return value
    found = as_number(value)
    if found <= 0:
        raise wrong(f"{found:g} is out of range", "allowed: a positive number, or " + ", ".join(TEMPERATURES))
    return found


def _expected(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    return as_number(value)


Covariance = Annotated[Any, Checked(_covariance, _COVARIANCE_SCHEMA)]
"""A checked expression (isotropic), list (diagonal) or square list of lists (full)."""

Evaluate = Annotated[float, word_or_number(EVALUATE)]
Convention = Annotated[float, word_or_number(CONVENTIONS)]
Length = Annotated[int | None, Checked(_length, _LENGTH_SCHEMA)]
"""A number of steps, or None for auto."""

Temperature = Annotated[
    str | float,
    Checked(
        _temperature, {"anyOf": [{"enum": list(TEMPERATURES)}, {"type": "number", "exclusiveMinimum": 0}]}
    ),
]
Expected = Annotated[str | float | bool, Checked(_expected, {"type": ["number", "string", "boolean"]})]
