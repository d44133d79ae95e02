"""Expressions, parameters and boxes as a preset writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sgdtui.expression import Expression
from sgdtui.model.parameter import Parameter

Document = dict[str, Any]


def text(expression: Expression) -> str | float:
    """An expression as a preset writes it: a bare number where it is one."""
    value = expression.constant_value if not expression.names and not expression.is_condition else None
    return expression.text if value is None else value


def parameter_document(parameter: Parameter) -> Any:
    """A parameter as a preset writes it: its bare value, or a mapping where there is more."""
    more = {
        key: value
        for key, value in (("min", parameter.minimum), ("max", parameter.maximum), ("about", parameter.about))
        if value is not None and value != ""
    }
    return {"value": parameter.value, **more} if more else parameter.value


def box_document(box: Sequence[tuple[float, float]]) -> list[list[float]]:
    """A box as a preset writes it: [[low, high], …]."""
    return [[low, high] for low, high in box]
