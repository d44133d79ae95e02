"""What the values of an expression lie between while its names range over intervals (natural interval extension).

Bounds hold to rounding. Where nothing is known, or where a value may be no real number, they are minus and plus
infinity: a bound that is finite is a proof that the expression is a number everywhere on the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sgdtui.expression.node import COMPARISONS, Apply, Name, Node, Number, Vector
from sgdtui.expression.tree import Expression
from sgdtui.expression.vector import spelt_out

Interval: TypeAlias = tuple[Any, Any]


def enclosure(
    expression: Expression, names: Mapping[str, float | Interval], shape: tuple[int, ...] = ()
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bounds of the values of an expression, broadcast to `shape`.

    Args:
        names: a number, or the arrays (low, high) that bound it, for each name.
        shape: of the result, where the expression may not name any of the intervals.
    """
    with np.errstate(all="ignore"):
        low, high = _bounds(spelt_out(expression.node), names)
        undefined = np.isnan(low) | np.isnan(high)
        low = np.where(undefined, -np.inf, low)
        high = np.where(undefined, np.inf, high)
    shape = np.broadcast_shapes(np.shape(low), shape)
    return (
        np.array(np.broadcast_to(low, shape), dtype=np.float64),
        np.array(np.broadcast_to(high, shape), dtype=np.float64),
    )


def _bounds(node: Node, names: Mapping[str, float | Interval]) -> Interval:
    if isinstance(node, Number):
        return np.float64(node.value), np.float64(node.value)
    if isinstance(node, Name):
        value = names[node.id]
        return value if isinstance(value, tuple) else (np.float64(value), np.float64(value))
    assert not isinstance(node, Vector)
    arguments = [_bounds(argument, names) for argument in node.arguments]
    if node.function == "*" and node.arguments[0] == node.arguments[1]:
        return _whole_power(arguments[0], 2)
    if node.function == "**":
        return _power(node, arguments)
    return _RULES[node.function](*arguments)


def _where_defined(defined: Any, low: Any, high: Any) -> Interval:
    return np.where(defined, low, -np.inf), np.where(defined, high, np.inf)


def _increasing(function: Callable[[Any], Any]) -> Callable[[Interval], Interval]:
    return lambda a: (function(a[0]), function(a[1]))


def _product(a: Interval, b: Interval) -> Interval:
    parts = [np.multiply(x, y) for x in a for y in b]
    # 0·∞ is 0 here: the infinity bounds numbers, it is none.
    parts = [np.where(np.isnan(p), 0.0, p) for p in parts]
    unknown = np.isnan(a[0]) | np.isnan(a[1]) | np.isnan(b[0]) | np.isnan(b[1])
    return _where_defined(
        ~unknown,
        np.minimum(np.minimum(parts[0], parts[1]), np.minimum(parts[2], parts[3])),
        np.maximum(np.maximum(parts[0], parts[1]), np.maximum(parts[2], parts[3])),
    )


def _quotient(a: Interval, b: Interval) -> Interval:
    away = (b[0] > 0) | (b[1] < 0)
    low, high = _product(a, (1.0 / b[1], 1.0 / b[0]))
    return _where_defined(away, low, high)


def _whole_power(a: Interval, exponent: int) -> Interval:
    if exponent < 0:
        return _quotient((1.0, 1.0), _whole_power(a, -exponent))
    first, second = np.power(a[0], exponent), np.power(a[1], exponent)
    if exponent % 2:
        return first, second
    touches = (a[0] <= 0) & (a[1] >= 0)
    return np.where(touches, 0.0, np.minimum(first, second)), np.maximum(first, second)


def _power(node: Apply, arguments: list[Interval]) -> Interval:
    base, exponent = arguments
    fixed = node.arguments[1]
    if isinstance(fixed, Number) and fixed.value.is_integer() and abs(fixed.value) < 1e9:
        return _whole_power(base, int(fixed.value))
    corners = [np.power(x, y) for x in base for y in exponent]
    low = np.minimum(np.minimum(corners[0], corners[1]), np.minimum(corners[2], corners[3]))
    high = np.maximum(np.maximum(corners[0], corners[1]), np.maximum(corners[2], corners[3]))
    return _where_defined(base[0] >= 0, low, high)


def _even(function: Callable[[Any], Any], least: float) -> Callable[[Interval], Interval]:
    """An even function that grows with the distance from 0, where it is `least`."""

    def rule(a: Interval) -> Interval:
        ends = function(a[0]), function(a[1])
        touches = (a[0] <= 0) & (a[1] >= 0)
        return np.where(touches, least, np.minimum(*ends)), np.maximum(*ends)

    return rule


def _cosine(a: Interval) -> Interval:
    ends = np.cos(a[0]), np.cos(a[1])
    turn = 2 * np.pi
    known = np.isfinite(a[0]) & np.isfinite(a[1])
    top = np.floor(a[1] / turn) > np.floor(a[0] / turn)
    top = top | (np.ceil(a[0] / turn) * turn <= a[1])
    bottom = np.floor((a[1] - np.pi) / turn) > np.floor((a[0] - np.pi) / turn)
    bottom = bottom | (np.ceil((a[0] - np.pi) / turn) * turn + np.pi <= a[1])
    low = np.where(bottom | ~known, -1.0, np.minimum(*ends))
    high = np.where(top | ~known, 1.0, np.maximum(*ends))
    return low, high


def _sine(a: Interval) -> Interval:
    return _cosine((a[0] - np.pi / 2, a[1] - np.pi / 2))


def _tangent(a: Interval) -> Interval:
    same = np.floor(a[0] / np.pi - 0.5) == np.floor(a[1] / np.pi - 0.5)
    return _where_defined(same & (a[1] - a[0] < np.pi), np.tan(a[0]), np.tan(a[1]))


def _defined_from(least: float, function: Callable[[Any], Any]) -> Callable[[Interval], Interval]:
    return lambda a: _where_defined(a[0] >= least, function(a[0]), function(a[1]))


def _logarithm(a: Interval) -> Interval:
    return _where_defined(a[0] > 0, np.log(a[0]), np.log(a[1]))


def _error_function(a: Interval) -> Interval:
    from scipy.special import erf

    return erf(a[0]), erf(a[1])


def _stairs(a: Interval) -> Interval:
    return np.where(a[0] > 0, 1.0, 0.0), np.where(a[1] > 0, 1.0, 0.0)


def _modulus(a: Interval, b: Interval) -> Interval:
    ratio = _quotient(a, b)
    whole = np.floor(ratio[0]), np.floor(ratio[1])
    within = _difference(a, _product(b, whole))
    reach = np.maximum(np.abs(b[0]), np.abs(b[1]))
    same = whole[0] == whole[1]
    return np.where(same, within[0], -reach), np.where(same, within[1], reach)


def _difference(a: Interval, b: Interval) -> Interval:
    return a[0] - b[1], a[1] - b[0]


def _compared(function: str) -> Callable[[Interval, Interval], Interval]:
    def rule(a: Interval, b: Interval) -> Interval:
        known = ~(np.isnan(a[0]) | np.isnan(a[1]) | np.isnan(b[0]) | np.isnan(b[1]))
        if function in ("<", "<="):
            surely, never = (a[1] < b[0]), (a[0] > b[1])
        elif function in (">", ">="):
            surely, never = (a[0] > b[1]), (a[1] < b[0])
        else:
            apart = (a[1] < b[0]) | (a[0] > b[1])
            equal = (a[0] == a[1]) & (b[0] == b[1]) & (a[0] == b[0])
            surely, never = (equal, apart) if function == "==" else (apart, equal)
        return np.where(surely & known, 1.0, 0.0), np.where(never & known, 0.0, 1.0)

    return rule


def _truth(a: Interval) -> Interval:
    return np.where((a[0] > 0) | (a[1] < 0), 1.0, 0.0), np.where((a[0] == 0) & (a[1] == 0), 0.0, 1.0)


def _both(a: Interval, b: Interval) -> Interval:
    a, b = _truth(a), _truth(b)
    return np.minimum(a[0], b[0]), np.minimum(a[1], b[1])


def _either(a: Interval, b: Interval) -> Interval:
    a, b = _truth(a), _truth(b)
    return np.maximum(a[0], b[0]), np.maximum(a[1], b[1])


def _negated(a: Interval) -> Interval:
    a = _truth(a)
    return 1.0 - a[1], 1.0 - a[0]


def _chosen(condition: Interval, a: Interval, b: Interval) -> Interval:
    truth = _truth(condition)
    surely, never = truth[0] == 1.0, truth[1] == 0.0
    low = np.where(surely, a[0], np.where(never, b[0], np.minimum(a[0], b[0])))
    high = np.where(surely, a[1], np.where(never, b[1], np.maximum(a[1], b[1])))
    return low, high


_RULES: Mapping[str, Callable[..., Interval]] = {
    "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "neg": lambda a: (-a[1], -a[0]),
    **{comparison: _compared(comparison) for comparison in COMPARISONS},
    "and": _both,
    "or": _either,
    "not": _negated,
    "abs": _even(np.abs, 0.0),
    "sqrt": _defined_from(0.0, np.sqrt),
    "exp": _increasing(np.exp),
    "log": _logarithm,
    "sin": _sine,
    "cos": _cosine,
    "tan": _tangent,
    "tanh": _increasing(np.tanh),
    "sinh": _increasing(np.sinh),
    "cosh": _even(np.cosh, 1.0),
    "atan": _increasing(np.arctan),
    "erf": _error_function,
    "sign": _increasing(np.sign),
    "floor": _increasing(np.floor),
    "step": _stairs,
    "mod": _modulus,
    "min": lambda a, b: (np.minimum(a[0], b[0]), np.minimum(a[1], b[1])),
    "max": lambda a, b: (np.maximum(a[0], b[0]), np.maximum(a[1], b[1])),
    "where": _chosen,
}
