"""Whether each prediction agrees with what was measured: true, false, or null where the sample cannot tell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sgdtui.compare.classes import assign, how_many, masses
from sgdtui.compare.comparison import Comparison
from sgdtui.compare.distance import distance_errors, distances, floors
from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.compare.distances.values import Distances
from sgdtui.compare.effective_size import cumulative_effective_samples, effective_samples
from sgdtui.compare.groups import frequencies
from sgdtui.compare.p_value import noncentrality_needed, p_value, worth
from sgdtui.compare.step_bias import StepBias
from sgdtui.compare.why import LEVEL
from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts
from sgdtui.total_variation import total_variation

UNKNOWN_RIVAL = 0.05
"""The TV that a rival is taken to have where no other prediction differs from this one."""

MATTERS = 0.01
"""The least TV that matters, about 4 % of a variance: a law that the test refuses cannot be called right because its
numerical error is larger than this."""

Bias = StepBias | float | None
"""What the finite dt of a simulated SDE adds: known with its error, as a TV alone, or not known (None)."""

SAME = 5e-4
"""Laws nearer to each other than this TV are one law: no histogram on a screen tells them apart."""


def judge(
    counts: Counts,
    predictions: Mapping[str, Prediction],
    *,
    settled: bool | None,
    dt_bias: Mapping[str, Bias] | Bias = 0.0,
) -> dict[str, Comparison]:
    """Hold every prediction that has a law on the drawn axes against the histogram.

    `agrees` is False if p < .001 and distance - floor > numerical_error (the TV; KS for a singular law); None if the
    run could not resolve twice the closest rival's distance, or is known to be unsettled; else True. A rival is
    another prediction whose law differs from this one by more than both numerical errors and `SAME`. It is None, too,
    where p < .001 and only a numerical error above `MATTERS` keeps the law from being refused: such a test could not
    have told otherwise. And it is None where the bias of dt is not known.

    Args:
        counts: what was recorded.
        predictions: by name, on the same bins.
        settled: whether the burn-in was long enough; None where that is not known.
        dt_bias: what the finite dt of a simulated SDE adds; by prediction or one for all. A number is a TV that
            joins the numerical error; a `StepBias` is taken out of the measured frequencies besides.

    Returns:
        Comparisons by name; empty while nothing was recorded.
    """
    if counts.total == 0:
        return {}
    law = {
        name: prediction
        for name, prediction in predictions.items()
        if prediction.probability is not None or prediction.distribution is not None
    }
    n_eff, slow = effective_samples(counts), cumulative_effective_samples(counts)
    samples, shares = frequencies(counts)
    groups = len(samples)
    window = counts.histogram.sum(axis=0) / counts.total
    outside = float(counts.outside.sum() / counts.total)
    biases = {name: dt_bias.get(name, 0.0) if isinstance(dt_bias, Mapping) else dt_bias for name in law}
    errors = {name: prediction.numerical_error + _bound(biases[name]) for name, prediction in law.items()}
    result = {}
    for name, prediction in law.items():
        measured = distances(
            window,
            outside,
            prediction.probability,
            prediction.outside,
            prediction.edges,
            prediction.distribution,
        )
        bias = biases[name]
        step = bias if isinstance(bias, StepBias) else None
        floor = _floor(prediction, worth(n_eff, prediction, None), worth(slow, prediction, None))
        p = p_value(counts, prediction, step)
        rival = _closest_rival(name, law, errors)
        more = _more_samples(
            prediction,
            rival,
            groups,
            worth(n_eff, prediction, step),
            worth(slow, prediction, step),
            floor,
            errors[name],
        )
        agrees: bool | None
        hindrance = ""
        if settled is False or p is None:
            agrees = None
        elif bias is None:
            # What the step of dt is worth is not known: nothing can be called right or wrong.
            agrees, hindrance = None, "bias of dt"
        elif p < LEVEL:
            agrees, hindrance = _refused(headline(measured) - headline(floor), errors[name])
        else:
            agrees = None if more is None or more > 1 else True
        result[name] = Comparison(
            name=name,
            distances=measured,
            floor=floor,
            p_value=p,
            numerical_error=errors[name],
            agrees=agrees,
            more_samples=more if agrees is None and not hindrance and settled is not False else None,
            hindrance=hindrance,
            errors=distance_errors(
                samples,
                shares,
                prediction.probability,
                prediction.outside,
                prediction.edges,
                measured,
                floor,
                prediction.distribution,
            ),
        )
    return result


def _refused(beyond_floor: float, numerical_error: float) -> tuple[bool | None, str]:
    """What becomes of a law that the test speaks against, and what stands in the way where that is nothing."""
    if beyond_floor > numerical_error:
        return False, ""
    return (True, "") if numerical_error <= MATTERS else (None, "numerical error")


def _bound(bias: Bias) -> float:
    if isinstance(bias, StepBias):
        return bias.bound
    return 0.0 if bias is None else float(bias)


def headline(of: Distances) -> float:
    """The distance that decides: TV, or KS for a singular law."""
    return of.tv if of.tv is not None else of.ks if of.ks is not None else 0.0


def between(one: Prediction, other: Prediction) -> float:
    """The TV between two predicted laws; their KS where one is singular."""
    if one.probability is not None and other.probability is not None:
        return total_variation(masses(one), masses(other))
    gap = np.cumsum(masses(one)[:-1]) - np.cumsum(masses(other)[:-1])
    return float(np.max(np.abs(gap)))


def _floor(prediction: Prediction, n_eff: float, slow: float) -> Distances:
    cells = masses(prediction)
    shape = tuple(len(axis_edges) - 1 for axis_edges in prediction.edges)
    floor = floors(n_eff, cells[:-1].reshape(shape), prediction.edges, float(cells[-1]), slow)
    if prediction.probability is None:
        return Distances(**{kind.name: floor[kind.name] if kind.singular else None for kind in DISTANCES})
    return floor


def _closest_rival(
    name: str, law: Mapping[str, Prediction], errors: Mapping[str, float]
) -> tuple[Prediction, float] | None:
    apart = [
        (distance, other)
        for other, prediction in law.items()
        if other != name
        and (distance := between(law[name], prediction)) > max(errors[name] + errors[other], SAME)
    ]
    if not apart:
        return None
    distance, closest = min(apart)
    return law[closest], distance


def _more_samples(
    prediction: Prediction,
    rival: tuple[Prediction, float] | None,
    groups: int,
    n_eff: float,
    slow: float,
    floor: Distances,
    numerical_error: float,
) -> float | None:
    """How many times more samples would resolve twice the rival's distance (at most 1: these do); None: none would.

    The test needs a noncentrality n·χ² of the classes; the distance, √(D² + floor²) - floor > numerical error.
    """
    classes = max(2, how_many(groups, n_eff))
    label, expected = assign(prediction, classes)
    if rival is None:
        distance, chi_squared = UNKNOWN_RIVAL, 4 * UNKNOWN_RIVAL**2
    else:
        distance = rival[1]
        other = np.bincount(label, weights=masses(rival[0]), minlength=len(expected))
        chi_squared = float(np.sum((other - expected) ** 2 / np.maximum(expected, 1e-12)))
    needed = noncentrality_needed(max(groups, 5), max(2, min(len(expected), classes)))
    present = 4 * slow * chi_squared
    by_test = needed / present if present > 0 else np.inf
    too_close = (2 * distance) ** 2 - numerical_error**2
    if too_close <= 0 or not np.isfinite(by_test):
        return None
    by_distance = (2 * numerical_error * headline(floor) / too_close) ** 2
    return float(max(by_test, by_distance))
