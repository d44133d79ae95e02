"""A rule of the step as a preset writes it: its name, or a mapping of its name to its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from sgdtui.model.dynamics import Optimizer
from sgdtui.model.rules.registry import RULES
from sgdtui.model.rules.rule import Rule, RuleNumber
from sgdtui.preset.text.problem import names_hint, shortened
from sgdtui.preset.text.values import Checked, as_number, described, plain, wrong


def _optimizer(value: Any) -> Optimizer:
    if isinstance(value, Optimizer):
        return value
    if isinstance(value, str):
        _known(value)
        return Optimizer(value)
    if not isinstance(value, Mapping):
        raise wrong(f"an optimizer is wanted, not {described(value)}", _WAYS)
    if len(value) != 1:
        raise wrong(f"one optimizer is wanted, not a mapping of {len(value)}", _WAYS)
    ((name, numbers),) = value.items()
    rule = _known(name)
    if numbers is None:
        return Optimizer(rule.name)
    if not isinstance(numbers, Mapping):
        raise wrong(f"the numbers of {rule.name} are wanted, not {described(numbers)}", _numbers_of(rule))
    known = {number.name: number for number in rule.numbers}
    found = []
    for key, given in numbers.items():
        if key not in known:
            text = key if isinstance(key, str) else str(key)
            hint = names_hint(text, list(known)) if known else _numbers_of(rule)
            raise wrong(f"{rule.name} has no number '{shortened(text)}'", hint)
        found.append((key, _in_range(known[key], given)))
    return Optimizer(rule.name, tuple(found))


_WAYS = "its name, or a mapping with one key: {adam: {beta1: 0.9}}"


def _known(name: Any) -> Rule:
    if not isinstance(name, str) or name not in RULES:
        raise wrong(f"{described(name)} is not known here", names_hint(str(name), list(RULES.names)))
    return RULES[name]


def _numbers_of(rule: Rule) -> str:
    if not rule.numbers:
        return f"write optimizer: {rule.name}"
    return f"its numbers: {', '.join(number.name for number in rule.numbers)}"


def allowed(number: RuleNumber) -> str:
    """The range of a number, in words."""
    high = "" if number.high is None else f" {'<' if number.open_high else '<='} {plain(number.high)}"
    return f"{plain(number.low)} {'<' if number.open_low else '<='} {number.name}{high}"


def _in_range(number: RuleNumber, given: Any) -> float:
    value = as_number(given)
    low = value > number.low if number.open_low else value >= number.low
    high = number.high is None or (value < number.high if number.open_high else value <= number.high)
    if not (low and high):
        raise wrong(f"{number.name} {plain(value)} is out of range", f"allowed: {allowed(number)}")
    return value


def _schema_of(number: RuleNumber) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "number"}
    found["exclusiveMinimum" if number.open_low else "minimum"] = number.low
    if number.high is not None:
        found["exclusiveMaximum" if number.open_high else "maximum"] = number.high
    return found


_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": list(RULES.names)},
        *(
            {
                "type": "object",
                "additionalProperties": False,
                "required": [rule.name],
                "properties": {
                    rule.name: {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {number.name: _schema_of(number) for number in rule.numbers},
                    }
                },
            }
            for rule in RULES
            if rule.numbers
        ),
    ]
}

OptimizerChoice = Annotated[Optimizer, Checked(_optimizer, _SCHEMA)]
