"""The value of an expression on numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgdtui.expression.error import ExpressionError
from sgdtui.expression.node import REDUCTIONS, Name, Node, Number, Vector
from sgdtui.expression.tree import Expression
from sgdtui.expression.vector import has_vectors

FloatArray = NDArray[np.float64]


def evaluate(expression: Expression, values: Mapping[str, ArrayLike]) -> FloatArray:
    """The value, broadcast over *all* the values given, those that it does not use included.

    A condition gives 0.0 or 1.0. Where a value is no real number the result is NaN or infinite, without a
    warning; a branch of ``where`` that is not taken leaves no trace.

    Args:
        expression: what to evaluate.
        values: a float or an array for each name, of shapes that broadcast together.

    Returns:
        A new float64 array of the common shape, ``()`` if all are scalars; a vector's numbers come along a first axis.

    Raises:
        ExpressionError: a name has no value.
    """
    if has_vectors(expression.node):
        return _with_vectors(expression, values)
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    missing = sorted(expression.names - arrays.keys())
    if missing:
        raise ExpressionError(f"no value for '{missing[0]}' in {expression.text}")
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    with np.errstate(all="ignore"):
        value = _value(expression.node, arrays)
    return np.array(np.broadcast_to(value, shape), dtype=np.float64)


def _with_vectors(expression: Expression, values: Mapping[str, ArrayLike]) -> FloatArray:
    """The same with vectors, whose numbers lie along a first axis of their own; what is shared is evaluated once."""
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    missing = sorted(expression.names - arrays.keys())
    if missing:
        raise ExpressionError(f"no value for '{missing[0]}' in {expression.text}")
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    known: dict[int, Any] = {}

    def value(node: Node) -> Any:
        if isinstance(node, Number):
            return np.float64(node.value)
        if id(node) in known:
            return known[id(node)]
        if isinstance(node, Name):
            found: Any = _widened(arrays[node.id], len(shape))
        elif isinstance(node, Vector):
            parts = [_widened(arrays[entry], len(shape)) for entry in node.entries]
            found = np.stack(np.broadcast_arrays(*parts))
        elif node.function in REDUCTIONS:
            inner = value(node.arguments[0])
            found = np.sqrt(np.sum(inner * inner, axis=0)) if node.function == "norm" else inner.sum(axis=0)
        else:
            found = _FUNCTIONS[node.function](*(value(argument) for argument in node.arguments))
        known[id(node)] = found
        return found

    with np.errstate(all="ignore"):
        result = value(expression.node)
    whole = shape if expression.length is None else (expression.length, *shape)
    return np.array(np.broadcast_to(result, whole), dtype=np.float64)


def _widened(array: FloatArray, axes: int) -> FloatArray:
    """With axes of length one in front, so that a vector's own axis comes before all that are shared."""
    return array.reshape((1,) * (axes - array.ndim) + array.shape)


def _value(node: Node, arrays: Mapping[str, FloatArray]) -> Any:
    if isinstance(node, Number):
        return np.float64(node.value)
    if isinstance(node, Name):
        return arrays[node.id]
    assert not isinstance(node, Vector)
    return _FUNCTIONS[node.function](*(_value(a, arrays) for a in node.arguments))


def _truth(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: np.asarray(function(*arguments), dtype=np.float64)


def _error_function(a: Any) -> Any:
    from scipy.special import erf

    return erf(a)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "neg": np.negative,
    "<": _truth(np.less),
    "<=": _truth(np.less_equal),
    ">": _truth(np.greater),
    ">=": _truth(np.greater_equal),
    "==": _truth(np.equal),
    "!=": _truth(np.not_equal),
    "and": _truth(np.logical_and),
    "or": _truth(np.logical_or),
    "not": _truth(np.logical_not),
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "atan": np.arctan,
    "erf": _error_function,
    "sign": np.sign,
    "floor": np.floor,
    "step": lambda a: np.where(np.isnan(a), np.nan, np.heaviside(a, 0.0)),
    "mod": lambda a, b: a - b * np.floor(a / b),
    "min": np.minimum,
    "max": np.maximum,
    "where": lambda c, a, b: np.where(c != 0, a, b),
}
