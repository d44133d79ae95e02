"""What an expression is never below, whatever its names are: where that is known, nothing has to guard a square root.

Only what holds in floating point too: functions that are approximated by polynomials count by their sign at most.
"""

from __future__ import annotations

from sgdtui.expression.node import COMPARISONS, LOGIC, Apply, Node, Number

UNKNOWN = float("-inf")

_NEVER_NEGATIVE = frozenset({"abs", "exp", "cosh", "sqrt", "step"}) | COMPARISONS | LOGIC


def least(node: Node) -> float:
    """A number that the value of an expression is never below (unless it is NaN); -inf where none is known."""
    if isinstance(node, Number):
        return node.value
    if not isinstance(node, Apply):
        return UNKNOWN
    if node.function in _NEVER_NEGATIVE:
        return 0.0
    if node.function == "**":
        return 0.0 if _is_even(node.arguments[1]) or least(node.arguments[0]) >= 0.0 else UNKNOWN
    bounds = [least(argument) for argument in node.arguments]
    match node.function:
        case "+":
            return bounds[0] + bounds[1]
        case "*" if min(bounds) >= 0.0:
            return bounds[0] * bounds[1]
        case "*" if node.arguments[0] == node.arguments[1]:
            return 0.0
        case "/" if min(bounds) >= 0.0:
            return 0.0
        case "max":
            return max(bounds)
        case "min":
            return min(bounds)
        case "where":
            return min(bounds[1:])
    return UNKNOWN


def _is_even(exponent: Node) -> bool:
    return isinstance(exponent, Number) and exponent.value % 2 == 0
