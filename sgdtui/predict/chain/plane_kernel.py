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
from sgdtui.predict.diffusion.plane import solve_plane
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box
from sgdtui.predict.numerics.noise_distribution import NoiseShape, mean_of_draws
from sgdtui.predict.numerics.singular_rates import SingularRates
from sgdtui.predict.numerics.stationary_correction import corrected
from sgdtui.predict.numerics.step_constants import learning_rate

NAME = "transfer"

_LEAK = 1e-8
_SMALL = 1500


@dataclass(frozen=True, slots=True, eq=False)
class PlaneChain:
    """Means and factors S at points (n, 2): x' = mean + S Z, each component of Z of `shape` and `variance`."""

    mean: Callable[[Array], Array]
    factor: Callable[[Array], Array]
    shape: NoiseShape
    variance: float
    is_normal: bool = False

    @property
    def heavy(self) -> bool:
        """Whether the noise has an algebraic tail."""
        return not np.isfinite(self.shape.reach)


def plane_chain(experiment: Experiment, process: Diffusion) -> PlaneChain:
    """The chain of one step: SGD at its learning rate, or the scheme of an SDE at its dt."""
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
    return PlaneChain(mean, factor, mean_of_draws(law, batch), variance, law.kind == "gaussian")


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
    """(2,), the density at the ends of each marginal of `mass` (nx, ny), next to its highest: how far it is cut off."""
    marginals = [mass.sum(axis=1 - axis) for axis in (0, 1)]
    return np.array([max(m[0], m[-1]) / m.max() for m in marginals])


@dataclass(frozen=True, slots=True, eq=False)
class Rough:
    """The SDE's rates on the same cells as a step's matrix, and the time of a step: what its iteration starts from."""

    rates: SingularRates
    time: float


def rough_solution(
    process: Diffusion, sides: tuple[Wall, ...], box: Box, cells: tuple[int, int], time: float
) -> Rough | None:
    """The SDE solved on a grid; None where its equations are singular to rounding."""
    try:
        return Rough(solve_plane(process, sides, box, cells).rates, time)
    except RuntimeError:
        return None


def leading_vector(matrix: Any, rough: Callable[[], Rough | None]) -> tuple[Array, float, float]:
    """The leading eigenvector of a large one-step matrix, of sum one; what it loses a step; what the iteration left.

    Small matrices directly, large ones by GMRES from the SDE's law.
    """
    size = matrix.shape[0]
    if size <= _SMALL:
        from sgdtui.predict.chain.stationary_vector import stationary_vector

        vector, loss = stationary_vector(matrix)
        return vector, loss, 0.0
    near = rough()

    def generator(p: Array) -> Array:
        return np.asarray(matrix @ p - p)

    if near is None:
        start = np.full(size, 1.0 / size)
        for _ in range(30):
            start = matrix @ start
            start /= start.sum()
        found = corrected(generator, lambda r: -r, start)
    else:
        rates, time = near.rates, near.time
        found = corrected(generator, lambda r: rates.solve(r) / time - r, rates.stationary)
    negative = float(-found.mass[found.mass < 0].sum())
    mass = np.maximum(found.mass, 0.0)
    return mass / mass.sum(), max(0.0, found.leak), found.left + negative
