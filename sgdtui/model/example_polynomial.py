"""Losses of one example that are polynomials of weights and columns: their means over the examples, exactly.

A mean over drawn columns is then a sum over moments of the columns, known to rounding, instead of an average over a
grid of quadrature points that grows with the power of the number of columns; a mean over a table is taken once, instead
of at every point. Weights and columns are counted from a centre, so that little cancels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.expression.node import Apply, Name, Node, Number, Vector
from sgdtui.model.data import Data, Table

Powers = tuple[int, ...]
Polynomial = dict[Powers, float]
"""Coefficients by the powers of the names."""

_MOST_TERMS = 400
_HIGHEST_POWER = 16
_CHUNK = 2_000_000


def polynomial(node: Node, centres: Mapping[str, float], values: Mapping[str, float]) -> Polynomial | None:
    """An expression as a polynomial of the names in `centres`, each counted from there; None where it is none, or a
    long one. `values` are of all other names.
    """
    names = list(centres)
    nothing = (0,) * len(names)
    if isinstance(node, Number):
        return {nothing: node.value}
    if isinstance(node, Name):
        if node.id not in centres:
            return {nothing: values[node.id]}
        place = names.index(node.id)
        unit = tuple(int(i == place) for i in range(len(names)))
        return _added({nothing: centres[node.id]}, {unit: 1.0})
    if isinstance(node, Vector):
        return None
    parts = [polynomial(argument, centres, values) for argument in node.arguments]
    if any(part is None for part in parts):
        return None
    return _applied(node, [part for part in parts if part is not None], nothing)


def _applied(node: Apply, parts: list[Polynomial], nothing: Powers) -> Polynomial | None:
    match node.function:
        case "+":
            return _added(*parts)
        case "-":
            return _added(parts[0], _scaled(parts[1], -1.0))
        case "neg":
            return _scaled(parts[0], -1.0)
        case "*":
            return _times(*parts)
        case "/":
            divisor = _constant(parts[1], nothing)
            return None if not divisor else _scaled(parts[0], 1.0 / divisor)
        case "**":
            exponent = _constant(parts[1], nothing)
            if exponent is None or not exponent.is_integer() or not 0 <= exponent <= _HIGHEST_POWER:
                return None
            result: Polynomial | None = {nothing: 1.0}
            for _ in range(int(exponent)):
                result = None if result is None else _times(result, parts[0])
            return result
        case _:
            return None


def _constant(of: Polynomial, nothing: Powers) -> float | None:
    return of.get(nothing, 0.0) if set(of) <= {nothing} else None


def _added(one: Polynomial, other: Polynomial) -> Polynomial:
    total = dict(one)
    for powers, coefficient in other.items():
        total[powers] = total.get(powers, 0.0) + coefficient
    return {powers: coefficient for powers, coefficient in total.items() if coefficient}


def _scaled(of: Polynomial, factor: float) -> Polynomial:
    return {powers: coefficient * factor for powers, coefficient in of.items()}


def _times(one: Polynomial, other: Polynomial) -> Polynomial | None:
    if len(one) * len(other) > _MOST_TERMS**2:
        return None
    total: Polynomial = {}
    for (p, a), (q, b) in product(one.items(), other.items()):
        powers = tuple(i + j for i, j in zip(p, q, strict=True))
        total[powers] = total.get(powers, 0.0) + a * b
    found = {powers: coefficient for powers, coefficient in total.items() if coefficient}
    return found if len(found) <= _MOST_TERMS else None


def slope(of: Polynomial, place: int) -> Polynomial:
    """The derivative by the name at that place."""
    return {
        tuple(p - (i == place) for i, p in enumerate(powers)): coefficient * powers[place]
        for powers, coefficient in of.items()
        if powers[place]
    }


class Moments:
    """Averages of products of powers of a data's columns, each counted from its centre."""

    def __init__(self, data: Data, centres: Array) -> None:
        self._data = data
        self._centres = centres
        self._known: dict[Powers, float] = {}

    def __call__(self, powers: Powers) -> float:
        """E ∏ (c_i - centre_i)^powers_i."""
        if powers not in self._known:
            self._known[powers] = self._moment(powers)
        return self._known[powers]

    def _moment(self, powers: Powers) -> float:
        checkpoint()
        data = self._data
        if isinstance(data, Table):
            values = np.ones(len(data.rows))
            for place, power in enumerate(powers):
                if power:
                    values = values * (data.rows[:, place] - self._centres[place]) ** power
            return float(values.mean())
        result = 1.0
        for distribution, centre, power in zip(data.distributions, self._centres, powers, strict=True):
            if power:  # Gauss quadrature of n points is exact up to the power 2n - 1
                nodes, weights = distribution.quadrature(power // 2 + 1)
                result *= float(weights @ (nodes - centre) ** power)
        return result


def column_means(data: Data) -> Array:
    """The mean of each column."""
    if isinstance(data, Table):
        return np.asarray(data.rows.mean(axis=0))
    rules = [distribution.quadrature(2) for distribution in data.distributions]
    return np.array([float(weights @ nodes) for nodes, weights in rules])


@dataclass(frozen=True, slots=True, eq=False)
class PointPolynomials:
    """Many polynomials of the weights at once: `powers` (m, d), `coefficients` (m, outputs), counted from `centre`."""

    centre: Array
    powers: Array
    coefficients: Array

    @classmethod
    def of(cls, polynomials: list[Polynomial], centre: Array) -> PointPolynomials:
        """All of them on their common powers."""
        powers = sorted({p for each in polynomials for p in each}) or [(0,) * len(centre)]
        coefficients = np.array([[each.get(p, 0.0) for each in polynomials] for p in powers])
        return cls(centre, np.array(powers, dtype=np.int64), coefficients)

    def __call__(self, x: Array) -> Array:
        """The values at points (n, d), (n, outputs)."""
        step = max(1, _CHUNK // max(1, len(self.powers)))
        parts = [self._chunk(x[i : i + step] - self.centre) for i in range(0, len(x), step)]
        return np.concatenate(parts) if parts else np.zeros((0, self.coefficients.shape[1]))

    def _chunk(self, y: Array) -> Array:
        checkpoint()
        monomials = np.ones((len(y), len(self.powers)))
        for axis in range(y.shape[1]):
            table = y[:, axis, None] ** np.arange(self.powers[:, axis].max() + 1)
            monomials *= table[:, self.powers[:, axis]]
        return np.asarray(monomials @ self.coefficients)
