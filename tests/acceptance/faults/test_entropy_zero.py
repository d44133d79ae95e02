"""Momentum: a position alone has no entropy production to measure, so none is told; the covariance is the chain's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from sgdtui.lab.run import run
from tests.acceptance.held import held_covariance

FILE = Path(__file__).with_name("entropy-zero.yaml")


def test_entropy_zero():
    document = run(FILE).document()
    flow = document["flow"]
    assert flow["entropy_production"] is None
    assert flow["entropy_production_se"] is None
    assert flow["predicted_entropy_production"] is not None
    assert document["verdict"] == "nonequilibrium"
    assert "measured" not in document["why"]
    # v' = β v - η (H x + noise), x' = x + v'
    beta, eta, pull = 0.5, 0.01, np.diag([2.0, 0.5])
    one, noise = np.eye(2), np.array([[1.0, 0.6], [0.6, 1.0]])
    step = np.block([[one - eta * pull, beta * one], [-eta * pull, beta * one]])
    into = np.vstack([one, one])
    exact = solve_discrete_lyapunov(step, eta**2 * into @ noise @ into.T)[:2, :2]
    for i, j in ((0, 0), (0, 1), (1, 1)):
        held_covariance(document, i, j, exact[i, j], relative=0.005)
