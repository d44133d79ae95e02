"""The checked expression: an immutable tree and its text; model code builds new ones with operators."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sgdtui.expression import fold
from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import COMPARISONS, LOGIC, Apply, Name, Node, Number, Vector, render
from sgdtui.expression.vector import distinct, length_of

__all__ = [
    "COMPARISONS",
    "LOGIC",
    "Apply",
    "Expression",
    "Name",
    "Node",
    "Number",
    "Vector",
    "apply",
    "constant",
    "name",
    "substitute",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. Model code builds new ones with ``+ - * / **`` and :func:`apply`."""

    node: Node
    text: str

    @property
    def names(self) -> frozenset[str]:
        """The names it depends on, those of a vector's numbers one by one."""
        found: set[str] = set()
        for node in distinct(self.node):
            if isinstance(node, Name):
                found.add(node.id)
            elif isinstance(node, Vector):
                found.update(node.entries)
        return frozenset(found)

    @property
    def length(self) -> int | None:
        """How many numbers its value holds if it is a vector; None for one number."""
        return length_of(self.node)

    @property
    def is_condition(self) -> bool:
        """Whether its value is a truth value (0 or 1)."""
        return isinstance(self.node, Apply) and self.node.function in COMPARISONS | LOGIC

    @property
    def constant_value(self) -> float | None:
        """Its value if it has no names and the value is finite, else None."""
        try:
            return fold.constant_value(self.node)
        except ExpressionError:
            return None

    def __add__(self, other: Expression | float) -> Expression:
        return _built(fold.build("+", (self.node, _node(other))))

    def __radd__(self, other: float) -> Expression:
        return _built(fold.build("+", (_node(other), self.node)))

    def __sub__(self, other: Expression | float) -> Expression:
        return _built(fold.build("-", (self.node, _node(other))))

    def __rsub__(self, other: float) -> Expression:
        return _built(fold.build("-", (_node(other), self.node)))

    def __mul__(self, other: Expression | float) -> Expression:
        return _built(fold.build("*", (self.node, _node(other))))

    def __rmul__(self, other: float) -> Expression:
        return _built(fold.build("*", (_node(other), self.node)))

    def __truediv__(self, other: Expression | float) -> Expression:
        return _built(fold.build("/", (self.node, _node(other))))

    def __rtruediv__(self, other: float) -> Expression:
        return _built(fold.build("/", (_node(other), self.node)))

    def __pow__(self, other: Expression | float) -> Expression:
        return _built(fold.build("**", (self.node, _node(other))))

    def __rpow__(self, other: float) -> Expression:
        return _built(fold.build("**", (_node(other), self.node)))

    def __neg__(self) -> Expression:
        return _built(fold.build("neg", (self.node,)))

    def __str__(self) -> str:
        return self.text


def constant(value: float) -> Expression:
    """A number.

    Raises:
        ExpressionError: it is not finite.
    """
    if not math.isfinite(value):
        raise ExpressionError(f"{value} is not a finite number")
    return _built(Number(float(value)))


def name(id: str) -> Expression:
    """A variable or parameter."""
    return _built(Name(id))


def apply(function: str, *args: Expression | float) -> Expression:
    """A function or operator of expressions, lightly folded.

    Raises:
        ExpressionError: no such function, a wrong number of arguments, or a value that is not finite.
    """
    return _built(fold.build(function, tuple(_node(a) for a in args)))


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """The expression with names replaced, all at once; a vector's name by a vector.

    Raises:
        ExpressionError: the result holds a number that is not finite.
    """

    def replaced(node: Node) -> Node:
        if isinstance(node, Name | Vector) and node.id in replacements:
            return replacements[node.id].node
        if isinstance(node, Apply):
            return fold.build(node.function, tuple(map(replaced, node.arguments)))
        return node

    found = {n.id for n in distinct(expression.node) if isinstance(n, Name | Vector)}
    if not found & replacements.keys():
        return expression
    return _built(replaced(expression.node))


def _built(node: Node) -> Expression:
    return Expression(node, render(node))


def _node(value: Expression | float) -> Node:
    return value.node if isinstance(value, Expression) else constant(value).node
