"""A chain on the plane: its step, the box that holds its law, and the leading eigenvector of its kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.law import Law
from sgdtui.predict.diffusion.finite_volume import amplitude_factor
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.bounding_box import Box
from sgdtui.predict.numerics.noise_distribution import NoiseShape, mean_of_draws
from sgdtui.predict.numerics.step_constants import learning_rate

NAME = "transfer"

_LEAK = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class PlaneChain:
    """Means and factors S at points (n, 2): x' = mean + S Z, each component of Z of `shape` and `variance`."""

    mean: Callable[[Array], Array]
    factor: Callable[[Array], Array]
    shape: NoiseShape
    variance: float


def plane_chain(experiment: Experiment, process: Diffusion) -> PlaneChain:
    eta = learning_rate(experiment)
    assert eta is not None
    is_sde = experiment.dynamics.is_sde
    time = experiment.dynamics.dt if is_sde else eta
    law = getattr(getattr(experiment.system, "noise", None), "law", None) or Law()
    batch = 1 if is_sde else experiment.dynamics.batch
    # `process.strength` is eta·noise_scale/2; the mean of B draws already carries 1/B.
    share = 2 * process.strength * time if is_sde else eta**2

    def mean(x: Array) -> Array:
        return x + time * process.drift(x)

    def factor(x: Array) -> Array:
        return np.asarray(np.sqrt(share) * amplitude_factor(process.fields.covariance(x)))

    variance = (2.0 if law.kind == "stable" else 1.0) / batch
    return PlaneChain(mean, factor, mean_of_draws(law, batch), variance)


def grown(ends_on: Callable[[Box], Array | None], box: Box, open_ends: tuple[bool, bool]) -> Box:
    """The box, widened along each axis on whose sides the law has not died out: steps go beyond the SDE's law.

    `ends_on` gives the marginal at the sides of each axis next to its largest value, (2,); None gives up.
    """
    for _ in range(10):
        ends = ends_on(box)
        if ends is None:
            break
        grow = [is_open and end > _LEAK for end, is_open in zip(ends, open_ends, strict=True)]
        if not any(grow):
            break
        box = tuple(
            (low - 0.25 * (high - low), high + 0.25 * (high - low)) if wider else (low, high)
            for (low, high), wider in zip(box, grow, strict=True)
        )
    return box


def ends_of(mass: Array) -> Array:
    marginals = [mass.sum(axis=1 - axis) for axis in (0, 1)]
    return np.array([max(m[0], m[-1]) / m.max() for m in marginals])


def leading_vector(matrix: Any) -> tuple[Array, float]:
    """The leading eigenvector of a large one-step matrix, of sum one, and what it loses a step (Arnoldi)."""
    from scipy.sparse.linalg import eigs

    size = matrix.shape[0]
    if size <= 1500:
        from sgdtui.predict.chain.stationary_vector import stationary_vector

        return stationary_vector(matrix)
    vector = np.full(size, 1.0 / size)
    for _ in range(30):
        vector = matrix @ vector
        vector /= vector.sum()
    values, vectors = eigs(matrix, k=1, which="LR", v0=vector, tol=1e-10, ncv=24, maxiter=1000)
    mass = np.real(vectors[:, 0])
    mass = mass / mass.sum()
    return np.maximum(mass, 0.0), float(1 - values[0].real)
