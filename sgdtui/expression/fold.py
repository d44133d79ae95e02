"""Nodes applied and lightly folded: numbers, 0*x, 1*x, x + 0."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import (
    COMPARISONS,
    LOGIC,
    OF_MATH,
    REDUCTIONS,
    Apply,
    Name,
    Node,
    Number,
    Vector,
    arity,
    render,
    wrong_count,
)
from sgdtui.expression.vector import common_length, length_of


def _floor_modulus(a: float, b: float) -> float:
    return a - b * math.floor(a / b)


def _sign(a: float) -> float:
    return math.copysign(1.0, a) if a else 0.0


_SCALAR: Mapping[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": math.pow,
    "neg": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
    "not": operator.not_,
    "abs": abs,
    **{function: getattr(math, function) for function in OF_MATH},
    "sign": _sign,
    "step": lambda a: a > 0,
    "mod": _floor_modulus,
    "min": min,
    "max": max,
    "where": lambda c, a, b: a if c else b,
}


def scalar_value(function: str, values: tuple[float, ...]) -> float:
    """One function of plain floats.

    Raises:
        ExpressionError: the value is not a finite number.
    """
    try:
        value = float(_SCALAR[function](*values))
    except (ValueError, OverflowError, ZeroDivisionError):
        value = math.nan
    if not math.isfinite(value):
        raise ExpressionError(f"{render(Apply(function, tuple(map(Number, values))))} is not a finite number")
    return value


def folded(function: str, arguments: tuple[Node, ...]) -> Node:
    """Apply a function, or its value where all arguments are numbers.

    Comparisons and logic are kept, so that a condition stays one; min and max of many become pairs; ``e**a``
    is ``exp(a)``.

    Raises:
        ExpressionError: the value is not a finite number.
    """
    if function in ("min", "max") and len(arguments) > 2:
        return folded(function, (folded(function, arguments[:-1]), arguments[-1]))
    if function == "**" and arguments[0] == Number(math.e):
        return folded("exp", arguments[1:])
    if function == "dot":
        _need_vectors(function, arguments)
        return Apply("sum", (folded("*", arguments),))
    if function in REDUCTIONS:
        _need_vectors(function, arguments)
        return Apply(function, arguments)
    if length_of(Apply(function, arguments)) is not None and (function in LOGIC):
        raise ExpressionError(f"'{function}' joins conditions, not vectors; use min, max or *")
    if function not in COMPARISONS and function not in LOGIC:
        values = tuple(a.value for a in arguments if isinstance(a, Number))
        if len(values) == len(arguments):
            return Number(scalar_value(function, values))
    return Apply(function, arguments)


def _need_vectors(function: str, arguments: tuple[Node, ...]) -> None:
    common_length(arguments)
    if any(length_of(argument) is None for argument in arguments):
        what = "two vectors" if function == "dot" else "a vector"
        raise ExpressionError(f"{function} is of {what}, and this is one number")


def build(function: str, arguments: tuple[Node, ...]) -> Node:
    """Apply a function to nodes, lightly folded: 0*x, 1*x, x + 0, x**1, numbers.

    Raises:
        ExpressionError: no such function, a wrong number of arguments, or a value that is not finite.
    """
    least, most = arity(function)
    if not least <= len(arguments) <= most:
        raise ExpressionError(wrong_count(function, len(arguments)))
    special = _BUILDERS.get(function)
    return special(*arguments) if special else folded(function, arguments)


def constant_value(node: Node) -> float:
    """The value of a tree without names.

    Raises:
        ExpressionError: it has a name, or the value is not finite.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name | Vector):
        raise ExpressionError(f"'{node.id}' is not a number")
    return scalar_value(node.function, tuple(map(constant_value, node.arguments)))


def _is(node: Node, value: float) -> bool:
    return isinstance(node, Number) and node.value == value


def _sum(a: Node, b: Node) -> Node:
    if _is(a, 0):
        return b
    if _is(b, 0):
        return a
    if isinstance(b, Apply) and b.function == "neg":
        return folded("-", (a, b.arguments[0]))
    return folded("+", (a, b))


def _difference(a: Node, b: Node) -> Node:
    if _is(b, 0):
        return a
    if _is(a, 0):
        return _negative(b)
    if isinstance(b, Apply) and b.function == "neg":
        return folded("+", (a, b.arguments[0]))
    return folded("-", (a, b))


def _product(a: Node, b: Node) -> Node:
    if _is(a, 0) or _is(b, 0):
        return Number(0.0)
    if _is(a, 1):
        return b
    if _is(b, 1):
        return a
    if _is(a, -1):
        return _negative(b)
    if _is(b, -1):
        return _negative(a)
    return folded("*", (a, b))


def _quotient(a: Node, b: Node) -> Node:
    if _is(b, 1):
        return a
    if _is(a, 0) and not _is(b, 0):
        return Number(0.0)
    return folded("/", (a, b))


def _power(a: Node, b: Node) -> Node:
    if _is(b, 1):
        return a
    if _is(b, 0):
        return Number(1.0)
    return folded("**", (a, b))


def _negative(a: Node) -> Node:
    if isinstance(a, Apply) and a.function == "neg":
        return a.arguments[0]
    return folded("neg", (a,))


_BUILDERS: Mapping[str, Callable[..., Node]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "**": _power,
    "neg": _negative,
}
