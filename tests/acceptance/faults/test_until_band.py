"""Euler steps miss exits between them: the report gives the steps' own mean and the SDE's, each where it belongs."""

from __future__ import annotations

import pytest

from sgdtui.cli.report import report
from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of

EXACT = 2.578475


def test_until_band():
    result = run(path_of("until_band"), walkers=8192, steps=40_000, on_the_way=False)
    found = result.document()["first_passage"]
    assert found["predicted_time"] == pytest.approx(EXACT, abs=1e-6)
    assert found["chain_time"] == pytest.approx(2.7052, abs=1e-3)
    assert found["bias_dt"] == pytest.approx(found["chain_time"] - EXACT, abs=1e-5)
    se = found["se_steps"] * 0.001
    assert se < 0.035
    assert abs(found["mean_time"] - found["chain_time"]) < 4 * se
    assert abs(found["sde_time"] - EXACT) < 4 * found["sde_time_se"]
    low, high = result.experiment.space.domain[0]
    assert low < -0.95
    assert high > 1.45
    told = report(result.document())
    assert "the bias of dt, 0.12677" in told
    assert "walkers still on their way" in told


def test_until_band_on_the_plane():
    """No prediction off the line: a run at 2 dt tells the bias. Two such bands at once, the exact time from the line's
    survival: P(τ > t) = S(t)², here by a finite-volume operator.
    """
    import numpy as np
    from scipy.linalg import expm

    cells = 500
    edges = np.linspace(-1, 1.5, cells + 1)
    h = edges[1] - edges[0]
    x = (edges[1:] + edges[:-1]) / 2
    up, down = 0.5 / h**2 - edges[1:] / (2 * h), 0.5 / h**2 + edges[:-1] / (2 * h)
    up[-1], down[0] = 2 * 0.5 / h**2, 2 * 0.5 / h**2  # half a cell to the absorbing ends
    rates = np.diag(-(up + down)) + np.diag(up[:-1], -1) + np.diag(down[1:], 1)
    law = np.zeros(cells)
    law[np.argmin(np.abs(x))] = 1
    step = expm(0.02 * rates)
    survival = [1.0]
    for _ in range(1500):
        law = step @ law
        survival.append(law.sum())
    squares = np.array(survival) ** 2
    exact = 0.02 * (squares.sum() - (squares[0] + squares[-1]) / 2)

    from sgdtui.preset.load import load_text

    text = """
loss: "x**2/2 + y**2/2"
variables: [x, y]
noise: "1"
dynamics: {kind: sde, eta: 1, dt: 0.004}
until: "x > 1.5 or x < -1 or y > 1.5 or y < -1"
run: {walkers: 16384, steps: 4000, burn_in: 0}
"""
    found = run(load_text(text), on_the_way=False).document()["first_passage"]
    assert found["predicted_time"] is None
    assert found["bias_dt"] > 4 * found["bias_dt_se"]
    assert abs(found["sde_time"] - exact) < 4 * found["sde_time_se"]
    assert found["mean_time"] - exact > 4 * found["se_steps"] * 0.004
