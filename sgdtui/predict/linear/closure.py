"""The normal law with a mean of its own: where gradient and noise pull alike, and not where the gradient vanishes.

Around a mean m the average of the gradient is g(m) + ½∇tr(H S), to second order in the spread. It vanishes in a
stationary law, and S follows from m as in the linearised law: both are solved together. Noise thereby moves the mean,
and with it the curvature that the walkers see (the moment closure of van Kampen, Stochastic Processes in Physics and
Chemistry, X.2, at second order; for SGD at a network's minimum it replaces -½(η/B) H⁻¹ ∇·Σ, which holds to first
order in the step only).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.predict.linear.law import linearised, stationary_covariance
from sgdtui.predict.numerics.normal_bins import normal_prediction
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.rule import why_no_law

NAME = "closure"

_STEP = 1e-3
"""Of the size of the weights (at least 1): the half-width of second differences of the gradient."""
_MOST = 200
_CLOSE = 1e-9
"""Relative to the spread: the mean no longer moves."""
_MEMORY = 24
"""Earlier steps that a next one is made from."""


def closure(
    experiment: Experiment, edges: tuple[Array, ...], linear: Prediction | Absence | None
) -> Prediction | Absence:
    """The law on the bins of the drawn axes; `linear` is the linearised one, whose absence is this one's too."""
    unknown = why_no_law(experiment, NAME)
    if unknown is not None:
        return unknown
    if linear is None or isinstance(linear, Absence) or linear.mean is None or linear.covariance is None:
        reason = linear.reason if isinstance(linear, Absence) else "not found"
        return Absence(NAME, reason, "there is no linearised law to begin with")
    found = fields(experiment)
    solved = displaced(experiment, found, linear.mean, linear.covariance)
    if isinstance(solved, Absence):
        return solved
    mean, covariance = solved
    prediction = normal_prediction(NAME, experiment, edges, mean, covariance)
    if isinstance(prediction, Absence):
        return prediction
    away = (mean - linear.mean) / np.sqrt(np.maximum(np.diag(linear.covariance), 1e-300))
    note = f"noise moves the mean by up to {np.abs(away).max():.2g} standard deviations of a weight"
    return replace(prediction, notes=(note,))


def curvature_pull(found: Fields, place: Array, covariance: Array) -> Array:
    """½∇tr(H S) at a place (d,), S held fixed: second differences of the gradient along the axes of S."""
    values, vectors = np.linalg.eigh(covariance)
    seen = values > 1e-14 * values[-1]
    axes, sizes = vectors[:, seen].T, values[seen]
    step = _STEP * max(1.0, float(np.abs(place).max()))
    around = np.concatenate([place + step * axes, place - step * axes])
    slopes = found.gradient(around)
    bent = slopes[: len(axes)] + slopes[len(axes) :] - 2 * found.gradient(place[None])
    return np.asarray(0.5 * sizes @ bent / step**2)


def displaced(
    experiment: Experiment, found: Fields, minimum: Array, spread: Array
) -> tuple[Array, Array] | Absence:
    """The mean (d,) and the covariance (d, d) that belong together, by Anderson's mixing from the linearised law."""
    hessian = found.hessian(minimum[None])[0]
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    if values[0] <= 1e-10 * values[-1]:
        return Absence(NAME, "not normalisable", "the minimum is flat: there is no linear pull back to it")
    unit = np.sqrt(np.trace(spread))
    mean, covariance = minimum, spread
    places: list[Array] = []
    moves: list[Array] = []
    for _ in range(_MOST):
        checkpoint()
        near = linearised(experiment, found, mean)
        covariance_there = (
            near
            if isinstance(near, Absence)
            else stationary_covariance(experiment, replace(near, hessian=_positive(near.hessian, values[0])))
        )
        if isinstance(covariance_there, Absence):
            return Absence(NAME, "not found", "the spread about the moved mean grows without bound")
        covariance = covariance_there
        pull = found.gradient(mean[None])[0] + curvature_pull(found, mean, covariance)
        move = -vectors @ ((vectors.T @ pull) / values)
        if np.linalg.norm(move) <= _CLOSE * unit:
            return mean, covariance
        places.append(mean)
        moves.append(move)
        mean = _mixed(places[-_MEMORY:], moves[-_MEMORY:])
        if not np.all(np.isfinite(mean)) or np.linalg.norm(mean - minimum) > 100 * unit:
            break
    return Absence(NAME, "not found", "mean and spread did not come to rest together")


def _positive(hessian: Array, least: float) -> Array:
    """The same with what bends less than `least` on the way bent by a tenth of that: only the end has to be right."""
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.1 * least)) @ vectors.T)


def _mixed(places: list[Array], moves: list[Array]) -> Array:
    """Anderson's next place: the combination of earlier ones whose moves cancel best, and that far on."""
    if len(moves) == 1:
        return np.asarray(places[0] + moves[0])
    gaps, shifts = (np.diff(np.stack(each, axis=1), axis=1) for each in (moves, places))
    share = np.linalg.lstsq(gaps, moves[-1], rcond=1e-10)[0]
    return np.asarray(places[-1] + moves[-1] - (shifts + gaps) @ share)
