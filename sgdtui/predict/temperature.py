"""Which temperature Gibbs is given: by the trace of Σ at the minimum, by its average, or by the best fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import FALLBACK_INTERVAL, Fields, fields
from sgdtui.model.minimum import local_minima, lowest
from sgdtui.predict.gibbs import gibbs
from sgdtui.predict.learning_rate import noise_temperature
from sgdtui.predict.prediction import Absence

Array = NDArray[np.float64]

_TIE = 1e-6
_FIT_TOLERANCE = 1e-5
"""Relative accuracy of a fitted temperature."""
_RUNGS = 6
"""How many factors of e above and below the minimum's temperature a fit is looked for."""


def minimum_temperature(experiment: Experiment) -> float:
    """T = eta·noise_scale·trace Σ/(2d) at the lowest minimum of the loss in the domain; ties are averaged.

    Under momentum β it is divided by 1 - β. NaN where there is no loss, no constant learning rate, or no variance.
    """
    if experiment.system.form in ("hops", "tumble"):
        return float(np.nan)
    system = fields(experiment)
    if not system.has_loss:
        return float(np.nan)
    minima = lowest_minima(experiment, system)
    traces = np.trace(system.covariance(minima), axis1=1, axis2=2)
    return noise_temperature(experiment, float(np.mean(traces)) / experiment.dimension)


def average_temperature(experiment: Experiment, centres: Array, weights: Array) -> float:
    """The same with trace Σ averaged over a law: `centres` (n, d) with `weights` (n,), which need not sum to one."""
    if experiment.system.form in ("hops", "tumble"):
        return float(np.nan)
    traces = np.trace(fields(experiment).covariance(centres), axis1=1, axis2=2)
    used = (weights > 0) & np.isfinite(traces)
    if not used.any():
        return float(np.nan)
    average = float(np.sum(weights[used] * traces[used]) / np.sum(weights[used]))
    return noise_temperature(experiment, average / experiment.dimension)


def best_fit_temperature(
    experiment: Experiment, edges: tuple[Array, ...], probability: Array
) -> tuple[float, float]:
    """The T that makes KL(measured‖Gibbs) on the bins smallest, and that KL in nats.

    `probability` (bins…) is the measured share of each bin; what is outside the window is one bin more. (NaN, NaN)
    where there is no Gibbs law.
    """
    from scipy.optimize import minimize_scalar

    share = np.append(probability.ravel(), max(0.0, 1.0 - float(probability.sum())))
    used = share > 0

    plain = replace(experiment, observe=())

    @cache
    def divergence(log_temperature: float) -> float:
        law = gibbs(plain, edges, float(np.exp(log_temperature)), "best-kl")
        if isinstance(law, Absence) or law.probability is None:
            return np.inf
        predicted = np.append(law.probability.ravel(), law.outside)[used]
        return float(np.sum(share[used] * np.log(share[used] / np.maximum(predicted, 1e-300))))

    start = minimum_temperature(experiment)
    middle = float(np.log(start)) if np.isfinite(start) and start > 0 else float(np.log(0.1))
    best = _lowest_rung(divergence, middle)
    if best is None:
        return float(np.nan), float(np.nan)
    found = minimize_scalar(
        divergence, bounds=(best - 1, best + 1), method="bounded", options={"xatol": _FIT_TOLERANCE}
    )
    least = min((found.x, best), key=divergence)
    return float(np.exp(least)), divergence(least)


def _lowest_rung(divergence: Callable[[float], float], middle: float) -> float | None:
    """The lowest of `middle` ± 0…6, found downhill: KL(p‖exp(-L/T)/Z) is convex in 1/T. None: infinite everywhere."""
    rungs = [middle + step for step in sorted(range(-_RUNGS, _RUNGS + 1), key=abs)]
    here = next((rung for rung in rungs if np.isfinite(divergence(rung))), None)
    if here is None:
        return None
    while True:
        there = min(here - 1, here + 1, key=divergence)
        if not divergence(there) < divergence(here) or abs(there - middle) > _RUNGS + 0.5:
            return here
        here = there


def lowest_minima(experiment: Experiment, system: Fields) -> Array:
    """The lowest minima of the loss in the domain, (m, d): all that tie, to a millionth of the loss's range."""
    dimension = experiment.dimension
    box = search_box(experiment)
    if dimension == 1:
        found = local_minima(lambda x: system.loss(x), box[0])[:, None]
        values = system.loss(found)
        grid = system.loss(np.linspace(*box[0], 257)[:, None])
        span = float(np.ptp(grid[np.isfinite(grid)])) if np.isfinite(grid).any() else 0.0
        return np.asarray(found[values <= values.min() + _TIE * span])
    if dimension == 2:
        return _lowest_in_the_plane(system, box)
    return lowest(system.loss, box)[0][None, :]


def search_box(experiment: Experiment) -> list[tuple[float, float]]:
    """Where minima are looked for, one interval a coordinate: the domain, the loss's own, or a wide one."""
    system = experiment.system
    loss = getattr(system, "loss", None)
    own = getattr(loss, "domain", None) or getattr(system, "domain", None)
    if own is not None and len(own) == experiment.dimension:
        box = [tuple(interval) for interval in own]
    else:
        box = [FALLBACK_INTERVAL] * experiment.dimension
    if experiment.space.domain is not None:
        for axis, interval in zip(experiment.space.axes, experiment.space.domain, strict=True):
            box[axis] = (float(interval[0]), float(interval[1]))
    return [(float(low), float(high)) for low, high in box]


def _lowest_in_the_plane(system: Fields, box: list[tuple[float, float]]) -> Array:
    """Every local minimum of a grid that ties with the lowest, each sharpened."""
    count = 129
    axes = [np.linspace(low, high, count) for low, high in box]
    points = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    values = np.where(np.isnan(v := system.loss(points)), np.inf, v).reshape(count, count)
    padded = np.pad(values, 1, constant_values=np.inf)
    shifts = [(i, j) for i in (0, 1, 2) for j in (0, 1, 2) if (i, j) != (1, 1)]
    neighbours = np.min([padded[i : i + count, j : j + count] for i, j in shifts], axis=0)
    candidates = np.argwhere((values <= neighbours) & np.isfinite(values))
    order = np.argsort(values[tuple(candidates.T)])[:16]
    step = [axis[1] - axis[0] for axis in axes]
    found = []
    for i, j in candidates[order]:
        centre = (axes[0][i], axes[1][j])
        around = [
            (max(c - h, low), min(c + h, high)) for c, h, (low, high) in zip(centre, step, box, strict=True)
        ]
        found.append(lowest(system.loss, around))
    least = min(value for _, value in found)
    finite = values[np.isfinite(values)]
    span = float(np.ptp(finite)) if len(finite) else 0.0
    return np.stack([point for point, value in found if value <= least + _TIE * span])
