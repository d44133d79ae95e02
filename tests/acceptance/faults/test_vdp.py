"""Van der Pol's oscillator in noise: slow arcs, fast jumps, a law as thin as the noise."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from tests.acceptance.faults.plane import FOLDER, predicted

SQUARE = ((-3.0, 3.0), (-4.0, 4.0))


def test_vdp_sde():
    """E xy = -D and E (m(1 - x²)y² - xy) = -D follow from the stationary moments; E x² from two other solvers."""
    found = predicted("vdp", fokker_planck, SQUARE)
    error = 3 * found.numerical_error
    assert found.numerical_error < 2e-3
    assert found.covariance[0, 1] == pytest.approx(-0.025, abs=2 * error)
    assert found.observables["xx"] == pytest.approx(2.1336, abs=0.004)
    assert found.observables["yy"] == pytest.approx(1.9966, abs=0.004)
    assert found.entropy_production == pytest.approx(242.6, rel=2e-3)


@pytest.mark.slow
def test_vdp_chain_tends_to_the_sde():
    """Two steps extrapolated to none give the SDE's law, found by other equations."""
    fine, coarse = (predicted("vdp", transfer, SQUARE, dt=dt).observables["xx"] for dt in (0.0005, 0.001))
    exact = predicted("vdp", fokker_planck, SQUARE).observables["xx"]
    assert 2 * fine - coarse == pytest.approx(exact, abs=3e-5)
    assert coarse - exact == pytest.approx(2 * (fine - exact), rel=0.02)


def test_vdp_chain_is_that_of_the_walkers():
    """Euler's steps in numpy, at a longer dt: 4000 walkers over 40 units of time."""
    rng = np.random.default_rng(5)
    dt, walkers = 0.02, 4000
    x, y = rng.uniform(-2, 2, size=(2, walkers))
    total = np.zeros(walkers)
    for number in range(4000):
        noise = np.sqrt(0.05 * dt) * rng.standard_normal((2, walkers))
        x, y = x + dt * y + noise[0], y + dt * ((1 - x * x) * y - x) + noise[1]
        if number >= 2000:
            total += x * x / 2000
    found = predicted("vdp", transfer, SQUARE, dt=dt)
    se = total.std() / np.sqrt(walkers)
    assert se < 3e-3
    assert abs(total.mean() - found.observables["xx"]) < 4 * se
    assert found.observables["xx"] - 2.1314 > 10 * se  # the bias of dt is there to be seen


@pytest.mark.slow
def test_vdp():
    document = run(FOLDER / "vdp.yaml", walkers=4096, burn_in=10_000, steps=5000, on_the_way=False).document()
    law, measured = document["predictions"]["transfer"], document["observables"]["xx"]
    assert abs(measured["value"] - law["observables"]["xx"]) < 5 * measured["se"]
    assert law["distance"]["tv"] < 0.03
    assert document["predictions"]["fokker-planck"]["distance"]["tv"] < 0.1
