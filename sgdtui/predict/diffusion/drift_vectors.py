"""The drift vectors, honestly: four different things on one grid, each with its own name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.space import Boundary
from sgdtui.predict.diffusion.curl import curl
from sgdtui.predict.diffusion.sde import Diffusion, diffusion
from sgdtui.predict.numerics.start import start_mean


@dataclass(frozen=True, slots=True, eq=False)
class DriftVectors:
    """Vector fields at `points`, the bin centres, each (axes, bins…), in units of x per unit t.

    gradient       -g, the mean displacement per unit time, exactly E[Δx]/η
    noise_induced  -∇·D, the noise-induced drift of probability: in the current, not in E[Δx]
    diffusive      -D ∇ln p of the law `of` (a prediction's name, or "measured")
    velocity       J/p, their sum: zero everywhere in equilibrium, circulating when not
    loss, variance the landscape (bins…) and the trace of Σ under them (loss None where there is none)
    curl           (bins…) of the force F = -Σ⁻¹(2g/η + ∇·Σ), per unit area; None but on the plane
    """

    points: tuple[Array, ...]
    gradient: Array
    noise_induced: Array
    diffusive: Array | None
    velocity: Array | None
    of: str
    loss: Array | None
    variance: Array
    curl: Array | None = None


def drift_vectors(
    experiment: Experiment, edges: tuple[Array, ...], probability: Array | None, of: str
) -> DriftVectors | None:
    """The four fields at the bin centres of the drawn axes; None for forms without fields (hops, tumble).

    With convention a the noise-induced part is -(1 - a)∇·D: the amplitude rule has put the rest into E[Δx]. Where
    not all coordinates are drawn, the others are held at the start's mean and there is no velocity of probability.

    Args:
        probability: (bins…) the law that the diffusive part is taken of, or None.
        of: the name of that law.
    """
    if not experiment.system.has_fields:
        return None
    system = fields(experiment)
    process = diffusion(experiment, "fokker-planck")
    centres = tuple((e[1:] + e[:-1]) / 2 for e in edges)
    shape = tuple(len(c) for c in centres)
    axes = list(experiment.space.axes)
    points = np.tile(start_mean(experiment), (int(np.prod(shape)), 1))
    points[:, axes] = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)

    def on_grid(vectors: Array) -> Array:
        return np.moveaxis(vectors[:, axes].reshape(*shape, len(axes)), -1, 0)

    with np.errstate(all="ignore"):
        variance = np.trace(system.covariance(points), axis1=1, axis2=2).reshape(shape)
        loss = system.loss(points).reshape(shape) if system.has_loss else None
        gradient = on_grid(-system.gradient(points))
        if not isinstance(process, Diffusion):
            nothing = np.full_like(gradient, np.nan)
            return DriftVectors(centres, gradient, nothing, None, None, of, loss, variance)
        gradient = process.mobility * gradient
        induced = on_grid(-(1 - process.convention) * process.divergence(points))
        diffusive = velocity = None
        if probability is not None and len(axes) == experiment.dimension:
            slope = _logarithmic_slope(
                probability, centres, tuple(b.kind == "periodic" for b in _walls(experiment))
            )
            tensor = process.tensor(points).reshape(*shape, len(axes), len(axes))
            order = np.ix_(axes, axes)
            tensor = tensor[..., order[0], order[1]]
            diffusive = -np.einsum("...ij,j...->i...", tensor, slope)
            velocity = gradient + induced + diffusive
    return DriftVectors(
        centres, gradient, induced, diffusive, velocity, of, loss, variance, curl(experiment, edges)
    )


def _walls(experiment: Experiment) -> tuple[Boundary, ...]:
    given = experiment.space.boundaries
    return tuple(given[min(i, len(given) - 1)] for i in range(len(experiment.space.axes)))


def _logarithmic_slope(probability: Array, centres: tuple[Array, ...], ring: tuple[bool, ...]) -> Array:
    """∇ln p at the bin centres, (axes, bins…), by central differences; NaN beside empty bins."""
    logarithm = np.log(np.where(probability > 0, probability, np.nan))
    slopes = []
    for axis, centre in enumerate(centres):
        step = centre[1] - centre[0] if len(centre) > 1 else 1.0
        if ring[axis]:
            slopes.append((np.roll(logarithm, -1, axis) - np.roll(logarithm, 1, axis)) / (2 * step))
        elif len(centre) > 1:
            slopes.append(np.gradient(logarithm, step, axis=axis))
        else:
            slopes.append(np.zeros_like(logarithm))
    return np.stack(slopes)
