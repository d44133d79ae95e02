"""A law on the plane held as the mass of rectangular cells: its bins, moments and observables.

Between cells it is reconstructed by splines of the cumulated mass, axis by axis: conservative, fourth order if cubic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.switches import switches
from sgdtui.expression.tree import Expression
from sgdtui.model.experiment import Experiment
from sgdtui.predict.numerics.cut_cells import Field, integral_over_cut, is_cut
from sgdtui.predict.prediction import Prediction

_MANY = 60_000
_ROWS_AT_ONCE = 1 << 19


def regrouping(edges: Array, wanted: Array, degree: int = 3) -> Array:
    """Matrix from the masses between `edges` (n + 1,) to those between `wanted` (m + 1,), (m, n).

    By a spline of the cumulated mass, of odd `degree`. Nothing is outside `edges`.
    """
    at = np.clip(wanted, edges[0], edges[-1])
    return np.asarray(np.diff(_cumulated(edges, at, degree, 0), axis=0))


def _cumulated(edges: Array, at: Array, degree: int, derivative: int) -> Array:
    """Matrix from masses between `edges` (n + 1,) to the cumulated mass at points (m,) within, or its slope, (m, n)."""
    from scipy.interpolate import make_interp_spline

    count = len(edges) - 1
    cumulated = np.vstack([np.zeros(count), np.tril(np.ones((count, count)))])
    odd = min(degree, count if count % 2 else count - 1)
    return np.asarray(make_interp_spline(edges, cumulated, k=max(odd, 1))(at, derivative))


def _product(density: Array, value: Array) -> Array:
    """Their product; zero where there is no mass, whatever the value."""
    with np.errstate(invalid="ignore"):
        return np.where(density != 0, density * value, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class PlaneLaw:
    """`mass` (nx, ny) between `edges` (nx + 1,), (ny + 1,) of the two coordinates; its sum is one.

    `degree` is that of the splines between cells: three, or five for a law known to be smooth.
    """

    edges: tuple[Array, Array]
    mass: Array
    degree: int = 3

    def binned(self, edges: tuple[Array, ...], axes: tuple[int, ...]) -> Array:
        """The mass in each bin of the drawn axes, (bins…), never negative."""
        if len(axes) == 1:
            marginal = self.mass.sum(axis=1 - axes[0])
            return np.asarray(
                np.maximum(regrouping(self.edges[axes[0]], edges[0], self.degree) @ marginal, 0.0)
            )
        by_axis = [
            regrouping(self.edges[axis], edges[position], self.degree) for position, axis in enumerate(axes)
        ]
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
        """The average of an expression of the two coordinates `names`; cells are cut where it jumps or bends."""

        def field(of: Expression) -> Field:
            def value(x: Array, y: Array) -> Array:
                return evaluate(of, {**values, names[0]: x, names[1]: y})

            return value

        value, bends = field(expression), [field(s) for s in switches(expression)]
        cut = is_cut(self.edges, bends)
        total = self._smooth_part(value, np.logical_not(cut))
        chosen = np.argwhere(cut)
        if len(chosen):
            low = np.stack([e[:-1][chosen[:, i]] for i, e in enumerate(self.edges)], axis=1)
            width = np.array([e[1] - e[0] for e in self.edges])
            density = self.density()
            total += integral_over_cut(low, width, lambda x, y: _product(density(x, y), value(x, y)), bends)
        return total

    def density(self) -> Field:
        """The density at any points of the box, from the spline of the cumulated mass."""
        from scipy.interpolate import RectBivariateSpline

        cumulated = np.zeros((len(self.edges[0]), len(self.edges[1])))
        cumulated[1:, 1:] = self.mass.cumsum(axis=0).cumsum(axis=1)
        degree = [min(self.degree, n) for n in self.mass.shape]
        spline = RectBivariateSpline(*self.edges, cumulated, kx=degree[0], ky=degree[1])
        return lambda x, y: np.asarray(spline.ev(x, y, dx=1, dy=1))

    def _smooth_part(self, value: Field, wanted: Array) -> float:
        """The integral over the `wanted` (nx, ny) cells by Gauss's rule."""
        count = 3 if self.mass.size <= _MANY else 2
        points, weights = np.polynomial.legendre.leggauss(count)
        nodes, slopes, shares = [], [], []
        for e in self.edges:
            half = np.diff(e) / 2
            nodes.append(((e[1:] + e[:-1])[:, None] / 2 + half[:, None] * points).ravel())
            slopes.append(_cumulated(e, nodes[-1], self.degree, 1))
            shares.append((half[:, None] * weights).ravel())
        across = self.mass @ slopes[1].T
        rows = max(1, _ROWS_AT_ONCE // len(nodes[1]) // count) * count
        total = 0.0
        for start in range(0, len(nodes[0]), rows):
            part = slice(start, start + rows)
            density = slopes[0][part] @ across
            kept = np.repeat(np.repeat(wanted[start // count : (start + rows) // count], count, 0), count, 1)
            density = np.where(kept, density, 0.0)
            found = _product(density, value(nodes[0][part, None], nodes[1][None, :]))
            total += float(shares[0][part] @ found @ shares[1])
        return total

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
                regrouping(self.edges[axes[0]], np.array([self.edges[axes[0]][0], edges[0][0]]), self.degree)
                @ marginal
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
