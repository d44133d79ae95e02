"""The nodes of an expression's tree, the functions that they may apply, and how a tree is written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from keyword import kwlist
from types import MappingProxyType
from typing import TypeAlias

from sgdtui.expression.error import ExpressionError


@dataclass(frozen=True, slots=True)
class Number:
    """A finite float."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, a parameter, the step ``k`` or the time ``t``."""

    id: str


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector variable, column or parameter: `length` numbers, each of which is a Name `id[0]`, `id[1]`, …"""

    id: str
    length: int

    @property
    def entries(self) -> tuple[str, ...]:
        """The names of its numbers."""
        return tuple(f"{self.id}[{i}]" for i in range(self.length))


@dataclass(frozen=True, slots=True)
class Apply:
    """A function (see FUNCTIONS) or an operator (see OPERATORS) of one to three arguments.

    Of vectors it is taken number by number; `sum` and `norm` make one number of a vector.
    """

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = "Number | Name | Vector | Apply"

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "e": math.e})
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
LOGIC = frozenset({"and", "or", "not"})

REDUCTIONS = frozenset({"sum", "norm"})
"""What makes one number of a vector."""
OF_VECTORS = frozenset({"dot", *REDUCTIONS})

OF_MATH = ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan", "erf", "floor")
# What may be called by name. min and max take two or more, but the tree holds them in pairs.
FUNCTIONS: Mapping[str, int | tuple[int, int]] = MappingProxyType(
    {
        **dict.fromkeys((*OF_MATH, "abs", "sign", "step"), 1),
        "mod": 2,
        "min": (2, 32),
        "max": (2, 32),
        "where": 3,
        "dot": 2,
        "sum": 1,
        "norm": 1,
    }
)
# What a variable or parameter may not be called: k is the step, t the time, L the loss and H its curvature. The
# functions of vectors may be: older presets do.
RESERVED: frozenset[str] = frozenset({*FUNCTIONS, *CONSTANTS, *kwlist, "k", "t", "L", "H"} - OF_VECTORS)


def arity(function: str) -> tuple[int, int]:
    """The least and the largest number of arguments.

    Raises:
        ExpressionError: no such function.
    """
    if function in OPERATORS:
        count = 1 if function in ("neg", "not") else 2
        return count, count
    if function not in FUNCTIONS:
        raise ExpressionError(f"unknown function '{function}'; allowed: {', '.join(FUNCTIONS)}")
    allowed = FUNCTIONS[function]
    return allowed if isinstance(allowed, tuple) else (allowed, allowed)


def wrong_count(function: str, count: int) -> str:
    """What to say of a call with a wrong number of arguments."""
    least, most = arity(function)
    wanted = str(least) if least == most else f"{least} to {most}"
    return f"{function} takes {wanted} argument{'' if wanted == '1' else 's'}, not {count}"


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, each before its arguments."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Apply):
            waiting.extend(reversed(node.arguments))


_PRECEDENCE = {
    "or": 1,
    "and": 2,
    "not": 3,
    **dict.fromkeys(COMPARISONS, 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "neg": 7,
    "**": 8,
}
_ATOM = 9
OPERATORS = frozenset(_PRECEDENCE)


def render(node: Node) -> str:
    """The tree as text that parses back to the same tree (numbers folded)."""
    return _rendered(node)[0]


def _rendered(node: Node) -> tuple[str, int]:
    if isinstance(node, Number):
        whole = node.value.is_integer() and abs(node.value) < 1e16
        text = str(int(node.value)) if whole else repr(node.value)
        return text, _PRECEDENCE["neg"] if text.startswith("-") else _ATOM
    if isinstance(node, Name | Vector):
        return node.id, _ATOM
    level = _PRECEDENCE.get(node.function)
    if level is None:
        return f"{node.function}({', '.join(_rendered(a)[0] for a in node.arguments)})", _ATOM
    if node.function in ("neg", "not"):
        sign = "-" if node.function == "neg" else "not "
        return sign + _bracketed(node.arguments[0], level), level
    left, right = node.arguments
    if node.function == "**":  # binds to the right, and its exponent may carry a sign
        return f"{_bracketed(left, level + 1)}**{_bracketed(right, _PRECEDENCE['neg'])}", level
    # Comparisons do not associate: a bracket on either side keeps them from becoming a chain.
    left_text = _bracketed(left, level + (node.function in COMPARISONS))
    gap = "" if level == 6 else " "
    return f"{left_text}{gap}{node.function}{gap}{_bracketed(right, level + 1)}", level


def _bracketed(node: Node, least: int) -> str:
    text, level = _rendered(node)
    return text if level >= least else f"({text})"
