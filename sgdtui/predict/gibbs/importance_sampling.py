"""The Gibbs law of many coordinates: exact for a quadratic loss, else by seeded importance sampling.

Points are drawn from Student laws about all minima that the search finds, each with its Hessian's shape and Laplace's
share of the mass, and weighted by exp(-L/T). Where some directions never move a walker, the law is that of the
subspace across them, through the start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.numerics.conserved import across, conserved_directions, kept_spread
from sgdtui.predict.numerics.minima import all_minima
from sgdtui.predict.numerics.newton import is_flat
from sgdtui.predict.numerics.normal_bins import normal_prediction
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.prediction import Absence, Prediction

NAME = "gibbs"

_FREEDOM = 8.0
_DRAWS = 200_000
_MOST_WORK = 40_000_000
_PAIRS, _WIDEST, _BENT = 48, 8.0, 1e-9
_MOST_WELLS = 48
_NEGLIGIBLE = 45.0
"""Temperatures above the lowest minimum from which a well holds nothing."""
_LEAST_SHARE = 0.02
"""Of the draws, to each well: Laplace's share of a well that is far from quadratic may be wrong."""
_UNSEEN = 0.1
"""The share of the searched places that may lead to minima that were not met."""


@dataclass(frozen=True, slots=True, eq=False)
class _Wells:
    """Minima (m, d), their covariances' factors within the moving subspace (m, r, r), and their share of the draws."""

    centres: Array
    factors: Array
    shares: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Subspace:
    """What moves, `basis` (d, r); what is `kept`, (d, m), spread as at the start with covariance `spread` (m, m)."""

    basis: Array
    kept: Array
    spread: Array

    def through(self, point: Array, start: Array) -> Array:
        """The point (d,) moved along what is kept to where the walkers start."""
        return np.asarray(self.basis @ (self.basis.T @ point) + self.kept @ (self.kept.T @ start))


def gibbs_by_sampling(
    experiment: Experiment, system: Fields, edges: tuple[Array, ...], temperature: float
) -> Prediction | Absence:
    """exp(-L/T)/Z on the bins of the drawn axes, walls left out of account."""
    kept = conserved_directions(experiment)
    spread = kept_spread(experiment, kept)
    if spread is None:
        detail = "some directions never move, and the walkers keep a start there that is not normal"
        return Absence(NAME, "singular law", detail)
    space = _Subspace(across(kept) if kept.size else np.eye(len(kept)), kept, spread)
    wells = _wells(experiment, system, temperature, space)
    if isinstance(wells, Absence):
        return wells
    if len(wells.centres) == 1:
        factor = space.basis @ wells.factors[0]
        if is_affine(system, wells.centres[0], factor):
            covariance = factor @ factor.T + kept @ spread @ kept.T
            found = normal_prediction(NAME, experiment, edges, wells.centres[0], covariance)
            return found if isinstance(found, Absence) else replace(found, entropy_production=0.0)
    return _weighted(experiment, system, edges, temperature, wells, space)


def _wells(experiment: Experiment, system: Fields, temperature: float, space: _Subspace) -> _Wells | Absence:
    """The minima that hold any mass, as Laplace has it."""
    found = all_minima(experiment, system)
    if not len(found.points):
        return Absence(NAME, "not found", "no minimum of the loss was found")
    if found.unseen > _UNSEEN:
        detail = f"the loss has more minima than the {len(found.points)} that the search came to"
        return Absence(NAME, "not found", detail)
    start = start_mean(experiment)
    centres, factors, heights = [], [], []
    for point, value in zip(found.points, found.values, strict=True):
        height = (value - found.values[0]) / temperature
        if height > _NEGLIGIBLE:
            break
        centre = space.through(point, start)
        hessian = space.basis.T @ system.hessian(centre[None, :])[0] @ space.basis
        if not np.all(np.isfinite(hessian)) or is_flat(hessian):
            detail = "at a minimum the loss is flat in some direction: there is no normal law to draw from"
            return Absence(NAME, "not found", detail)
        centres.append(centre)
        factors.append(temperature**0.5 * _inverse_root(hessian))
        heights.append(height)
    if len(centres) > _MOST_WELLS:
        return Absence(NAME, "too costly", f"{len(centres)} minima hold a part of the law")
    volumes = np.array([np.linalg.slogdet(factor)[1] for factor in factors])
    share = np.exp(volumes - np.array(heights) - np.max(volumes - np.array(heights)))
    share = np.maximum(share / share.sum(), _LEAST_SHARE)
    return _Wells(np.array(centres), np.array(factors), share / share.sum())


def _inverse_root(hessian: Array) -> Array:
    """A factor of the inverse: F Fᵀ = H⁻¹, good whatever the units of the coordinates are."""
    scale = np.sqrt(np.diag(hessian))
    root = np.linalg.cholesky((hessian + hessian.T) / 2 / np.outer(scale, scale))
    return np.asarray(np.linalg.inv(root).T / scale[:, None])


def is_affine(system: Fields, centre: Array, factor: Array) -> bool:
    """Whether the gradient is an affine function where exp(-L/T) has its mass, so that the law is a normal one.

    `factor` (d, r) times its transpose is the covariance. Looked at between seeded pairs of places, of every size up
    to `_WIDEST` standard deviations from the minimum; of data at the means over the examples.
    """
    rng = np.random.default_rng(1)
    r = factor.shape[1]
    size = np.geomspace(1e-2, _WIDEST, _PAIRS)[:, None] / np.sqrt(r)
    one, other = (centre + size * rng.standard_normal((_PAIRS, r)) @ factor.T for _ in range(2))
    ends = [system.gradient(points) for points in (one, other)]
    bend = np.abs(ends[0] + ends[1] - 2 * system.gradient((one + other) / 2)).max(axis=1)
    slope = np.maximum(np.abs(ends[0]), np.abs(ends[1])).max(axis=1)
    return bool(np.all(bend <= _BENT * slope))


def _draw(rng: np.random.Generator, wells: _Wells, space: _Subspace, count: int) -> tuple[Array, Array]:
    """About `count` points (n, d) and the logarithm of the density that they were drawn with, up to a constant."""
    r = wells.factors.shape[1]
    numbers = np.maximum(1, np.round(wells.shares * count)).astype(int)
    points = []
    for centre, factor, number in zip(wells.centres, wells.factors, numbers, strict=True):
        normals = rng.standard_normal((number, r))
        stretch = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, number))
        points.append(centre + stretch[:, None] * normals @ (space.basis @ factor).T)
    together = np.concatenate(points)
    densities = []
    for centre, factor, number in zip(wells.centres, wells.factors, numbers, strict=True):
        square = np.sum(np.linalg.solve(factor, ((together - centre) @ space.basis).T) ** 2, axis=0)
        log_density = -(_FREEDOM + r) / 2 * np.log1p(square / _FREEDOM) - np.linalg.slogdet(factor)[1]
        densities.append(np.log(number) + log_density)
    return together, np.asarray(np.logaddexp.reduce(densities))


def _weighted(
    experiment: Experiment,
    system: Fields,
    edges: tuple[Array, ...],
    temperature: float,
    wells: _Wells,
    space: _Subspace,
) -> Prediction | Absence:
    count = _DRAWS
    if isinstance(system, SampleFields):
        count = int(np.clip(_MOST_WORK // (system.averaged_over * experiment.dimension), 4000, _DRAWS))
    rng = np.random.default_rng(0)
    points, proposal = _draw(rng, wells, space, count)
    with np.errstate(all="ignore"):
        logarithm = -(system.loss(points) - system.loss(wells.centres[:1])[0]) / temperature - proposal
    logarithm = np.where(np.isnan(logarithm), -np.inf, logarithm)
    weight = np.exp(logarithm - logarithm.max())
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    if effective < 50:
        return Absence(NAME, "not found", "its law is too far from normal to be sampled")
    weight /= weight.sum()
    if space.kept.size and space.spread.any():
        values, vectors = np.linalg.eigh(space.spread)
        along = rng.standard_normal((len(points), len(values))) * np.sqrt(np.maximum(values, 0.0))
        points = points + along @ (space.kept @ vectors).T
    axes = list(experiment.space.axes)
    probability, _ = np.histogramdd(points[:, axes], bins=list(edges), weights=weight)
    distribution = None
    if len(axes) == 1:
        below = float(weight[points[:, axes[0]] < edges[0][0]].sum())
        distribution = np.clip(below + np.concatenate([[0.0], np.cumsum(probability)]), 0.0, 1.0)
    mean = weight @ points
    names: dict[str, Array | float] = {**experiment.values}
    names |= {v: points[:, i] for i, v in enumerate(experiment.variables)}
    noise = float(np.sum(np.sqrt(probability * (1 - probability) / effective)) / 2)
    return Prediction(
        name=NAME,
        edges=edges,
        probability=probability,
        outside=max(0.0, 1.0 - float(probability.sum())),
        distribution=distribution,
        mean=mean,
        covariance=(points - mean).T @ ((points - mean) * weight[:, None]),
        observables={key: float(weight @ evaluate(e, names)) for key, e in experiment.observe},
        numerical_error=noise,
        entropy_production=0.0,
        draws=effective,
        notes=(f"sampled, worth {effective:.0f} independent draws",),
    )
