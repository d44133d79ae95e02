"""Where an expression may jump or bend: the functions on whose zeros it turns from one smooth piece to another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import COMPARISONS, Apply, Node, Number, render, walk
from sgdtui.expression.tree import Expression, apply
from sgdtui.expression.vector import spelt_out

_BENDS = frozenset({"abs", "sign", "step", "sqrt", "log"})


@dataclass(frozen=True, slots=True)
class Switch:
    """`value` is zero (or, if `whole`, a whole number) wherever the expression that it belongs to may not be smooth."""

    value: Expression
    whole: bool = False


@lru_cache(maxsize=512)
def switches(expression: Expression) -> tuple[Expression, ...]:
    """Expressions of whose zero sets all jumps, kinks and ends of the domain of `expression` are part.

    `abs(u)` gives u, `a < b` and `min(a, b)` give a - b, `floor(u)` gives sin(pi u), whose zeros are the integers.
    Constants switch nothing; poles are not looked for.
    """
    found = _found(expression, poles=False)
    return tuple(apply("sin", s.value * apply("atan", 1) * 4) if s.whole else s.value for s in found)


def turns(expression: Expression, names: Collection[str]) -> tuple[Switch, ...]:
    """The switches of an expression that depend on any of `names`, poles included, each once, in the tree's order.

    Between two neighbouring places where one of them is zero the expression is analytic, or not a number.
    """
    return tuple(s for s in _found(expression, poles=True) if s.value.names & set(names))


@lru_cache(maxsize=512)
def _found(expression: Expression, *, poles: bool) -> tuple[Switch, ...]:
    found: dict[tuple[str, bool], Switch] = {}
    for node in walk(spelt_out(expression.node)):
        if not isinstance(node, Apply):
            continue
        try:
            switch = _switch(node, poles)
        except ExpressionError:  # what folds to no finite number switches nowhere that can be told
            continue
        if switch is not None and switch.value.names:
            found.setdefault((switch.value.text, switch.whole), switch)
    return tuple(found.values())


def _switch(node: Apply, poles: bool) -> Switch | None:
    first, last = _expression(node.arguments[0]), _expression(node.arguments[-1])
    if node.function in _BENDS:
        return Switch(first)
    if node.function in COMPARISONS or node.function in ("min", "max"):
        return Switch(first - last)
    if node.function == "floor":
        return Switch(first, whole=True)
    if node.function == "mod":
        return Switch(first / last, whole=True)
    if node.function == "/" and poles:
        return Switch(last)
    if node.function == "**" and not _is_natural(node.arguments[1]):
        return Switch(first)
    return None


def _is_natural(exponent: Node) -> bool:
    return isinstance(exponent, Number) and exponent.value.is_integer() and exponent.value >= 0


def _expression(node: Node) -> Expression:
    return Expression(node, render(node))
