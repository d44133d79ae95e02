"""Drift, covariance and their derivatives of a network, exact, at points (n, P)."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import afford, checkpoint
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_descent import EVALUATIONS, POLISHED, descended, sharpened
from sgdtui.model.network_passes import Pass


class NetworkFields:
    """Fields of a network: means over its rows. Σ is the covariance of one row's gradient, label noise included."""

    has_loss = True
    time_dependent = False
    uncertainty = 0.0

    def __init__(self, system: NetworkSystem) -> None:
        self.system = system
        self.dimension = system.dimension
        self.moving = np.asarray(np.arange(system.dimension) >= system.frozen, dtype=bool)

    @property
    def examples(self) -> Array:
        """The rows, (N, inputs + 1)."""
        return self.system.rows

    @cached_property
    def weights(self) -> Array:
        """The weight of each row, (N,)."""
        return np.full(len(self.examples), 1.0 / len(self.examples))

    @property
    def averaged_over(self) -> int:
        """How many terms the value at one point is a sum of."""
        return len(self.examples)

    def at(self, point: Array, rows: Array | None = None) -> Pass:
        """The network at one place (P,), over its rows or others."""
        return Pass(self.system, point, self.examples if rows is None else rows)

    def _each(self, x: Array) -> list[Pass]:
        checkpoint()
        return [self.at(point) for point in x]

    def _penalty(self, x: Array) -> Array:
        return np.asarray(self.system.ridge * x * self.moving)

    def loss(self, x: Array) -> Array:
        """The mean loss and the penalty, (n,); of label noise its ½σ²."""
        own = np.array([one.losses.mean() for one in self._each(x)])
        return np.asarray(
            own + 0.5 * self.system.ridge * (x**2).sum(axis=1) + 0.5 * self.system.label_noise**2
        )

    def gradient(self, x: Array) -> Array:
        """The mean gradient, (n, P)."""
        return np.asarray(np.stack([one.gradient() for one in self._each(x)]) + self._penalty(x))

    def loss_and_gradient(self, point: Array) -> tuple[float, Array]:
        """Both at one place (P,), for the price of one."""
        one, moved = self.at(point), self._penalty(point)
        size = float(one.losses.mean()) + 0.5 * self.system.ridge * float(point @ point)
        return size + 0.5 * self.system.label_noise**2, one.gradient() + moved

    def minimum_near(self, start: Array) -> Array:
        """The minimum (P,) downhill of `start`; a network has many more, as its units can be exchanged."""
        point, _ = descended(self, start, EVALUATIONS)
        return sharpened(self, point) if self.dimension <= POLISHED else point

    def covariance(self, x: Array) -> Array:
        """Σ, (n, P, P)."""
        n = len(self.examples)
        self._afford(len(x))
        found = []
        for one in self._each(x):
            sheets = one.row_gradients
            centred = sheets - sheets.mean(axis=0)
            sigma = centred.T @ centred / n
            if self.system.label_noise:
                slopes = one.output_gradients(0)
                sigma += self.system.label_noise**2 * (slopes.T @ slopes) / n
            found.append(sigma)
        return np.stack(found)

    def covariance_trace(self, x: Array) -> Array:
        """Tr Σ, (n,), without the matrix."""
        found = []
        for one in self._each(x):
            trace = one.squares().mean() - (one.gradient() ** 2).sum()
            if self.system.label_noise:
                trace += self.system.label_noise**2 * (one.output_gradients(0) ** 2).sum(axis=1).mean()
            found.append(trace)
        return np.array(found)

    def hessian(self, x: Array) -> Array:
        """H, (n, P, P), a column by Pearlmutter's way each."""
        self._afford(len(x))
        found = []
        for one in self._each(x):
            columns = []
            for direction in np.eye(self.dimension):
                checkpoint()
                columns.append(one.hessian_times(direction * self.moving))
            matrix = np.stack(columns, axis=1)
            found.append((matrix + matrix.T) / 2 + np.diag(self.system.ridge * self.moving))
        return np.stack(found)

    def hessian_trace(self, x: Array) -> Array:
        """Tr H, (n,), without the matrix."""
        penalty = self.system.ridge * self.moving.sum()
        return np.asarray(np.array([one.curvature_traces().mean() for one in self._each(x)]) + penalty)

    def hessian_times(self, point: Array, direction: Array) -> Array:
        """H v at one place, (P,)."""
        return np.asarray(
            self.at(point).hessian_times(direction * self.moving)
            + self.system.ridge * direction * self.moving
        )

    def covariance_divergence(self, x: Array) -> Array:
        """∇·Σ, (n, P): E[H_e g_e + g_e tr H_e] - H g - g tr H, of the loss without its penalty, which is the same for
        all rows; of label noise σ² times the same of the output alone.
        """
        found = []
        for one in self._each(x):
            sheets, traces = one.row_gradients, one.curvature_traces()
            mean = sheets.mean(axis=0)
            turned = np.zeros(self.dimension)
            for index in range(self.dimension):
                # (E H_e g_e)_i = E[(H_e e_i)·g_e]
                checkpoint()
                unit = np.zeros(self.dimension)
                unit[index] = self.moving[index]
                turned[index] = (one.rows_hessian_times(unit) * sheets).sum(axis=1).mean()
            divergence = (
                turned
                + (sheets * traces[:, None]).mean(axis=0)
                - one.hessian_times(mean)
                - mean * traces.mean()
            )
            if self.system.label_noise:
                divergence = divergence + self.system.label_noise**2 * self._label_divergence(one)
            found.append(divergence)
        return np.stack(found)

    def _label_divergence(self, one: Pass) -> Array:
        """∇·E[∇f ∇fᵀ]: the curvature of f is that of a squared loss with residual 1, less ∇f ∇fᵀ."""
        # With the target one below the output every residual is 1, and H_e = ∇f ∇fᵀ + ∇²f.
        rows = one.rows.copy()
        rows[:, -1] = one.outputs[:, 0] - 1.0
        shifted = Pass(self.system, one.weights, rows)
        slopes = shifted.row_gradients
        squares = (slopes**2).sum(axis=1)
        traces = shifted.curvature_traces() - squares
        turned = np.zeros(self.dimension)
        for index in range(self.dimension):
            checkpoint()
            unit = np.zeros(self.dimension)
            unit[index] = self.moving[index]
            turned[index] = (shifted.rows_hessian_times(unit) * slopes).sum(axis=1).mean()
        turned -= (slopes * squares[:, None]).mean(axis=0)
        return np.asarray(turned + (slopes * traces[:, None]).mean(axis=0))

    def example_gradients(self, x: Array, rows: Array) -> Array:
        """The gradient of each row's loss and its share of the penalty, (n, rows, P)."""
        found = np.stack([self.at(point, rows).row_gradients for point in x])
        return found + self._penalty(x)[:, None, :]

    def _afford(self, points: int) -> None:
        n, d = len(self.examples), self.dimension
        afford(
            f"matrices of {d} weights over {n} rows",
            seconds=points * n * d * d * 2e-10,
            bytes=8.0 * (points * d * d + 2.0 * n * d),
            remedy="fewer weights or rows",
        )
