"""Geometric Brownian motion with a pull: an inverse-Gamma law with an algebraic tail."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import preset
from tests.acceptance.held import held, held_observable


def test_igbm():
    from scipy.special import gammaincc

    document = run(preset("igbm"), walkers=4096).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["mean"][0] == pytest.approx(1, abs=1e-7)  # exact for every Euler step
    dt, s2 = 0.002, 0.8
    second = (2 * dt * (1 - dt) + dt**2) / (1 - (1 - dt) ** 2 - s2 * dt)  # E x'² of an Euler step
    assert transfer["covariance"][0][0] == pytest.approx(second - 1, rel=1e-5)
    assert transfer["observables"]["m2"] == pytest.approx(second, rel=1e-5)
    # The SDE's own: inverse Gamma of shape 1 + 2/s2 and scale 2/s2; an Euler step is dt away.
    exact = float(gammaincc(3.5, 2.5 / 0.5))
    assert exact == pytest.approx(0.188573, abs=6e-7)
    assert transfer["observables"]["low"] == pytest.approx(exact, abs=1e-3)
    assert transfer["numerical_error"] < 1e-6
    assert transfer["agrees"]
    held(document["mean"][0], document["mean_se"][0], 1.0, at_most=0.01)
    held_observable(document, "low", transfer["observables"]["low"], at_most=0.003)
    assert document["verdict"] != "no stationary law"


@pytest.mark.parametrize(("s2", "exists"), [(1.2, True), (2.5, False)])
def test_igbm_with_and_without_a_variance(s2, exists):
    """The tail index is 1 + 2/s2: a variance exists below s2 = 2 alone, a mean always."""
    from sgdtui.predict.chain.law import transfer
    from sgdtui.preset.change import changed
    from sgdtui.preset.load import load

    found = transfer(changed(load(preset("igbm")), {"s2": s2}), (np.linspace(0, 12, 101),))
    dt = 0.002
    if exists:
        second = (2 * dt * (1 - dt) + dt**2) / (1 - (1 - dt) ** 2 - s2 * dt)
        assert found.covariance[0, 0] == pytest.approx(second - 1, rel=1e-5)
    else:
        assert found.covariance is None
        assert found.mean[0] == pytest.approx(1, abs=1e-6)
