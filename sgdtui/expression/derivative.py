"""Exact derivatives, almost everywhere: never a delta at a jump, a kink takes one of its sides.

sympy is imported on the first derivative that is not trivially zero, not with this module.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import render, walk
from sgdtui.expression.tree import Expression, constant
from sgdtui.expression.vector import has_vectors

if TYPE_CHECKING:
    from sgdtui.expression.node import Node

MAX_INPUT_NODES = 4_000
MAX_RESULT_NODES = 20_000
# What sympy raises on an expression that it cannot carry through.
_FAILURES = (ArithmeticError, ValueError, TypeError, RecursionError, MemoryError, NotImplementedError)


@lru_cache(maxsize=512)
def derivative(expression: Expression, variable: str) -> Expression:
    """The derivative with respect to one name, the other names held fixed.

    ``abs`` gives ``sign``; ``sign``, ``step``, ``floor`` and conditions give 0; ``where``, ``min``, ``max``
    and ``mod`` are differentiated piece by piece.

    Raises:
        ExpressionError: the derivative is too large, nested too deeply, or not a real number anywhere.
    """
    if variable not in expression.names:
        return constant(0)

    if has_vectors(expression.node):
        from sgdtui.expression.adjoint import by

        return by(expression, variable)

    def differentiated() -> Node:
        from sgdtui.expression import symbolic

        formula = symbolic.to_sympy(expression.node)
        return symbolic.from_sympy(symbolic.differentiate(formula, variable), MAX_RESULT_NODES)

    return _guarded(expression, differentiated, f"d/d{variable} of {_short(expression.text)}")


@lru_cache(maxsize=512)
def simplify(expression: Expression) -> Expression:
    """The same function, equal terms and factors collected, or the expression itself if that is no shorter.

    Nothing is expanded, factored or searched for. The value may differ by rounding, and a removable
    singularity may go (``x/x`` is 1).
    """
    if has_vectors(expression.node):
        return expression

    def collected() -> Node:
        from sgdtui.expression import symbolic

        return symbolic.from_sympy(symbolic.to_sympy(expression.node), MAX_RESULT_NODES)

    try:
        result = _guarded(expression, collected, _short(expression.text))
    except ExpressionError:
        return expression
    return result if _size(result.node) < _size(expression.node) else expression


def _guarded(expression: Expression, make: Callable[[], Node], what: str) -> Expression:
    if _size(expression.node) > MAX_INPUT_NODES:
        raise ExpressionError(f"{what}: the expression is too long to differentiate")
    try:
        node = make()
        return Expression(node, render(node))
    except ExpressionError as error:
        raise ExpressionError(f"{what}: {error.message}") from None
    except _FAILURES as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else "it cannot be found"
        raise ExpressionError(f"{what}: {reason}") from None


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
