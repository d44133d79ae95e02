"""The Gibbs law of many coordinates: exact for a quadratic loss, else by seeded importance sampling.

Points are drawn from Student laws about the wells, with the Hessian's shape, and weighted by exp(-L/T).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.gibbs.proposal import proposal
from sgdtui.predict.linear.fixed_point import fixed_point
from sgdtui.predict.numerics.normal_bins import normal_prediction
from sgdtui.predict.prediction import Absence, Prediction

NAME = "gibbs"

_DRAWS = 200_000
_MOST_WORK = 40_000_000
_PAIRS, _WIDEST, _BENT = 48, 8.0, 1e-9


def gibbs_by_sampling(
    experiment: Experiment, system: Fields, edges: tuple[Array, ...], temperature: float
) -> Prediction | Absence:
    """exp(-L/T)/Z on the bins of the drawn axes, walls left out of account."""
    centre = fixed_point(experiment, system)
    if centre is None:
        return Absence(NAME, "not normalisable", "no minimum of the loss was found")
    hessian = system.hessian(centre[None, :])[0]
    values = np.linalg.eigvalsh(hessian)
    if not np.all(np.isfinite(values)) or values[0] <= 1e-10 * values[-1]:
        return Absence(NAME, "not normalisable", "the loss is flat in some direction at its minimum")
    covariance = temperature * np.linalg.inv(hessian)
    if is_affine(system, centre, covariance):
        found = normal_prediction(NAME, experiment, edges, centre, covariance)
        return found if isinstance(found, Absence) else replace(found, entropy_production=0.0)
    return _weighted(experiment, system, edges, temperature, centre, covariance)


def is_affine(system: Fields, centre: Array, covariance: Array) -> bool:
    """Whether the gradient is an affine function where exp(-L/T) has its mass, so that the law is a normal one.

    Looked at between seeded pairs of places, of every size up to `_WIDEST` standard deviations from the minimum; of
    data at the means over the examples.
    """
    rng = np.random.default_rng(1)
    d = len(centre)
    size = np.geomspace(1e-2, _WIDEST, _PAIRS)[:, None] / np.sqrt(d)
    factor = np.linalg.cholesky(covariance)
    one, other = (centre + size * rng.standard_normal((_PAIRS, d)) @ factor.T for _ in range(2))
    ends = [system.gradient(points) for points in (one, other)]
    bend = np.abs(ends[0] + ends[1] - 2 * system.gradient((one + other) / 2)).max(axis=1)
    slope = np.maximum(np.abs(ends[0]), np.abs(ends[1])).max(axis=1)
    return bool(np.all(bend <= _BENT * slope))


def _weighted(
    experiment: Experiment,
    system: Fields,
    edges: tuple[Array, ...],
    temperature: float,
    centre: Array,
    covariance: Array,
) -> Prediction | Absence:
    d = len(centre)
    count = _DRAWS
    if isinstance(system, SampleFields):
        count = int(np.clip(_MOST_WORK // (len(system.examples) * d), 4000, _DRAWS))
    rng = np.random.default_rng(0)
    drawn_from = proposal(experiment, system, centre, covariance, temperature)
    points = drawn_from.draw(count, rng)
    logarithm = -(system.loss(points) - system.loss(centre[None, :])[0]) / temperature
    logarithm = logarithm - drawn_from.log_density(points)
    weight = np.exp(logarithm - logarithm.max())
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    if effective < 50:
        return Absence(NAME, "not one- or two-dimensional", "its law is too far from normal to be sampled")
    weight /= weight.sum()
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
