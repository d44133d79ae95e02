"""Hops between neighbouring states: their stationary law by detailed balance, its gap, and the law on its way."""

from __future__ import annotations

from typing import cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import afford_dense
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.hops import HopSystem
from sgdtui.model.start import At
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"


def generator(system: HopSystem, values: dict[str, float]) -> Array:
    """The matrix of rates, (states, states), column to row; its columns sum to zero."""
    up, down = system.hop_rates(values)
    matrix = np.diag(up[:-1], -1) + np.diag(down[1:], 1)
    return np.asarray(matrix - np.diag(up + down))


def slowest_rate(system: HopSystem, values: dict[str, float]) -> float | None:
    """The smallest rate of the generator that is not zero. In units of the square root of its law it is symmetric, with
    neighbours alone beside its diagonal, which costs next to nothing; None for a single state.
    """
    from scipy.linalg import eigvalsh_tridiagonal

    up, down = system.hop_rates(values)
    if len(up) < 2:
        return None
    beside = np.sqrt(up[:-1] * down[1:])
    rates = eigvalsh_tridiagonal(up + down, -beside, select="i", select_range=(0, 1))
    return float(rates[1])


def hopping(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The stationary probabilities: on a line of states no current can flow, so p(x)·up(x) = p(x+1)·down(x+1)."""
    system = cast(HopSystem, experiment.system)
    if {"k", "t"} & system.rate.names:
        return Absence(NAME, "unsettled", "the rate changes with time")
    up, down = system.hop_rates(experiment.values)
    if not (np.all(up[:-1] > 0) and np.all(down[1:] > 0)):
        return Absence(NAME, "unsettled", "some states are never left, so the start is never forgotten")
    logarithm = np.concatenate([[0.0], np.cumsum(np.log(up[:-1]) - np.log(down[1:]))])
    law = np.exp(logarithm - logarithm.max())
    law /= law.sum()
    states = np.arange(system.states, dtype=float)
    probability, _ = np.histogram(states, bins=edges[0], weights=law)
    mean = float(states @ law)
    observables = {
        key: float(law @ np.broadcast_to(evaluate(e, {**experiment.values, "x": states}), states.shape))
        for key, e in experiment.observe
    }
    below = float(law[states < edges[0][0]].sum())
    slowest = slowest_rate(system, experiment.values)
    return Prediction(
        name=NAME,
        edges=edges,
        probability=probability,
        outside=max(0.0, 1.0 - float(probability.sum())),
        distribution=np.clip(below + np.concatenate([[0.0], np.cumsum(probability)]), 0.0, 1.0),
        mean=np.array([mean]),
        covariance=np.array([[float(states**2 @ law) - mean**2]]),
        observables=observables,
        numerical_error=1e-14,
        current=np.zeros((1, len(edges[0]) - 1)),
        relaxation_time=1 / slowest if slowest else None,
    )


def hopping_time(experiment: Experiment) -> float | None:
    """One over the gap, in units of t; None where nothing relaxes."""
    slowest = slowest_rate(cast(HopSystem, experiment.system), experiment.values)
    return 1 / slowest if slowest is not None and slowest > 1e-300 else None


def hopping_on_the_way(experiment: Experiment, edges: Array, times: Array, given: Array | None) -> Array:
    """The probability of each bin at each time, (times, bins), from the law `given` (states,) or the start."""
    from scipy.linalg import expm

    system = cast(HopSystem, experiment.system)
    afford_dense(f"p(x, t) of {system.states} states", system.states, 20.0 * len(times))
    matrix = generator(system, experiment.values)
    states = np.arange(system.states, dtype=float)
    if given is not None and len(given) == system.states:
        law = given
    else:
        law = np.zeros(system.states)
        start = experiment.start.point[0] if isinstance(experiment.start, At) else 0.0
        law[int(np.clip(round(start), 0, system.states - 1))] = 1.0
    return np.stack([np.histogram(states, bins=edges, weights=expm(matrix * t) @ law)[0] for t in times])
