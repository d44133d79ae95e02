"""A fast rotation: steps small beside a cell, carried far by the turning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from tests.acceptance.faults.plane import FOLDER, predicted

SQUARE = ((-1.5, 1.5), (-1.5, 1.5))


@pytest.mark.parametrize(
    ("w", "dt", "variance"),
    [(2, 0.005, 0.101266), (5, 0.005, 0.106952), (8, 0.005, 0.119403), (8, 0.001, 0.103359)],
)
def test_whirl_chain(w, dt, variance):
    found = predicted("whirl", transfer, SQUARE, w=w, dt=dt)
    step = np.eye(2) + dt * np.array([[-1.0, w], [-w, -1.0]])
    exact = solve_discrete_lyapunov(step, 0.2 * dt * np.eye(2))
    assert exact[0, 0] == pytest.approx(variance, abs=6e-7)
    assert np.abs(found.covariance - exact).max() <= 3 * found.numerical_error * exact[0, 0]
    assert found.numerical_error < 1e-3
    assert found.probability.sum() + found.outside == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("w", [2, 5, 8, 40])
def test_whirl_sde(w):
    found = predicted("whirl", fokker_planck, SQUARE, w=w)
    assert np.abs(found.covariance - 0.1 * np.eye(2)).max() <= 3 * found.numerical_error * 0.1
    assert found.numerical_error < 1e-3
    assert found.entropy_production == pytest.approx(2 * w**2, rel=1e-3)  # w²⟨r²⟩/D
    assert found.relaxation_time == pytest.approx(1, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("w", [5, 8])
def test_whirl(w):
    document = run(FOLDER / "whirl.yaml", walkers=4096, w=w, steps=10_000, on_the_way=False).document()
    assert document["verdict"] == "nonequilibrium"
    assert document["predictions"]["transfer"]["agrees"] is True
