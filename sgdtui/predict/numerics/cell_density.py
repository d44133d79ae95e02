"""A law on the plane held as the mass of rectangular cells: its bins, moments and observables.

Between cells it is reconstructed by cubic splines of the cumulated mass, axis by axis: conservative, fourth order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.tree import Expression
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Prediction

_FINER = 4
_ROWS_AT_ONCE = 1 << 20


def regrouping(edges: Array, wanted: Array) -> Array:
    """Matrix from the masses between `edges` (n + 1,) to those between `wanted` (m + 1,), (m, n).

    Nothing is outside `edges`.
    """
    from scipy.interpolate import CubicSpline

    count = len(edges) - 1
    cumulated = np.vstack([np.zeros(count), np.tril(np.ones((count, count)))])
    at = np.clip(wanted, edges[0], edges[-1])
    if count < 3:
        return np.diff(np.stack([np.interp(at, edges, c) for c in cumulated.T], axis=1), axis=0)
    return np.asarray(np.diff(CubicSpline(edges, cumulated, bc_type="not-a-knot")(at), axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class PlaneLaw:
    """`mass` (nx, ny) between `edges` (nx + 1,), (ny + 1,) of the two coordinates; its sum is one."""

    edges: tuple[Array, Array]
    mass: Array

    def binned(self, edges: tuple[Array, ...], axes: tuple[int, ...]) -> Array:
        """The mass in each bin of the drawn axes, (bins…), never negative."""
        if len(axes) == 1:
            marginal = self.mass.sum(axis=1 - axes[0])
            return np.asarray(np.maximum(regrouping(self.edges[axes[0]], edges[0]) @ marginal, 0.0))
        by_axis = [regrouping(self.edges[axis], edges[position]) for position, axis in enumerate(axes)]
        mass = self.mass if axes == (0, 1) else self.mass.T
        return np.maximum(by_axis[0] @ mass @ by_axis[1].T, 0.0)

    def moments(self) -> tuple[Array, Array]:
        """Mean (2,) and covariance (2, 2)."""
        first, second = [], []
        for axis in (0, 1):
            marginal = self.mass.sum(axis=1 - axis)
            power = [_power_of_cells(self.edges[axis], marginal, n) for n in (1, 2)]
            first.append(power[0])
            second.append(power[1])
        centres = [(e[1:] + e[:-1]) / 2 for e in self.edges]
        cross = float(centres[0] @ self.mass @ centres[1])
        mean = np.array(first)
        centre_mean = [float(c @ self.mass.sum(axis=1 - i)) for i, c in enumerate(centres)]
        covariance = np.diag(np.array(second) - mean**2)
        covariance[0, 1] = covariance[1, 0] = cross - centre_mean[0] * centre_mean[1]
        return mean, covariance

    def observables(self, experiment: Experiment) -> dict[str, float]:
        """The average of every observed expression over all space, where it is a number."""
        first, second = experiment.variables
        averages = {key: self.average(e, (first, second), experiment.values) for key, e in experiment.observe}
        return {key: value for key, value in averages.items() if np.isfinite(value)}

    def average(self, expression: Expression, names: tuple[str, str], values: dict[str, float]) -> float:
        """The average of an expression of the two coordinates `names`, each cell cut into 4 × 4."""
        total = 0.0
        for x, y, mass in self._finer():
            given: dict[str, Array | float] = {**values, names[0]: x[:, None], names[1]: y[None, :]}
            value = np.broadcast_to(evaluate(expression, given), mass.shape)
            total += float(np.sum(np.where(mass != 0, mass * value, 0.0)))
        return total

    def _finer(self) -> Iterator[tuple[Array, Array, Array]]:
        fine = [
            np.append((e[:-1, None] + np.diff(e)[:, None] * np.arange(_FINER) / _FINER).ravel(), e[-1])
            for e in self.edges
        ]
        left, right = (regrouping(e, f) for e, f in zip(self.edges, fine, strict=True))
        centres = [(f[1:] + f[:-1]) / 2 for f in fine]
        rows = max(1, _ROWS_AT_ONCE // len(centres[1]))
        across = self.mass @ right.T
        for start in range(0, len(centres[0]), rows):
            yield centres[0][start : start + rows], centres[1], left[start : start + rows] @ across

    def prediction(self, name: str, edges: tuple[Array, ...], experiment: Experiment) -> Prediction:
        """The law on the bins of the drawn axes, its moments and observables over all space."""
        axes = experiment.space.axes
        probability = self.binned(edges, axes)
        mean, covariance = self.moments()
        inside = float(probability.sum())
        distribution = None
        if len(axes) == 1:
            marginal = self.mass.sum(axis=1 - axes[0])
            below = (
                regrouping(self.edges[axes[0]], np.array([self.edges[axes[0]][0], edges[0][0]])) @ marginal
            )
            distribution = np.clip(below[0] + np.concatenate([[0.0], np.cumsum(probability)]), 0.0, 1.0)
        return Prediction(
            name=name,
            edges=edges,
            probability=probability,
            outside=max(0.0, 1.0 - inside),
            distribution=distribution,
            mean=mean,
            covariance=covariance,
            observables=self.observables(experiment),
        )


def _power_of_cells(edges: Array, mass: Array, power: int) -> float:
    """E x^power from cell masses: by parts, from the spline of the distribution function."""
    from scipy.interpolate import CubicSpline

    cumulated = CubicSpline(edges, np.concatenate([[0.0], np.cumsum(mass)]))
    nodes, weights = np.polynomial.legendre.leggauss(4)
    half = np.diff(edges) / 2
    x = (edges[1:, None] + edges[:-1, None]) / 2 + half[:, None] * nodes
    inner = np.sum(half[:, None] * weights * power * x ** (power - 1) * cumulated(x))
    return float(edges[-1] ** power * mass.sum() - inner)
