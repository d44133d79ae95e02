"""Drift and covariance of real SGD: means over the examples of the gradient, its outer product and Hessian."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.expression import Expression
from sgdtui.expression.derivative import derivative
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.switches import Switch, turns
from sgdtui.model.data import weighted_examples
from sgdtui.model.roots import roots_along
from sgdtui.model.sample import SampleSystem

_MOST_KINKED = 2000
"""Examples beyond which the kinks of single ones are not looked for: their mean is as good as smooth."""
_CANCELS, _ROUNDED = 1e-3, 1e-29
_CHUNK = 2_000_000
"""Points times examples handled at once, to bound memory."""


@lru_cache(maxsize=64)
def _example_derivatives(
    system: SampleSystem,
) -> tuple[tuple[Expression, ...], tuple[tuple[Expression, ...], ...]]:
    gradient = system.example_gradient()
    return gradient, tuple(tuple(derivative(g, v) for v in system.variables) for g in gradient)


class SampleFields:
    """Fields of a sample system at given parameter values.

    Σ is the covariance of one example's gradient (not its second moment). The number of examples at a time is
    bounded, so a million rows work, slowly.
    """

    has_loss = True
    minimum_near = None

    def __init__(self, system: SampleSystem, values: dict[str, float]) -> None:
        self.system = system
        self.values = values
        self.dimension = system.dimension
        self.time_dependent = system.loss is not None and bool(system.loss.names & {"k", "t"})

    @cached_property
    def _weighted(self) -> tuple[Array, Array]:
        return weighted_examples(self.system.data)

    @property
    def examples(self) -> Array:
        """The rows, or quadrature nodes of the columns that are drawn, (n, columns)."""
        return self._weighted[0]

    @property
    def weights(self) -> Array:
        """The weight of each of the examples, (n,)."""
        return self._weighted[1]

    @property
    def averaged_over(self) -> int:
        """How many terms the value at one point is a sum of."""
        return len(self.examples)

    @property
    def curvature_terms(self) -> int:
        """The same of the curvature at one point, in terms as dear as those of rows that are there."""
        return self.averaged_over

    def loss(self, x: Array) -> Array:
        """The mean loss over the examples, (n,)."""
        return self._averaged(x, lambda points, rows, w: self._example_loss(points, rows) @ w)

    def gradient(self, x: Array) -> Array:
        """The mean gradient, (n, d)."""
        mean = self._averaged(x, lambda p, r, w: contract("nei,e->ni", self._example_gradients(p, r), w))
        return mean + self._ridge() * x

    def covariance(self, x: Array) -> Array:
        """The covariance of one example's gradient, (n, d, d)."""

        def first(points: Array, rows: Array, w: Array) -> Array:
            return contract("nei,e->ni", self._example_gradients(points, rows), w)

        def second(points: Array, rows: Array, w: Array) -> Array:
            g = self._example_gradients(points, rows)
            return contract("nei,nej,e->nij", g, g, w)

        mean, square = self._averaged(x, first), self._averaged(x, second)
        found = square - mean[:, :, None] * mean[:, None, :]
        small = np.einsum("nii->ni", found) <= _CANCELS * np.einsum("nii->ni", square)
        doubtful = small.any(axis=1)
        if doubtful.any():
            found[doubtful] = self._about(x[doubtful], mean[doubtful])
        return found

    def _about(self, x: Array, mean: Array) -> Array:
        """The covariance taken about the mean: the difference of two moments would lose what is small next to them."""
        d = self.dimension

        def about(points: Array, rows: Array, w: Array) -> Array:
            g = self._example_gradients(points[:, :d], rows) - points[:, None, d:]
            return contract("nei,nej,e->nij", g, g, w)

        found = self._averaged(np.concatenate([x, mean], axis=1), about)
        # Where all examples pull alike nothing is left of the variance but the square of a rounding error.
        none = np.einsum("nii->ni", found) <= _ROUNDED * mean**2
        return np.where(none[:, :, None] | none[:, None, :], 0.0, found)

    def hessian(self, x: Array) -> Array:
        """The mean Hessian, (n, d, d)."""
        mean = self._averaged(x, lambda p, r, w: contract("neij,e->nij", self._example_hessians(p, r), w))
        return mean + self._ridge() * np.eye(self.dimension)

    def covariance_divergence(self, x: Array) -> Array:
        """∇·Σ, (n, d): E[ĝ_i,j ĝ_j + ĝ_i ĝ_j,j] - g_i,j g_j - g_i g_j,j, summed over j."""

        def product(points: Array, rows: Array, w: Array) -> Array:
            g = self._example_gradients(points, rows)
            h = self._example_hessians(points, rows)
            trace = contract("nejj->ne", h)
            return contract("neij,nej,e->ni", h, g, w) + contract("nei,ne,e->ni", g, trace, w)

        mean = self._averaged(x, lambda p, r, w: contract("nei,e->ni", self._example_gradients(p, r), w))
        hessian = self._averaged(x, lambda p, r, w: contract("neij,e->nij", self._example_hessians(p, r), w))
        trace = contract("njj->n", hessian)
        return self._averaged(x, product) - contract("nij,nj->ni", hessian, mean) - mean * trace[:, None]

    def example_gradients(self, x: Array, rows: Array) -> Array:
        """The gradient of each example's loss (its share of the penalty included), (n, examples, d)."""
        return self._example_gradients(x, rows) + self._ridge() * x[:, None, :]

    def example_hessians(self, x: Array, rows: Array) -> Array:
        """The Hessian of each example's loss (its share of the penalty included), (n, examples, d, d)."""
        return self._example_hessians(x, rows) + self._ridge() * np.eye(self.dimension)

    @property
    def uncertainty(self) -> float:
        """How far the fields may be off, next to their size."""
        return 0.0

    def breakpoints(self, cut: Array) -> Array:
        """Places between the ends of `cut` (increasing) where some example's loss has a kink (one weight only)."""
        if self.system.loss is None or len(self.examples) > _MOST_KINKED:
            return np.empty(0)
        (variable,) = self.system.variables
        gradient, _ = _example_derivatives(self.system)
        columns = {c: self.examples[:, None, i] for i, c in enumerate(self.system.data.columns)}
        found = []
        for switch in {s for e in (self.system.loss, *gradient) for s in turns(e, (variable,))}:

            def value(x: Array, switch: Switch = switch) -> Array:
                value = evaluate(switch.value, {**self.values, **columns, variable: x})
                value = np.broadcast_to(value, (len(self.examples), x.shape[-1]))
                return np.sin(np.pi * value) if switch.whole else value

            roots = roots_along(value, float(cut[0]), float(cut[-1]))
            found.append(np.unique(roots[roots > cut[0]]))
        return np.unique(np.concatenate([np.empty(0), *found]))

    def _ridge(self) -> float:
        return self.system.ridge

    def _averaged(self, x: Array, mean_over: Callable[[Array, Array, Array], Array]) -> Array:
        """Sum `mean_over(points, rows, weights)` over chunks of points and of examples."""
        rows_at_once = min(len(self.examples), 65_536)
        points_at_once = max(1, _CHUNK // rows_at_once // self.dimension**2)
        parts = []
        for start in range(0, max(len(x), 1), points_at_once):
            points = x[start : start + points_at_once]
            chunks = [slice(row, row + rows_at_once) for row in range(0, len(self.examples), rows_at_once)]
            terms = []
            for chunk in chunks:
                checkpoint()
                terms.append(mean_over(points, self.examples[chunk], self.weights[chunk]))
            parts.append(np.sum(terms, axis=0))
        return np.concatenate(parts)

    def _names(self, points: Array, rows: Array) -> dict[str, float | Array]:
        columns = {c: rows[None, :, i] for i, c in enumerate(self.system.data.columns)}
        return {
            **self.values,
            **columns,
            **{v: points[:, i, None] for i, v in enumerate(self.system.variables)},
        }

    def _example_loss(self, points: Array, rows: Array) -> Array:
        shape = (len(points), len(rows))
        if self.system.loss is not None:
            return np.broadcast_to(evaluate(self.system.loss, self._names(points, rows)), shape)
        score, target = points @ rows[:, :-1].T, rows[:, -1]
        penalty = 0.5 * self._ridge() * np.sum(points**2, axis=1, keepdims=True)
        if self.system.model == "linear-regression":
            squared: Array = 0.5 * (score - target) ** 2 + penalty
            return squared
        logistic: Array = np.logaddexp(0.0, score) - target * score + penalty
        return logistic

    def _example_gradients(self, points: Array, rows: Array) -> Array:
        if self.system.loss is not None:
            gradient, _ = _example_derivatives(self.system)
            names, shape = self._names(points, rows), (len(points), len(rows))
            return np.stack([np.broadcast_to(evaluate(g, names), shape) for g in gradient], axis=2)
        return self._residual(points, rows)[:, :, None] * rows[None, :, :-1]

    def _example_hessians(self, points: Array, rows: Array) -> Array:
        if self.system.loss is not None:
            _, hessian = _example_derivatives(self.system)
            names, shape = self._names(points, rows), (len(points), len(rows))
            return np.stack(
                [
                    np.stack([np.broadcast_to(evaluate(h, names), shape) for h in row], axis=2)
                    for row in hessian
                ],
                axis=2,
            )
        features = rows[:, :-1]
        outer = features[:, :, None] * features[:, None, :]
        if self.system.model == "linear-regression":
            return np.broadcast_to(outer, (len(points), *outer.shape))
        p = _sigmoid(points @ features.T)
        return (p * (1 - p))[:, :, None, None] * outer[None]

    def _residual(self, points: Array, rows: Array) -> Array:
        score, target = points @ rows[:, :-1].T, rows[:, -1]
        return (score if self.system.model == "linear-regression" else _sigmoid(score)) - target


def contract(subscripts: str, *operands: Array) -> Array:
    """Numpy's einsum of float64 arrays."""
    result: Array = np.einsum(subscripts, *operands, optimize=len(operands) > 2)
    return result


def _sigmoid(score: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(score, -700, 700)))
