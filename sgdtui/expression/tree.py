"""The checked expression: an immutable tree of numbers, names and applied functions, and its text."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
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
class Apply:
    """A function (see FUNCTIONS) or an operator (see OPERATORS) of one to three arguments."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = "Number | Name | Apply"

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "e": math.e})
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
LOGIC = frozenset({"and", "or", "not"})

_OF_MATH = ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan", "erf", "floor")
# What may be called by name. min and max take two or more, but the tree holds them in pairs.
FUNCTIONS: Mapping[str, int | tuple[int, int]] = MappingProxyType(
    {
        **dict.fromkeys((*_OF_MATH, "abs", "sign", "step"), 1),
        "mod": 2,
        "min": (2, 32),
        "max": (2, 32),
        "where": 3,
    }
)
# What a variable or parameter may not be called: k is the step, t the time, L the loss and H its curvature.
RESERVED: frozenset[str] = frozenset({*FUNCTIONS, *CONSTANTS, *kwlist, "k", "t", "L", "H"})


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
    **{function: getattr(math, function) for function in _OF_MATH},
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
    if function not in COMPARISONS and function not in LOGIC:
        values = tuple(a.value for a in arguments if isinstance(a, Number))
        if len(values) == len(arguments):
            return Number(scalar_value(function, values))
    return Apply(function, arguments)


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
    if isinstance(node, Name):
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


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. Model code builds new ones with ``+ - * / **`` and :func:`apply`."""

    node: Node
    text: str

    @property
    def names(self) -> frozenset[str]:
        """The names it depends on."""
        return frozenset(n.id for n in walk(self.node) if isinstance(n, Name))

    @property
    def is_condition(self) -> bool:
        """Whether its value is a truth value (0 or 1)."""
        return isinstance(self.node, Apply) and self.node.function in COMPARISONS | LOGIC

    @property
    def constant_value(self) -> float | None:
        """Its value if it has no names and the value is finite, else None."""
        try:
            return _value(self.node)
        except ExpressionError:
            return None

    def __add__(self, other: Expression | float) -> Expression:
        return _built(_sum(self.node, _node(other)))

    def __radd__(self, other: float) -> Expression:
        return _built(_sum(_node(other), self.node))

    def __sub__(self, other: Expression | float) -> Expression:
        return _built(_difference(self.node, _node(other)))

    def __rsub__(self, other: float) -> Expression:
        return _built(_difference(_node(other), self.node))

    def __mul__(self, other: Expression | float) -> Expression:
        return _built(_product(self.node, _node(other)))

    def __rmul__(self, other: float) -> Expression:
        return _built(_product(_node(other), self.node))

    def __truediv__(self, other: Expression | float) -> Expression:
        return _built(_quotient(self.node, _node(other)))

    def __rtruediv__(self, other: float) -> Expression:
        return _built(_quotient(_node(other), self.node))

    def __pow__(self, other: Expression | float) -> Expression:
        return _built(_power(self.node, _node(other)))

    def __rpow__(self, other: float) -> Expression:
        return _built(_power(_node(other), self.node))

    def __neg__(self) -> Expression:
        return _built(_negative(self.node))

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
    return _built(build(function, tuple(_node(a) for a in args)))


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """The expression with names replaced, all at once.

    Raises:
        ExpressionError: the result holds a number that is not finite.
    """

    def replaced(node: Node) -> Node:
        if isinstance(node, Name) and node.id in replacements:
            return replacements[node.id].node
        if isinstance(node, Apply):
            return build(node.function, tuple(map(replaced, node.arguments)))
        return node

    if not expression.names & replacements.keys():
        return expression
    return _built(replaced(expression.node))


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


def _built(node: Node) -> Expression:
    return Expression(node, render(node))


def _node(value: Expression | float) -> Node:
    return value.node if isinstance(value, Expression) else constant(value).node


def _value(node: Node) -> float:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        raise ExpressionError(f"'{node.id}' is not a number")
    return scalar_value(node.function, tuple(map(_value, node.arguments)))


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
