"""One exponential loss: the chain comes back from both sides, however steep one of them is."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import gaussian_chain, preset
from tests.acceptance.held import held, held_covariance


def test_poisson_one():
    x, mass = gaussian_chain(lambda x: x - 0.1 * np.expm1(x), lambda x: 0.1 + 0 * x, [-2.5, 1.8])
    mean = mass @ x
    variance = mass @ (x - mean) ** 2
    assert (mean, variance) == (pytest.approx(-0.0265265, abs=6e-8), pytest.approx(0.0539018, abs=1e-7))
    document = run(preset("poisson_one"), walkers=4096).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["mean"][0] == pytest.approx(mean, abs=1e-8)
    assert transfer["covariance"][0][0] == pytest.approx(variance, rel=1e-7)
    assert transfer["observables"]["m2"] == pytest.approx(variance + mean**2, rel=1e-7)
    assert transfer["agrees"]
    held(document["mean"][0], document["mean_se"][0], mean, at_most=1e-3)
    held_covariance(document, 0, 0, variance, relative=2e-3)
    assert document["verdict"] == "equilibrium, not gibbs"
