"""A spring that is hardly damped, its noise mostly on the velocity: it circulates, and it stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from tests.acceptance.faults.plane import predicted

FILE = Path(__file__).with_name("duff.yaml")
DRIFT, NOISE, DT = np.array([[0.0, 1.0], [-1.0, -0.2]]), np.diag([0.01, 0.4]), 0.01


@pytest.mark.parametrize(
    ("predict", "exact"),
    [
        (fokker_planck, solve_continuous_lyapunov(DRIFT, -NOISE)),
        (transfer, solve_discrete_lyapunov(np.eye(2) + DT * DRIFT, DT * NOISE)),
    ],
)
def test_duff_laws(predict, exact):
    found = predicted("duff", predict, ((-5.0, 5.0), (-5.0, 5.0)))
    assert np.abs(found.covariance - exact).max() <= 3 * found.numerical_error * exact.max()
    assert found.numerical_error < 1e-3


def test_duff():
    smooth = solve_continuous_lyapunov(DRIFT, -NOISE)
    euler = solve_discrete_lyapunov(np.eye(2) + DT * DRIFT, DT * NOISE)
    document = run(FILE, walkers=4096).document()
    measured, se = np.array(document["covariance"]), np.array(document["covariance_se"])
    assert np.all(np.abs(measured - euler) < 4.5 * se)
    assert document["verdict"] == "nonequilibrium"
    exact = document["predictions"]["gaussian"]
    assert np.array(exact["covariance"]) == pytest.approx(smooth, rel=1e-9)
    diffusion = NOISE / 2
    velocity = DRIFT + diffusion @ np.linalg.inv(smooth)
    production = np.trace(velocity.T @ np.linalg.inv(diffusion) @ velocity @ smooth)
    assert f"{production:.3g} nats" in document["why"]
