"""The exact edge of stability of SGD over examples: the learning rate from which the second moment grows without end.

Near the minimum a step is x' = (I - η H_B) x - η g_B with H_B the mean of B examples' Hessians. The second moment S
follows S' = S - η L(S) + η² K(S) + const, L(S) = H S + S H and K(S) = E[H_B S H_B]. Both maps, and L⁻¹, keep positive
matrices positive, so the recursion is stable exactly below the η at which η K(S) = L(S) has a positive solution: one
over the largest eigenvalue of L⁻¹K (Défossez & Bach, "Averaged least-mean-squares", AISTATS 2015).
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.data import Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem
from sgdtui.model.sample_fields import SampleFields

_DEAREST = 4e8
"""Multiplications of one power step that are worth it; beyond them the bound is taken."""
_STEPS, _CLOSE = 400, 1e-7


def edge_over_examples(experiment: Experiment) -> float | None:
    """The `mean_square_edge` of an experiment that steps through examples."""
    return mean_square_edge(cast(SampleSystem, experiment.system), experiment.dynamics.batch)


@lru_cache(maxsize=16)
def mean_square_edge(system: SampleSystem, batch: int) -> float | None:
    """η* at the minimum of a model over rows drawn with replacement or distinct; None where the data has no such edge.

    Where the rows are too many for the exact one, a bound below it: 2/(max|a|²/B + λ).
    """
    if not _has_edge(system):
        return None
    minimum = minimum_of_model(system)
    return None if minimum is None else _edge(system, batch, _curvatures(system, minimum))


@lru_cache(maxsize=16)
def steepest_edge(system: SampleSystem, batch: int) -> float | None:
    """The same where every example's loss is as curved as it ever is: c = ¼ of the logistic loss, 1 of the squared."""
    if not _has_edge(system):
        return None
    assert isinstance(system.data, Table)
    most = 0.25 if system.model == "logistic-regression" else 1.0
    return _edge(system, batch, np.full(len(system.data.rows), most))


def _has_edge(system: SampleSystem) -> bool:
    return system.model is not None and isinstance(system.data, Table) and system.draw != "reshuffle"


def _edge(system: SampleSystem, batch: int, curvatures: Array) -> float | None:
    """η* where the Hessian of an example is c·a aᵀ + ridge, with c the `curvatures` (N,)."""
    assert isinstance(system.data, Table)
    features = system.data.rows[:, :-1]
    mean = (features * curvatures[:, None]).T @ features / len(features)
    mean += system.ridge * np.eye(system.dimension)
    values, vectors = np.linalg.eigh(mean)
    if not values[0] > _FLAT * values[-1]:
        return None
    share = system.batch_factor(batch)
    if len(features) * system.dimension**2 > _DEAREST:
        largest = float(np.max(curvatures * np.sum(features**2, axis=1)))
        return float(2 / (share * largest + values[-1] + system.ridge))
    return 1.0 / _largest(values, features @ vectors, curvatures, system.ridge, share)


def _largest(values: Array, features: Array, curvatures: Array, ridge: float, share: float) -> float:
    """The largest eigenvalue of L⁻¹K in the basis in which H is diagonal, by power iteration."""
    sums = values[:, None] + values[None, :]
    plain = values - ridge
    matrix, before = np.eye(len(values)), 0.0
    for _ in range(_STEPS):
        checkpoint()
        inner = curvatures**2 * np.einsum("ei,ij,ej->e", features, matrix, features, optimize=True)
        second = (features * inner[:, None]).T @ features / len(features)
        second += ridge * (plain[:, None] + plain[None, :]) * matrix + ridge**2 * matrix
        whole = values[:, None] * matrix * values[None, :]
        new = (whole + share * (second - whole)) / sums
        size = float(np.linalg.norm(new))
        matrix = new / size
        if abs(size - before) <= _CLOSE * size:
            return size
        before = size
    return before


def _curvatures(system: SampleSystem, point: Array) -> Array:
    """(N,), c of each example's Hessian c·a aᵀ."""
    assert isinstance(system.data, Table)
    if system.model == "linear-regression":
        return np.ones(len(system.data.rows))
    score = np.clip(system.data.rows[:, :-1] @ point, -700, 700)
    p = 1 / (1 + np.exp(-score))
    return np.asarray(p * (1 - p))


@lru_cache(maxsize=16)
def minimum_of_model(system: SampleSystem) -> Array | None:
    """The weights (d,) of least loss of a model over rows; None where there are none (classes that can be separated).

    Newton's method with halved steps, which finds the minimum of a convex loss from anywhere.
    """
    assert isinstance(system.data, Table)
    found = SampleFields(system, {})
    x = np.zeros(system.dimension)
    for _ in range(60):
        checkpoint()
        gradient, hessian = found.gradient(x[None])[0], _mean_hessian(system, x)
        values = np.linalg.eigvalsh(hessian)
        if not values[0] > _FLAT * values[-1]:
            return None
        step = np.linalg.solve(hessian, gradient)
        decrement = float(gradient @ step)
        if not np.isfinite(decrement):
            return None
        here = float(found.loss(x[None])[0])
        if decrement <= 1e-14 * max(1.0, abs(here)):
            score = system.data.rows[:, :-1] @ x
            sure = system.model == "logistic-regression" and float(np.min(np.abs(score))) > _SURE
            return None if sure and not system.ridge else x
        length = 1.0
        while (
            float(found.loss((x - length * step)[None])[0]) > here - 0.25 * length * decrement
            and length > 1e-8
        ):
            length /= 2
        x = x - length * step
    return None


_FLAT = 1e-12
_SURE = 8.0
"""A minimum at which every example is foretold with p > 0.9997 is none: the classes can be separated."""


def _mean_hessian(system: SampleSystem, point: Array) -> Array:
    assert isinstance(system.data, Table)
    features = system.data.rows[:, :-1]
    mean = (features * _curvatures(system, point)[:, None]).T @ features / len(features)
    return np.asarray(mean + system.ridge * np.eye(system.dimension))
