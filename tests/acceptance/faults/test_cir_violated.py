"""CIR below Feller: noise vanishes at 0, and Euler steps pass it; the law asked for is the one of those steps."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import cell_chain, preset
from tests.acceptance.held import held, held_observable

DT = 0.002


def below(at, x):
    from scipy.special import ndtr

    mean, spread = x + (1 - x) * DT, np.sqrt(4 * np.maximum(x, 0) * DT)
    return ndtr((at[:, None] - mean) / np.maximum(spread, 1e-12))


def cells(n):
    """Cells of even width in √x above 0 and fine ones below, where no noise is: the finest near 0."""
    return np.concatenate([np.linspace(-0.04, 0, n // 3 + 1)[:-1], np.linspace(0, np.sqrt(30), n + 1) ** 2])


def low(grid):
    x, mass = cell_chain(below, grid)
    cumulated = np.concatenate([[0.0], np.cumsum(mass)])
    return float(np.interp(0.05, grid, cumulated)), float(mass @ x)


def test_cir_violated():
    coarse, fine = low(cells(600)), low(cells(1200))
    share = fine[0] + (fine[0] - coarse[0]) / 3
    document = run(preset("cir_violated"), walkers=4096).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["mean"][0] == pytest.approx(
        1, abs=1e-4
    )  # exact for every Euler step; 1e-4 is the error stated
    # E x² = (1 - h)²E x² + 2h(1 - h)E x + h² + 4h E max(x, 0), and E max(x, 0) is a little above one.
    least = 4 * DT / (1 - (1 - DT) ** 2)
    assert least < transfer["covariance"][0][0] < least * 1.002
    assert transfer["observables"]["low"] == pytest.approx(share, abs=3e-4)
    assert transfer["observables"]["low"] == pytest.approx(
        0.176937, abs=0.004
    )  # the SDE's own, from steps of dt
    assert transfer["numerical_error"] < 2e-3
    assert transfer["agrees"]
    held(document["mean"][0], document["mean_se"][0], 1.0, at_most=0.01)
    held_observable(document, "low", transfer["observables"]["low"], at_most=0.002)
    assert document["verdict"] != "no stationary law"
