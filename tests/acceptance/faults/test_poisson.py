"""Poisson regression on six rows: finitely many maps, each exponential on one side."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import preset, simulated
from tests.acceptance.held import held, held_covariance

ROWS = np.array([[0.2, 1], [0.5, 2], [1, 2], [1.2, 5], [0.8, 1], [0.1, 0]])


def step(w, rng):
    x, y = ROWS[rng.integers(0, len(ROWS), len(w))].T
    return w - 0.2 * (x * np.exp(w * x) - x * y)


def test_poisson():
    (mean, mean_se), (second, second_se) = simulated(step, 1.0, [lambda w: w, lambda w: w**2])
    variance = second - mean**2
    document = run(preset("poisson"), walkers=4096).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["mean"][0] == pytest.approx(mean, abs=4 * mean_se)
    assert transfer["covariance"][0][0] == pytest.approx(variance, abs=4 * (second_se + 2 * mean_se))
    assert 4 * (second_se + 2 * mean_se) < 0.05 * variance
    assert transfer["agrees"]
    held(document["mean"][0], document["mean_se"][0], transfer["mean"][0], at_most=1e-3)
    held_covariance(document, 0, 0, transfer["covariance"][0][0], relative=2e-3)
    assert document["verdict"] == "equilibrium, not gibbs"
