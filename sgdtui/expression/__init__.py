"""Text to a checked expression, its derivative, its value and its source. No text is ever evaluated."""

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.parse import (
    FUNCTIONS,
    RESERVED,
    Apply,
    Expression,
    Name,
    Node,
    Number,
    apply,
    constant,
    name,
    parse,
    render,
    substitute,
    walk,
)

__all__ = [
    "FUNCTIONS",
    "RESERVED",
    "Apply",
    "Expression",
    "ExpressionError",
    "Name",
    "Node",
    "Number",
    "apply",
    "constant",
    "name",
    "parse",
    "render",
    "substitute",
    "walk",
]
