"""Our tree to sympy and back, node by node: no text passes between them. Imports sympy, so import it late."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.fold import build
from sgdtui.expression.node import COMPARISONS, LOGIC, Name, Node, Number, Vector
from sgdtui.expression.tree import constant

# sympy multiplies powers of numbers out; beyond this an exponent stays a float, which is quick.
_LARGEST_EXACT_POWER = 1024
_SAME_NAME = ("exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan", "erf")


class _RealFunction(sympy.Function):  # type: ignore[misc]
    """A real function that sympy knows nothing of but its derivative."""

    is_real = True
    ours: str


class _Flat(_RealFunction):
    """A function whose derivative is zero almost everywhere."""

    def _eval_derivative(self, _symbol: sympy.Symbol) -> sympy.Expr:
        return sympy.S.Zero


class _Where(_RealFunction):
    ours = "where"

    @classmethod
    def eval(cls, _condition: sympy.Expr, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        return a if a == b else None

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        condition, a, b = self.args
        return _Where(condition, a.diff(symbol), b.diff(symbol))


class _Minimum(_RealFunction):
    ours = "min"

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        a, b = self.args
        return _Where(_FLAT["<"](a, b), a.diff(symbol), b.diff(symbol))


class _Maximum(_RealFunction):
    ours = "max"

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        a, b = self.args
        return _Where(_FLAT[">"](a, b), a.diff(symbol), b.diff(symbol))


class _Modulus(_RealFunction):
    """``a - b*floor(a/b)``."""

    ours = "mod"

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        a, b = self.args
        return a.diff(symbol) - b.diff(symbol) * _FLAT["floor"](a / b)


class _Absolute(_RealFunction):
    """Unlike sympy's, of any argument without a thought for the complex plane."""

    ours = "abs"

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        return self.args[0] ** exponent if exponent.is_even else None

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        (a,) = self.args
        return _FLAT["sign"](a) * a.diff(symbol)


class _Power(_RealFunction):
    """``a**b`` where sympy's own would not do.

    If b is not a number, sympy writes ``b*a**b/a`` where ``b*a**(b - 1)`` is meant. If a is flat in places, as in
    ``sqrt(max(x, 0))``, the derivative there is 0, not the 0/0 of the chain rule.
    """

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        a, b = self.args
        rise, growth = a.diff(symbol), b.diff(symbol)
        slope = _unless_flat(rise, b * _power(a, b - 1) * rise)
        if growth.is_zero or a.is_zero:
            return slope
        grown = _unless_flat(growth, sympy.log(a) * self * growth)
        return slope + (_Where(_FLAT["!="](a, 0), grown, sympy.S.Zero) if a.has(*_IN_PIECES) else grown)


def _power(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    may_rest = b.is_Number and 0 < b < 1 and a.has(*_IN_PIECES)
    return a**b if b.is_Number and not may_rest else _Power(a, b)


def _unless_flat(inner: sympy.Expr, product: sympy.Expr) -> sympy.Expr:
    """The product of the chain rule, or 0 where the inner derivative is 0 piece by piece."""
    return _Where(_FLAT["!="](inner, 0), product, sympy.S.Zero) if inner.has(_Where, _Flat) else product


_IN_PIECES = (_Where, _Minimum, _Maximum, _Flat)
_FLAT: Mapping[str, Callable[..., sympy.Expr]] = {
    function: type(f"_Flat{index:02}", (_Flat,), {"ours": function})
    for index, function in enumerate(["sign", "step", "floor", *sorted(COMPARISONS | LOGIC)])
}
_TO_SYMPY: Mapping[str, Callable[..., sympy.Expr]] = {
    **_FLAT,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "abs": _Absolute,
    "mod": _Modulus,
    "min": _Minimum,
    "max": _Maximum,
    "where": _Where,
    "sqrt": lambda a: _power(a, sympy.S.Half),
    **{function: getattr(sympy, function) for function in _SAME_NAME},
}
_FROM_SYMPY: Mapping[Any, str] = {
    **{getattr(sympy, function): function for function in _SAME_NAME},
    sympy.Abs: "abs",
    sympy.sign: "sign",
}


def to_sympy(node: Node, power: float = 1) -> sympy.Expr:
    """The formula, its names real symbols.

    Args:
        node: the tree.
        power: the product of the exponents above it, which decides whether they stay exact.
    """
    if isinstance(node, Number):
        return _exact(node.value)
    if isinstance(node, Name):
        return sympy.Symbol(node.id, real=True)
    if isinstance(node, Vector):
        raise ExpressionError("a vector is no single number")
    if node.function == "**":
        base, exponent = node.arguments
        if not isinstance(exponent, Number):
            return _power(to_sympy(base, power), to_sympy(exponent, power))
        power *= max(1.0, abs(exponent.value))
        if power > _LARGEST_EXACT_POWER:
            return to_sympy(base, power) ** sympy.Float(exponent.value)
        return _power(to_sympy(base, power), _exact(exponent.value))
    return _TO_SYMPY[node.function](*(to_sympy(a, power) for a in node.arguments))


def differentiate(formula: sympy.Expr, variable: str) -> sympy.Expr:
    """The derivative of a formula of to_sympy with respect to a name."""
    return formula.diff(sympy.Symbol(variable, real=True))


def _exact(value: float) -> sympy.Number:
    """A short decimal as the fraction that a person means by it, any other float as it is."""
    fraction = Fraction(repr(value))
    if fraction.denominator <= 10**6 and abs(fraction.numerator) <= 10**15:
        return sympy.Rational(fraction.numerator, fraction.denominator)
    return sympy.Float(value)


def from_sympy(formula: sympy.Expr, most: int) -> Node:
    """The tree of a formula.

    Args:
        formula: made by to_sympy and differentiate.
        most: how many nodes of sympy to accept.

    Raises:
        ExpressionError: the formula is larger than that, or is not a real number.
    """
    return _Reader(most).read(formula)


class _Reader:
    def __init__(self, most: int) -> None:
        self.left = most

    def read(self, formula: sympy.Expr) -> Node:
        self.left -= 1
        if self.left < 0:
            raise ExpressionError("the result is too long")
        if formula.is_Symbol:
            return Name(str(formula.name))
        if formula.is_Rational:
            return Number(int(formula.p) / int(formula.q))
        if formula.is_Float or formula in (sympy.pi, sympy.E):
            return constant(float(formula)).node
        if formula.is_Add:
            return self.sum(formula)
        if formula.is_Mul:
            return self.product(formula)
        if formula.is_Pow:
            return self.power(formula)
        if isinstance(formula, _Power):
            return self.raised(*formula.args)
        function = formula.ours if isinstance(formula, _RealFunction) else _FROM_SYMPY.get(formula.func)
        if function is None:
            raise ExpressionError("it is not a real number")
        return build(function, tuple(self.read(a) for a in formula.args))

    def sum(self, formula: sympy.Expr) -> Node:
        terms = formula.as_ordered_terms()
        negative = [term for term in terms if term.as_coeff_Mul()[0].is_negative]
        positive = [term for term in terms if term not in negative]
        added = [self.read(term) for term in positive]
        taken = [self.read(-term) for term in negative]
        if not added:
            return build("neg", (_joined("+", taken),))
        if len(taken) > 8:  # a balanced sum instead of a deep one
            return build("-", (_joined("+", added), _joined("+", taken)))
        return reduce(lambda total, term: build("-", (total, term)), taken, _joined("+", added))

    def product(self, formula: sympy.Expr) -> Node:
        coefficient = 1.0
        above: list[Node] = []
        below: list[Node] = []
        for factor in formula.as_ordered_factors():
            inverse = factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative
            node = self.read(1 / factor if inverse else factor)
            if isinstance(node, Number):
                coefficient = coefficient / node.value if inverse else coefficient * node.value
            else:
                (below if inverse else above).append(node)
        if not math.isfinite(coefficient):
            raise ExpressionError("it is not a finite number")
        result = _joined("*", [Number(coefficient), *above])
        return build("/", (result, _joined("*", below))) if below else result

    def power(self, formula: sympy.Expr) -> Node:
        base, exponent = formula.base, formula.exp
        if exponent.is_Number and exponent.is_negative:
            return build("/", (Number(1.0), self.read(base**-exponent)))
        return self.raised(base, exponent)

    def raised(self, base: sympy.Expr, exponent: sympy.Expr) -> Node:
        if exponent == sympy.S.Half:
            return build("sqrt", (self.read(base),))
        return build("**", (self.read(base), self.read(exponent)))


def _joined(operator: str, nodes: list[Node]) -> Node:
    """A sum or product from the left, or balanced where it is long, so that the tree stays shallow."""
    if len(nodes) > 16:
        middle = len(nodes) // 2
        return build(operator, (_joined(operator, nodes[:middle]), _joined(operator, nodes[middle:])))
    return reduce(lambda a, b: build(operator, (a, b)), nodes)
