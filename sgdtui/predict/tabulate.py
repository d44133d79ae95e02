"""Fields that are means over many examples, tabulated by Chebyshev interpolation so that grids are affordable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.fields import Fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.diffusion import Diffusion
from sgdtui.predict.support import Box

Array = NDArray[np.float64]

_FEW_EXAMPLES = 64


class TabulatedFields:
    """Fields interpolated on a box; exact where they are polynomials of low degree, as those of quadratic losses."""

    has_loss = True
    time_dependent = False

    def __init__(self, exact: Fields, box: Box, order: int) -> None:
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
                exact.covariance_divergence(points),
            ],
            axis=1,
        )
        self.coefficients = np.linalg.solve(self._vandermonde(points), values)

    def _vandermonde(self, x: Array) -> Array:
        scaled = (x - self.centre) / self.half
        basis = np.polynomial.chebyshev.chebvander(scaled[:, 0], self.order - 1)
        for axis in range(1, self.dimension):
            more = np.polynomial.chebyshev.chebvander(scaled[:, axis], self.order - 1)
            basis = (basis[:, :, None] * more[:, None, :]).reshape(len(x), -1)
        return np.asarray(basis)

    def _at(self, x: Array, columns: slice) -> Array:
        return np.asarray(self._vandermonde(x) @ self.coefficients[:, columns])

    def loss(self, x: Array) -> Array:
        """The loss, (n,), not tabulated."""
        return self.exact.loss(x)

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
        return self._at(x, slice(d + d * d, None))

    def hessian(self, x: Array) -> Array:
        """The Hessian, (n, d, d), not tabulated."""
        return self.exact.hessian(x)


def tabulated(process: Diffusion, box: Box) -> Diffusion:
    """The same SDE, its fields tabulated on the box where every evaluation would run over many examples."""
    found = process.fields
    exact = found.exact if isinstance(found, TabulatedFields) else found
    if not isinstance(exact, SampleFields) or len(exact.examples) <= _FEW_EXAMPLES:
        return process
    order = 4 if is_quadratic(exact, box) else 20
    return replace(process, fields=TabulatedFields(exact, box, order))


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
