"""Quadratic losses on reshuffled data: exact moments over the orders of an epoch.

An epoch visits every example once, in a random order, so its steps are affine maps whose product depends on the
order. All orders are enumerated where they are few, else many are drawn (seeded). The law recorded is that after
the steps of the epoch at which `every` records fall; with `every` a whole number of epochs, the epoch's ends.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.diffusion.chebyshev import is_quadratic
from sgdtui.predict.numerics.normal_bins import normal_prediction
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence, Prediction

NAME = "gaussian"

_ALL_ORDERS = 5040
_DRAWN = 20_000
_MOST_NUMBERS = 40_000_000


def reshuffled(experiment: Experiment, found: SampleFields, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The normal law with the exact mean and covariance of reshuffled SGD on quadratic losses."""
    d = experiment.dimension
    around = tuple((-1.0, 1.0) for _ in range(d))
    if not is_quadratic(found, around):
        return Absence(
            NAME, "singular law", "reshuffled batches depend on one another: there is no linearised law"
        )
    if experiment.dynamics.is_sde or momentum(experiment) != 0:
        return Absence(NAME, "singular law", "reshuffled draws are solved for plain steps only")
    eta = learning_rate(experiment)
    assert eta is not None
    batch, count = experiment.dynamics.batch, len(found.examples)
    steps = count // batch
    origin = np.zeros((1, d))
    hessians = found.example_hessians(origin, found.examples)[0]
    gradients = found.example_gradients(origin, found.examples)[0]
    orders, exact = _orders(count, steps * batch, d)
    wanted = recorded_phases(experiment, steps)
    matrix = np.broadcast_to(np.eye(d), (len(orders), d, d)).copy()
    offset = np.zeros((len(orders), d))
    prefixes: list[tuple[Array, Array]] = []
    for step in range(steps):
        chosen = orders[:, step * batch : (step + 1) * batch]
        each = np.eye(d) - eta * hessians[chosen].mean(axis=1)
        offset = np.einsum("pij,pj->pi", each, offset) - eta * gradients[chosen].mean(axis=1)
        matrix = each @ matrix
        if step + 1 in wanted:
            prefixes.append((matrix.copy(), offset.copy()))
    ends = _fixed_moments(matrix, offset)
    if ends is None:
        return Absence(NAME, "not normalisable", "the second moment grows without bound over an epoch")
    moments = [_after(a, b, *ends) for a, b in prefixes]
    mean = np.mean([m for m, _ in moments], axis=0)
    second = np.mean([s for _, s in moments], axis=0)
    prediction = normal_prediction(NAME, experiment, edges, mean, second - np.outer(mean, mean))
    if isinstance(prediction, Absence):
        return prediction
    note = "exact over all orders" if exact else f"averaged over {len(orders)} drawn orders"
    error = prediction.numerical_error if exact else len(orders) ** -0.5
    return replace(prediction, numerical_error=error, notes=(f"reshuffled epochs of {steps} steps, {note}",))


def recorded_phases(experiment: Experiment, steps: int) -> set[int]:
    """After how many steps of an epoch (1 … steps) records are taken, as `burn_in` and `every` have it."""
    plan = experiment.run
    first = plan.burn_in or 0
    phases = {(first + plan.every * (n + 1)) % steps for n in range(steps)}
    return {phase or steps for phase in phases}


def _orders(count: int, used: int, d: int) -> tuple[NDArray[np.intp], bool]:
    if factorial(min(count, 12)) <= _ALL_ORDERS:
        return np.array(list(permutations(range(count))), dtype=np.intp)[:, :used], True
    drawn = int(np.clip(_MOST_NUMBERS // (count + d * d), 200, _DRAWN))
    rng = np.random.default_rng(0)
    return rng.permuted(np.tile(np.arange(count), (drawn, 1)), axis=1)[:, :used], False


def _fixed_moments(matrix: Array, offset: Array) -> tuple[Array, Array] | None:
    """The mean (d,) and second moment (d, d) that an epoch gives back."""
    d = offset.shape[1]
    mean_matrix = matrix.mean(axis=0)
    double = np.einsum("pij,pkl->ikjl", matrix, matrix, optimize=True).reshape(d * d, d * d) / len(matrix)
    if np.max(np.abs(np.linalg.eigvals(double))) >= 1:
        return None
    mean = np.linalg.solve(np.eye(d) - mean_matrix, offset.mean(axis=0))
    moved = np.einsum("pij,j->pi", matrix, mean)
    cross = moved.T @ offset / len(matrix)
    constant = offset.T @ offset / len(matrix) + cross + cross.T
    second = np.linalg.solve(np.eye(d * d) - double, constant.ravel()).reshape(d, d)
    return mean, second


def _after(matrix: Array, offset: Array, mean: Array, second: Array) -> tuple[Array, Array]:
    """Mean and second moment after the maps, from those before them."""
    moved = np.einsum("pij,j->pi", matrix, mean)
    cross = moved.T @ offset / len(matrix)
    grown = np.einsum("pij,jk,plk->il", matrix, second, matrix, optimize=True) / len(matrix)
    return moved.mean(axis=0) + offset.mean(axis=0), grown + offset.T @ offset / len(matrix) + cross + cross.T
