"""The value of a claim's arithmetic, with its standard error to first order."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from sgdtui.claims.grammar import FUNCTIONS, ClaimError, Constant, Key, Node, Operation, Path, paths
from sgdtui.claims.path import Reading, read

_OPERATORS: dict[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": math.pow,
    "neg": operator.neg,
}


def evaluate(node: Node, document: Mapping[str, Any]) -> Reading:
    """The claim's value in a result and its standard error.

    The error is first order, by differences over one standard error of each path, the paths taken as independent;
    a prediction has none. It is None where a path's own error is not known. The value is None where a path's is, or
    where arithmetic has no real result.

    Raises:
        ClaimError: a path leads nowhere, or text stands in arithmetic.
    """
    if isinstance(node, Path):
        return read(document, node)
    readings: dict[tuple[Key, ...], Reading] = {}
    for path in paths(node):
        reading = readings[path.keys] = read(document, path)
        if isinstance(reading.value, bool | str):
            shown = ".".join(map(str, path.keys))
            raise ClaimError(
                f"{shown} is {reading.value!r}: no number to reckon with", path.offset, path.length
            )
    if any(reading.value is None for reading in readings.values()):
        return Reading(None, None)
    values = {keys: float(reading.value) for keys, reading in readings.items() if reading.value is not None}
    value = _reckon(node, values)
    if value is None or any(reading.se is None for reading in readings.values()):
        return Reading(value, None)
    variance = 0.0
    for keys, reading in readings.items():
        if reading.se:
            up = _reckon(node, {**values, keys: values[keys] + reading.se})
            down = _reckon(node, {**values, keys: values[keys] - reading.se})
            ends = [end for end in (up, down) if end is not None]
            if not ends:
                return Reading(value, None)
            change = (ends[0] - ends[1]) / 2 if len(ends) == 2 else ends[0] - value
            variance += change**2
    return Reading(value, math.sqrt(variance))


def _reckon(node: Node, values: Mapping[tuple[Key, ...], float]) -> float | None:
    try:
        value = _tree(node, values)
    except (ArithmeticError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _tree(node: Node, values: Mapping[tuple[Key, ...], float]) -> float:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Path):
        return values[node.keys]
    assert isinstance(node, Operation)
    function = _OPERATORS.get(node.name) or FUNCTIONS[node.name][0]
    return float(function(*(_tree(argument, values) for argument in node.arguments)))
