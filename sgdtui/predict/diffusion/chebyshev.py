"""Fields that are means over many examples, tabulated by Chebyshev interpolation so that grids are affordable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.drawn_fields import DrawnFields
from sgdtui.model.fields import Fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.bounding_box import Box

_FEW_EXAMPLES = 200
_ORDER = 12
_DRAWN_ORDERS = (24, 40)
_TESTED = 50
_HOLDS = 1e-5
_CHUNK = 1 << 16


class TabulatedFields:
    """Fields interpolated on a box; exact where they are polynomials of low degree, as those of quadratic losses.

    `differentiated`: ∇·Σ is taken of the table rather than asked for.
    """

    has_loss = True
    minimum_near = None
    time_dependent = False

    def __init__(self, exact: Fields, box: Box, order: int, differentiated: bool = False) -> None:
        self.exact = exact
        self.dimension = exact.dimension
        self.centre = np.array([(low + high) / 2 for low, high in box])
        self.half = np.array([(high - low) / 2 for low, high in box])
        self.order = order
        nodes = np.cos(np.pi * (np.arange(order) + 0.5) / order)
        grid = np.stack([g.ravel() for g in np.meshgrid(*[nodes] * self.dimension, indexing="ij")], axis=1)
        points = self.centre + self.half * grid
        d = self.dimension
        values = np.concatenate(
            [
                exact.gradient(points),
                exact.covariance(points).reshape(-1, d * d),
                np.zeros((len(points), d)) if differentiated else exact.covariance_divergence(points),
                exact.loss(points)[:, None],
            ],
            axis=1,
        )
        found = np.linalg.solve(self._vandermonde(points), values)
        # Rounding in a high power would drown everything far outside the box.
        self.coefficients = np.where(np.abs(found) < 1e-13 * np.abs(found).max(axis=0), 0.0, found)

        if differentiated:
            self.coefficients[:, d + d * d : -1] = self._divergence()

    def _divergence(self) -> Array:
        """The coefficients of ∇·Σ from those of Σ, (order**d, d)."""
        d, grid = self.dimension, (self.order,) * self.dimension
        sigma = self.coefficients[:, d : d + d * d].reshape(*grid, d, d)
        total = np.zeros((*grid, d))
        for axis in range(d):
            slope = np.polynomial.chebyshev.chebder(sigma[..., axis], axis=axis) / self.half[axis]
            total[tuple(slice(0, n) for n in slope.shape[:d])] += slope
        return total.reshape(-1, d)

    def _vandermonde(self, x: Array) -> Array:
        scaled = (x - self.centre) / self.half
        basis = np.polynomial.chebyshev.chebvander(scaled[:, 0], self.order - 1)
        for axis in range(1, self.dimension):
            more = np.polynomial.chebyshev.chebvander(scaled[:, axis], self.order - 1)
            basis = (basis[:, :, None] * more[:, None, :]).reshape(len(x), -1)
        return np.asarray(basis)

    def _at(self, x: Array, columns: slice) -> Array:
        chosen = self.coefficients[:, columns]
        parts = [self._vandermonde(x[i : i + _CHUNK]) @ chosen for i in range(0, len(x), _CHUNK)]
        return np.concatenate(parts)

    def loss(self, x: Array) -> Array:
        """The loss, (n,)."""
        return self._at(x, slice(-1, None))[:, 0]

    def gradient(self, x: Array) -> Array:
        """The mean gradient, (n, d)."""
        return self._at(x, slice(0, self.dimension))

    def covariance(self, x: Array) -> Array:
        """Σ, (n, d, d)."""
        d = self.dimension
        return self._at(x, slice(d, d + d * d)).reshape(-1, d, d)

    def covariance_divergence(self, x: Array) -> Array:
        """∇·Σ, (n, d)."""
        d = self.dimension
        return self._at(x, slice(d + d * d, -1))

    def hessian(self, x: Array) -> Array:
        """The Hessian, (n, d, d), not tabulated."""
        return self.exact.hessian(x)


def tabulated(process: Diffusion, box: Box) -> Diffusion:
    """The same SDE, its fields tabulated on the box where every evaluation would run over many examples."""
    return replace(process, fields=tabulated_fields(process.fields, box))


def tabulated_fields(found: Fields, box: Box) -> Fields:
    """The same fields, tabulated on the box where they are means over many examples.

    Outside the box they are to be believed only for quadratic losses, where the table is exact everywhere.
    """
    exact = found.exact if isinstance(found, TabulatedFields) else found
    if isinstance(exact, DrawnFields) and exact.dimension > 1:
        return _of_drawn_columns(exact, box)
    if not isinstance(exact, SampleFields) or exact.averaged_over <= _FEW_EXAMPLES:
        return found
    return TabulatedFields(exact, box, 3 if is_quadratic(exact, box) else _ORDER)


def _of_drawn_columns(exact: DrawnFields, box: Box) -> Fields:
    """Means that are smooth though the loss is not, tabulated; as they are where the table does not hold."""
    low, high = np.array(box).T
    places = np.random.default_rng(0).uniform(low, high, (_TESTED, len(low)))
    known = {name: getattr(exact, name)(places) for name in ("loss", "gradient", "covariance")}
    for order in _DRAWN_ORDERS:
        table = TabulatedFields(exact, box, order, differentiated=True)
        wrong = [
            np.max(np.abs(getattr(table, name)(places) - value)) / np.max(np.abs(value))
            for name, value in known.items()
        ]
        if max(wrong) <= _HOLDS:
            return table
    return exact


def is_quadratic(found: SampleFields, box: Box) -> bool:
    """Whether every example's loss is a quadratic: its gradient is affine (looked at in a few points)."""
    low, high = np.array(box).T
    rows = found.examples[:: max(1, len(found.examples) // 32)]
    rng = np.random.default_rng(0)
    a, b = rng.uniform(low, high), rng.uniform(low, high)
    line = np.stack([a, (a + b) / 2, b])
    gradient = found.example_gradients(line, rows)
    bend = np.abs(gradient[0] + gradient[2] - 2 * gradient[1]).max()
    return bool(bend <= 1e-9 * max(np.abs(gradient).max(), 1e-300))
