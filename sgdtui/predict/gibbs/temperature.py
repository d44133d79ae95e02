"""Which temperature Gibbs is given: by the trace of Σ at the minimum, by its average, or by the best fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.descent import scattered
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.numerics.conserved import conserved_directions
from sgdtui.predict.numerics.minima import lowest_minima, search_box
from sgdtui.predict.numerics.step_constants import noise_temperature
from sgdtui.predict.prediction import Absence

_FIT_TOLERANCE = 1e-5
"""Relative accuracy of a fitted temperature."""
_ELSEWHERE = 33
_NOTHING = 1e-13
"""Of what the noise is elsewhere: less of it at a minimum is none."""
_RUNGS = 6
"""How many factors of e above and below the minimum's temperature a fit is looked for."""


def minimum_temperature(experiment: Experiment) -> float:
    """T = eta·noise_scale·trace Σ/(2d) at the lowest minimum of the loss in the domain; ties are averaged.

    d counts the directions in which anything moves.
    Under momentum β it is divided by 1 - β. NaN where there is no loss, no minimum, no constant
    learning rate, or no variance.
    """
    if not experiment.system.has_fields:
        return float(np.nan)
    system = fields(experiment)
    if not system.has_loss:
        return float(np.nan)
    minima = lowest_minima(experiment, system)
    if not len(minima):
        return float(np.nan)
    trace = float(np.mean(np.trace(system.covariance(minima), axis1=1, axis2=2)))
    elsewhere = scattered(np.array(search_box(experiment)), _ELSEWHERE)
    with np.errstate(all="ignore"):
        others = np.trace(system.covariance(elsewhere), axis1=1, axis2=2)
    others = others[np.isfinite(others)]
    if len(others) and trace <= _NOTHING * np.median(others):
        trace = 0.0  # the noise vanishes at the minimum, which is known but for rounding
    return noise_temperature(experiment, trace / _moving(experiment))


def _moving(experiment: Experiment) -> int:
    """The directions that share the noise: all but those in which nothing ever moves."""
    return max(1, experiment.dimension - int(conserved_directions(experiment).shape[1]))


def average_temperature(experiment: Experiment, centres: Array, weights: Array) -> float:
    """The same with trace Σ averaged over a law: `centres` (n, d) with `weights` (n,), which need not sum to one."""
    if not experiment.system.has_fields:
        return float(np.nan)
    traces = np.trace(fields(experiment).covariance(centres), axis1=1, axis2=2)
    used = (weights > 0) & np.isfinite(traces)
    if not used.any():
        return float(np.nan)
    average = float(np.sum(weights[used] * traces[used]) / np.sum(weights[used]))
    return noise_temperature(experiment, average / _moving(experiment))


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
