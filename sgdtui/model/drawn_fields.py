"""Fields of a loss over columns drawn afresh that is not smooth in them: its means are exact to rounding.

The mean of a loss with kinks is smooth, and its curvature is not the mean of the curvature: half of it comes from the
kinks passing by. Derivatives are therefore taken of the means.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.expression.derivative import derivative
from sgdtui.expression.numeric import evaluate
from sgdtui.model.data import Fresh
from sgdtui.model.drawn_columns import DrawnColumns, is_smooth_in
from sgdtui.model.line_table import LineTable
from sgdtui.model.roots import roots_along
from sgdtui.model.sample import SampleSystem
from sgdtui.model.sample_fields import SampleFields

_AT_ONCE = 1_000_000
_STEP = 0.02
_PLACES = 4
_TABLED = 1e-10
_A_DIFFERENCE = 60
"""Terms of rows that are there which one of a mean over drawn columns is worth, three differences a weight."""
_AROUND = np.unique(np.concatenate([sign * 2.0 ** np.arange(-20, 21) for sign in (-1, 1)] + [np.zeros(1)]))


def needs_cuts(system: SampleSystem) -> bool:
    """Whether the loss of one example is no polynomial of columns that are drawn from continuous laws."""
    data = system.data
    if not isinstance(data, Fresh) or system.loss is None:
        return False
    continuous = tuple(
        column
        for column, law in zip(data.columns, data.distributions, strict=True)
        if law.kind not in ("bernoulli", "choice") and column in system.loss.names
    )
    return bool(continuous) and not is_smooth_in(system.loss, continuous)


def drawn_fields(system: SampleSystem, values: dict[str, float]) -> DrawnFields:
    """The fields of a system that needs cuts, the same ones for the same values: they keep tables."""
    return _kept(system, tuple(sorted(values.items())))


@lru_cache(maxsize=8)
def _kept(system: SampleSystem, values: tuple[tuple[str, float], ...]) -> DrawnFields:
    return DrawnFields(system, dict(values))


class DrawnFields(SampleFields):
    """Fields whose means over drawn columns are cut at the kinks and jumps of the loss."""

    def __init__(self, system: SampleSystem, values: dict[str, float]) -> None:
        super().__init__(system, values)
        assert isinstance(system.data, Fresh)
        assert system.loss is not None
        self.columns = DrawnColumns(
            system.data, system.variables, (system.loss, *system.example_gradient()), values
        )
        self._table = None if self.dimension > 1 else self._tabled()

    @property
    def averaged_over(self) -> int:
        """How many terms the value at one point is a sum of."""
        return len(self.columns.rule(np.zeros((1, self.dimension)))[1])

    @property
    def curvature_terms(self) -> int:
        """The same of the curvature, which is made of differences of means, each with a rule of its own."""
        return 1 if self._table is not None else _A_DIFFERENCE * self.averaged_over

    @property
    def uncertainty(self) -> float:
        """How far the fields may be off, next to their size: what a table of them leaves."""
        return 0.0 if self._table is None else _TABLED

    def _tabled(self) -> LineTable:
        """Loss, gradient and variance of a single weight, tabulated: each costs thousands of examples."""
        kinks = self.breakpoints(_AROUND)

        def every(x: Array) -> Array:
            mean, covariance = self._summed_moments(x[:, None])
            return np.column_stack([self._summed_loss(x[:, None]), mean[:, 0], covariance[:, 0, 0]])

        return LineTable(every, kinks, 1.0, _TABLED, positive=2)

    def loss(self, x: Array) -> Array:
        """The mean loss, (n,)."""
        return self._summed_loss(x) if self._table is None else self._table(x[:, 0])[:, 0]

    def _summed_loss(self, x: Array) -> Array:
        assert self.system.loss is not None
        expression = self.system.loss

        def mean(names: dict[str, float | Array], w: Array, first: NDArray[np.intp]) -> Array:
            return np.asarray(np.add.reduceat(evaluate(expression, names) * w, first))

        return self._over_rules(x, mean)

    def gradient(self, x: Array) -> Array:
        """The mean gradient, (n, d)."""
        return self._summed_moments(x)[0] if self._table is None else self._table(x[:, 0])[:, 1:2]

    def covariance(self, x: Array) -> Array:
        """The covariance of one example's gradient, (n, d, d)."""
        if self._table is not None:
            return self._table(x[:, 0])[:, 2:, None]
        return self._summed_moments(x)[1]

    def hessian(self, x: Array) -> Array:
        """∂_j g_i, (n, d, d), of the mean gradient."""
        return np.stack([self._slope(self.gradient, x, axis) for axis in range(self.dimension)], axis=2)

    def covariance_divergence(self, x: Array) -> Array:
        """∇·Σ, (n, d)."""
        slopes = [
            self._slope(lambda at, j=axis: self.covariance(at)[:, :, j], x, axis)  # type: ignore[misc]
            for axis in range(self.dimension)
        ]
        return np.asarray(np.sum(slopes, axis=0))

    def breakpoints(self, cut: Array) -> Array:
        """Places between the ends of `cut` where the means over the columns may have kinks (one weight only)."""
        (variable,) = self.system.variables
        found = []
        for switch in self.columns.turning:

            def value(x: Array, switch: object = switch) -> Array:
                return evaluate(switch.value, {**self.values, variable: x})  # type: ignore[attr-defined]

            found.append(cut[value(cut) == 0])
            for low, high in pairwise(cut):
                roots = roots_along(value, float(low), float(high))
                found.append(roots[roots > low])
        return np.unique(np.concatenate([np.empty(0), *found]))

    def _summed_moments(self, x: Array) -> tuple[Array, Array]:
        """The mean gradient (n, d) and its covariance (n, d, d), which is taken about the mean."""
        d = self.dimension
        gradient = self.system.example_gradient()

        def both(names: dict[str, float | Array], w: Array, first: NDArray[np.intp]) -> Array:
            each = np.stack([np.broadcast_to(evaluate(g, names), w.shape) for g in gradient], axis=1)
            mean = np.add.reduceat(each * w[:, None], first, axis=0)
            counts = np.diff(np.append(first, len(w)))
            away = each - np.repeat(mean, counts, axis=0)
            products = (away[:, :, None] * away[:, None, :]).reshape(len(w), -1) * w[:, None]
            return np.concatenate([mean, np.add.reduceat(products, first, axis=0)], axis=1)

        found = self._over_rules(x, both)
        return found[:, :d], found[:, d:].reshape(-1, d, d)

    def _over_rules(
        self, x: Array, mean: Callable[[dict[str, float | Array], Array, NDArray[np.intp]], Array]
    ) -> Array:
        """`mean` of names, weights and the first example of each point, over chunks of points."""
        columns = self.system.data.columns
        size = len(self.columns.rule(x[:1])[1]) if len(x) else 1
        chunk = max(1, _AT_ONCE // size)
        parts = []
        for start in range(0, len(x), chunk):
            checkpoint()
            points = x[start : start + chunk]
            rows, weights, owner = self.columns.rule(points)
            names: dict[str, float | Array] = {**self.values}
            names |= {v: points[owner, i] for i, v in enumerate(self.system.variables)}
            names |= {c: rows[:, i] for i, c in enumerate(columns)}
            parts.append(mean(names, weights, np.searchsorted(owner, np.arange(len(points)))))
        return np.concatenate(parts) if parts else np.empty((0, self.dimension + self.dimension**2))

    def _slope(self, function: Callable[[Array], Array], x: Array, axis: int) -> Array:
        """The derivative of a mean along one weight, by central differences extrapolated twice."""
        step = np.zeros_like(x)
        step[:, axis] = self._length(x, axis)
        wide = (len(x),) + (1,) * (function(x[:1]).ndim - 1)
        h = step[:, axis].reshape(wide)

        def difference(share: float) -> Array:
            return np.asarray((function(x + share * step) - function(x - share * step)) / (2 * share * h))

        one, two, three = difference(1.0), difference(0.5), difference(0.25)
        first, second = two + (two - one) / 3, three + (three - two) / 3
        return second + (second - first) / 15

    def _length(self, x: Array, axis: int) -> Array:
        """A small share of the length over which a kink moves by one deviation of its column, (n,)."""
        variable = self.system.variables[axis]
        data = self.system.data
        assert isinstance(data, Fresh)
        shortest = np.full(len(x), np.inf)
        rows = np.array([np.dot(*law.quadrature(_PLACES)) for law in data.distributions])
        names: dict[str, float | Array] = {**self.values, **dict(zip(data.columns, rows, strict=True))}
        names |= {v: x[:, i] for i, v in enumerate(self.system.variables)}
        for level in self.columns.levels:
            nodes, weights = level.distribution.quadrature(_PLACES)
            spread = float(np.sqrt(max(weights @ nodes**2 - (weights @ nodes) ** 2, 0.0)))
            column = data.columns[level.column]
            for switch in level.switches:
                with np.errstate(all="ignore"):
                    here = np.abs(evaluate(derivative(switch.value, variable), names))
                    along = np.abs(evaluate(derivative(switch.value, column), names)) * spread
                    length = np.where((here > 0) & (along > 0), along / here, np.inf)
                shortest = np.minimum(shortest, np.broadcast_to(length, shortest.shape))
        plain = 1e-2 * (1 + np.abs(x[:, axis]))
        return np.asarray(np.where(np.isfinite(shortest), _STEP * shortest, plain))
