"""A lightly damped spring whose two noises differ much: one axis' steps are a tenth of a cell, the other's a cell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from tests.acceptance.faults.plane import FOLDER, predicted

DRIFT = np.array([[0.0, 1.0], [-1.0, -0.2]])
NOISE = np.diag([0.01, 0.4])
SQUARE = ((-5.0, 5.0), (-5.0, 5.0))


@pytest.mark.parametrize(
    ("predict", "exact"),
    [
        (fokker_planck, solve_continuous_lyapunov(DRIFT, -NOISE)),
        (transfer, solve_discrete_lyapunov(np.eye(2) + 0.01 * DRIFT, 0.01 * NOISE)),
    ],
)
def test_duff_laws(predict, exact):
    found = predicted("duff", predict, SQUARE)
    assert np.abs(found.covariance - exact).max() <= 3 * found.numerical_error * exact.max()
    assert found.numerical_error < 1e-3


@pytest.mark.slow
def test_duff():
    document = run(FOLDER / "duff.yaml", walkers=4096, steps=10_000, on_the_way=False).document()
    assert document["verdict"] == "nonequilibrium"
    assert document["predictions"]["transfer"]["agrees"] is True
