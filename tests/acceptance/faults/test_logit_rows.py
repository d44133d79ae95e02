"""Logistic rows that are not separable, at a moderate and at a wild learning rate."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import preset, simulated
from tests.acceptance.held import held, held_covariance

ROWS = np.array([[1, 1], [2, 1], [-1, 0], [-2, 0], [0.5, 0], [1.5, 0], [-0.5, 1]])


@pytest.mark.parametrize(
    ("eta", "mean", "variance"), [(1.0, 0.76619, 0.61628), (20.0, None, None), (3.7, None, None)]
)
def test_logit_rows(eta, mean, variance):
    def step(w, rng):
        x, y = ROWS[rng.integers(0, len(ROWS), len(w))].T
        return w - eta * x * (1 / (1 + np.exp(-w * x)) - y)

    found = simulated(step, 0.0, [lambda w: w, lambda w: w**2, lambda w: w < 0])
    (own, se), (second, second_se), (below, below_se) = found
    tolerance = 4 * (second_se + 2 * abs(own) * se)
    if mean is not None:
        assert own == pytest.approx(mean, abs=4 * se + 5e-6)
        assert second - own**2 == pytest.approx(variance, abs=tolerance + 5e-6)
    document = run(preset("logit_rows"), walkers=4096, eta=eta, variants=False).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["mean"][0] == pytest.approx(own, abs=4 * se)
    assert transfer["covariance"][0][0] == pytest.approx(second - own**2, abs=tolerance)
    assert transfer["observables"]["neg"] == pytest.approx(below, abs=4 * below_se)
    assert tolerance < 0.05 * (second - own**2)
    spread = (second - own**2) ** 0.5
    held(document["mean"][0], document["mean_se"][0], transfer["mean"][0], at_most=0.01 * spread)
    held_covariance(document, 0, 0, transfer["covariance"][0][0], relative=0.005)
    assert document["verdict"] != "no stationary law"
