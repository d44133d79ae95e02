"""Three dimensions, stepped by Euler: the right laws are not refused for the bias of dt, which is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("linear3.yaml")
PULL, T = np.array([2.0, 0.5, 1.0]), 0.25


def euler(dt):
    """The variances of Euler's chain, x' = x - h x dt + sqrt(2 T dt)·normal."""
    return 2 * T * dt / (1 - (1 - PULL * dt) ** 2)


@pytest.mark.parametrize("seed", [0, 4, 8, 12])
def test_linear3(seed):
    document = run(FILE, seed=seed).document()
    assert document["verdict"] == "gibbs"
    for name in ("gibbs", "gaussian"):
        law = document["predictions"][name]
        assert law["agrees"] is True
        assert np.allclose(np.diag(law["covariance"]), T / PULL, rtol=1e-6)
    variances, errors = np.diag(document["covariance"]), np.diag(document["covariance_se"])
    assert np.all(np.abs(variances - euler(0.02)) < 4.5 * errors)
    # What dt adds is told, with its error: half of the relative change of the variances, .484 of it in each direction.
    bias = document["settings"]["dt_bias"]
    change, error = np.diag(bias["covariance"]), np.diag(bias["covariance_se"])
    assert np.all(np.abs(change - (euler(0.04) - euler(0.02))) < 4.5 * error)
    assert change[0] > 4.5 * error[0]
    assert bias["tv"] == pytest.approx(0.0051, abs=4 * bias["tv_se"])
    assert bias["tv_se"] < 0.001
    assert law["numerical_error"] > 0.003
