"""Fields of a sample system whose loss is a polynomial: exact means, at a cost that no number of examples changes."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.vector import spelt_out
from sgdtui.model.data import Table
from sgdtui.model.example_polynomial import (
    Moments,
    PointPolynomials,
    Polynomial,
    Powers,
    column_means,
    polynomial,
    slope,
)
from sgdtui.model.sample import SampleSystem
from sgdtui.model.sample_fields import SampleFields

FEW_EXAMPLES = 200
"""Up to so many rows of a table are averaged over as they are."""
_MOST_PAIRS = 200_000
"""Of terms whose covariance is taken: about a second."""
_MOST_WORK = 1e9
"""The same times the rows of a table."""


class PolynomialFields(SampleFields):
    """As `SampleFields`, by moments of the columns in place of averages over the examples."""

    def __init__(
        self, system: SampleSystem, values: dict[str, float], loss: Polynomial, centre: Array
    ) -> None:
        super().__init__(system, values)
        d = system.dimension
        moments = Moments(system.data, column_means(system.data))
        gradient = [slope(loss, i) for i in range(d)]
        split = [_by_weights(g, d) for g in gradient]
        covariance = [[_covariance(split[i], split[j], moments) for j in range(d)] for i in range(d)]
        divergence = [_sum([slope(covariance[i][j], j) for j in range(d)]) for i in range(d)]
        hessian = [slope(g, j) for g in gradient for j in range(d)]

        def means(of: list[Polynomial]) -> PointPolynomials:
            return PointPolynomials.of([_mean(each, d, moments) for each in of], centre)

        self._loss, self._gradient, self._hessian = means([loss]), means(gradient), means(hessian)
        self._covariance = PointPolynomials.of([entry for row in covariance for entry in row], centre)
        self._divergence = PointPolynomials.of(divergence, centre)

    @property
    def averaged_over(self) -> int:
        """How many terms the value at one point is a sum of."""
        return len(self._covariance.powers)

    def loss(self, x: Array) -> Array:
        """The mean loss, (n,)."""
        return self._loss(x)[:, 0]

    def gradient(self, x: Array) -> Array:
        """The mean gradient, (n, d)."""
        return self._gradient(x) + self._ridge() * x

    def hessian(self, x: Array) -> Array:
        """The mean Hessian, (n, d, d)."""
        d = self.dimension
        return self._hessian(x).reshape(-1, d, d) + self._ridge() * np.eye(d)

    def covariance(self, x: Array) -> Array:
        """The covariance of one example's gradient, (n, d, d)."""
        return self._covariance(x).reshape(-1, self.dimension, self.dimension)

    def covariance_divergence(self, x: Array) -> Array:
        """∇·Σ, (n, d)."""
        return self._divergence(x)


def polynomial_fields(system: SampleSystem, values: dict[str, float]) -> PolynomialFields | None:
    """The fields, where the loss is a polynomial of weights and columns of moderate size, else None."""
    return _known(system, tuple(sorted(values.items())))


@lru_cache(maxsize=16)
def _known(system: SampleSystem, given: tuple[tuple[str, float], ...]) -> PolynomialFields | None:
    values = dict(given)
    if system.loss is None or (isinstance(system.data, Table) and len(system.data.rows) <= FEW_EXAMPLES):
        return None
    d = system.dimension
    middle = np.array([_centre(*interval) for interval in system.domain]) if system.domain else np.zeros(d)
    if len(middle) != d:
        middle = np.zeros(d)
    columns = column_means(system.data)
    centres = dict(zip(system.variables, middle.tolist(), strict=True))
    centres |= dict(zip(system.data.columns, columns.tolist(), strict=True))
    loss = polynomial(spelt_out(system.loss.node), centres, values)
    if loss is None:
        return None
    pairs = sum(len(slope(loss, i)) for i in range(d)) ** 2
    rows = len(system.data.rows) if isinstance(system.data, Table) else 1
    if pairs > _MOST_PAIRS or pairs * rows > _MOST_WORK:
        return None
    return PolynomialFields(system, values, loss, middle)


def _centre(low: float, high: float) -> float:
    """Where powers are taken about: zero where it is in the window, for noise that vanishes there to do so exactly."""
    return 0.0 if low <= 0 <= high else (low + high) / 2


def _by_weights(of: Polynomial, d: int) -> dict[Powers, Polynomial]:
    """For each product of powers of the weights the polynomial of the columns that stands before it."""
    found: dict[Powers, Polynomial] = {}
    for powers, coefficient in of.items():
        found.setdefault(powers[:d], {})[powers[d:]] = coefficient
    return found


def _mean(of: Polynomial, d: int, moments: Moments) -> Polynomial:
    total: Polynomial = {}
    for powers, coefficient in of.items():
        total[powers[:d]] = total.get(powers[:d], 0.0) + coefficient * moments(powers[d:])
    return total


def _covariance(
    one: dict[Powers, Polynomial], other: dict[Powers, Polynomial], moments: Moments
) -> Polynomial:
    """The covariance over the examples of two polynomials, term by term, so that what is constant cancels exactly."""
    total: Polynomial = {}
    for (p, a), (q, b) in product(one.items(), other.items()):
        weights = tuple(i + j for i, j in zip(p, q, strict=True))
        for (r, x), (s, y) in product(a.items(), b.items()):
            both = tuple(i + j for i, j in zip(r, s, strict=True))
            total[weights] = total.get(weights, 0.0) + x * y * (moments(both) - moments(r) * moments(s))
    return total


def _sum(of: list[Polynomial]) -> Polynomial:
    total: Polynomial = {}
    for each in of:
        for powers, coefficient in each.items():
            total[powers] = total.get(powers, 0.0) + coefficient
    return total
