"""Two weights over rows: entropy production is predicted but not measured, and no sentence quotes a measured zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.held import held_covariance

FILE = Path(__file__).with_name("epr_rows.yaml")
ROWS = np.array(
    [[1, 0, 3], [1, 0, -3], [1, 1, 0.2], [1, 1, -0.2], [0.2, 1, 0.1], [0.2, 1, -0.1]], dtype=float
)
ETA = 0.1


def exact_covariance():
    """E w wᵀ of w' = (1 - η a aᵀ) w + η a y, a row drawn at random: a linear equation for nine numbers."""
    steps = [np.eye(2) - ETA * np.outer(row[:2], row[:2]) for row in ROWS]
    assert np.allclose(sum(row[:2] * row[2] for row in ROWS), 0)  # so that the mean is zero
    moved = sum(np.kron(step, step) for step in steps) / len(ROWS)
    kicks = sum(ETA**2 * row[2] ** 2 * np.outer(row[:2], row[:2]) for row in ROWS) / len(ROWS)
    # E step·w·(η a y)ᵀ vanishes with the mean.
    return np.linalg.solve(np.eye(4) - moved, kicks.ravel()).reshape(2, 2)


@pytest.mark.slow
def test_epr_rows():
    document = run(FILE, walkers=8192).document()
    exact = exact_covariance()
    for i, j in ((0, 0), (0, 1), (1, 1)):
        held_covariance(document, i, j, exact[i, j], relative=0.005)
    flow = document["flow"]
    assert flow["entropy_production"] is None
    assert flow["entropy_production_se"] is None
    assert flow["predicted_entropy_production"] > 5
    assert document["verdict"] == "nonequilibrium"
    assert "measured" not in document["why"]
    assert "nats" in document["why"]
    # The area rate is measured, and says the same: E(x₀x₁' - x₁x₀') = E ((1 - ηH)w)₁w₀ - …
    mean = np.eye(2) - ETA * sum(np.outer(row[:2], row[:2]) for row in ROWS) / len(ROWS)
    turned = mean @ exact
    rate = (turned[1, 0] - turned[0, 1]) / ETA
    assert abs(flow["area_rate"] - rate) < 4.5 * flow["area_rate_se"]
    assert flow["area_rate_se"] < 0.02 * abs(rate)
