"""The loss abs(x), whose gradient jumps: the chain has a law."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import gaussian_chain, preset
from tests.acceptance.held import held, held_covariance


def test_lin2():
    x, mass = gaussian_chain(lambda x: x - 0.1 * np.sign(x), lambda x: 0.1 + 0 * x, [-1.6, 0, 1.6])
    mean = mass @ x
    variance = mass @ (x - mean) ** 2
    assert variance == pytest.approx(0.015886, abs=6e-7)
    document = run(preset("lin2"), walkers=4096).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["mean"][0] == pytest.approx(mean, abs=1e-8)
    assert transfer["covariance"][0][0] == pytest.approx(variance, rel=1e-6)
    assert transfer["numerical_error"] < 1e-6
    assert transfer["agrees"]
    held(document["mean"][0], document["mean_se"][0], mean, at_most=1e-3)
    held_covariance(document, 0, 0, variance, relative=2e-3)
    assert document["verdict"] == "equilibrium, not gibbs"
