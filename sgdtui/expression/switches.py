"""Where an expression may jump or bend: the functions on whose zeros it switches from one smooth piece to another."""

from __future__ import annotations

from functools import lru_cache

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import COMPARISONS, Apply, Node, Number, render, walk
from sgdtui.expression.tree import Expression, apply

_BENDS = frozenset({"abs", "sign", "step", "sqrt", "log"})


@lru_cache(maxsize=512)
def switches(expression: Expression) -> tuple[Expression, ...]:
    """Expressions of whose zero sets all jumps, kinks and ends of the domain of `expression` are part.

    `abs(u)` gives u, `a < b` and `min(a, b)` give a - b, `floor(u)` gives sin(pi u), whose zeros are the integers.
    Constants switch nothing; poles are not looked for.
    """
    found: dict[str, Expression] = {}
    for node in walk(expression.node):
        if not isinstance(node, Apply):
            continue
        try:
            switch = _switch(node)
        except ExpressionError:  # what folds to no finite number switches nowhere that can be told
            continue
        if switch is not None and switch.names:
            found.setdefault(switch.text, switch)
    return tuple(found.values())


def _switch(node: Apply) -> Expression | None:
    first = _expression(node.arguments[0])
    if node.function in _BENDS:
        return first
    if node.function in COMPARISONS or node.function in ("min", "max"):
        return first - _expression(node.arguments[1])
    if node.function == "floor":
        return apply("sin", first * apply("atan", 1) * 4)
    if node.function == "mod":
        return apply("sin", first / _expression(node.arguments[1]) * apply("atan", 1) * 4)
    exponent = node.arguments[1] if node.function == "**" else None
    if exponent is not None and not (isinstance(exponent, Number) and _is_even_or_odd(exponent.value)):
        return first
    return None


def _is_even_or_odd(exponent: float) -> bool:
    return exponent.is_integer() and exponent >= 0


def _expression(node: Node) -> Expression:
    return Expression(node, render(node))
