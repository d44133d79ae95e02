"""The normal law with its own mean: where it is known otherwise, and against walkers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sgdtui.lab.predictions import bin_edges
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.linear.closure import closure, curvature_pull, displaced
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.load import load
from sgdtui.simulate.ensemble import Ensemble

ROWS = np.round(np.random.default_rng(4).normal(size=(12, 3)), 3)


def network(**more: Any) -> Experiment:
    dynamics = {"eta": 0.02, **more.pop("dynamics", {})}
    section = {"data": ROWS.tolist(), "columns": ["a", "b", "y"], "layers": [2], "ridge": 0.1, **more}
    return load(
        {
            "network": section,
            "start": {"minimum": "best"},
            "dynamics": dynamics,
            "space": {"domain": [[-3, 3]], "axes": ["w1_1_1"]},
            "run": {"walkers": 4096},
        }
    )


def test_the_pull_of_curvature_is_half_the_gradient_of_its_trace() -> None:
    experiment = network()
    found, d = fields(experiment), experiment.dimension
    random = np.random.default_rng(1)
    place, root = random.normal(size=d), random.normal(size=(d, d))
    spread, step = root @ root.T, 1e-4

    def trace(x: np.ndarray) -> np.ndarray:
        return np.einsum("nij,ji->n", found.hessian(x), spread)

    expected = (trace(place + step * np.eye(d)) - trace(place - step * np.eye(d))) / (4 * step)
    np.testing.assert_allclose(curvature_pull(found, place, spread), expected, rtol=1e-5, atol=1e-5)


def test_one_variable_where_it_is_solved_by_hand() -> None:
    """L = x²/2 + c x³/6, Σ = 1: m + c m²/2 + c s/2 = 0 and s = η/((1 + c m)(2 - η(1 + c m)))."""
    experiment = load(
        {"loss": "x**2/2 + c*x**3/6", "parameters": {"c": 0.5}, "dynamics": {"eta": 0.1}, "start": {"at": [0]},
         "space": {"domain": [[-1.5, 2]]}}
    )  # fmt: skip
    solved = displaced(experiment, fields(experiment), np.zeros(1), np.array([[0.05]]))
    assert not isinstance(solved, Absence)
    m, s = float(solved[0][0]), float(solved[1][0, 0])
    bend = 1 + 0.5 * m
    assert abs(m + 0.25 * m**2 + 0.25 * s) < 1e-7
    assert s == pytest.approx(0.1 / (bend * (2 - 0.1 * bend)), rel=1e-7)
    assert -0.03 < m < -0.01


def test_of_a_quadratic_loss_it_is_the_linearised_law() -> None:
    experiment = network(layers=[])
    edges = bin_edges(experiment)
    linear = gaussian(experiment, edges)
    assert isinstance(linear, Prediction)
    own = closure(experiment, edges, linear)
    assert isinstance(own, Prediction)
    assert linear.mean is not None
    assert linear.covariance is not None
    np.testing.assert_allclose(own.mean, linear.mean, atol=1e-8)
    np.testing.assert_allclose(own.covariance, linear.covariance, rtol=1e-6, atol=1e-10)


def test_walkers_have_its_mean_and_not_that_of_the_linearised_law() -> None:
    """4096 copies at six times: the mean agrees within five standard errors in every weight, the linear law is off."""
    experiment = network()
    edges = bin_edges(experiment)
    linear = gaussian(experiment, edges)
    assert isinstance(linear, Prediction)
    own = closure(experiment, edges, linear)
    assert isinstance(own, Prediction)
    ensemble = Ensemble(experiment)
    ensemble.advance(6_000, record=False)
    seen = []
    for _ in range(6):
        ensemble.advance(500, record=False)
        seen.append(ensemble.positions())
    ensemble.close()
    each = np.mean(seen, axis=0)
    mean, error = each.mean(axis=0), each.std(axis=0) / np.sqrt(len(each))
    # the closure leaves out fourth moments: a twentieth of what it says moves
    left_out = 0.05 * np.abs(own.mean - linear.mean).max()
    assert np.all(np.abs(mean - own.mean) < 5 * error + left_out)
    assert np.abs((mean - linear.mean) / error).max() > 15


def test_it_is_absent_with_the_linearised_law() -> None:
    absent = closure(network(), bin_edges(network()), Absence("gaussian", "not normalisable", "flat"))
    assert isinstance(absent, Absence)
    assert absent.reason == "not normalisable"
