"""A noisy limit cycle: a thin ring, round which the walkers run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from tests.acceptance.faults.plane import FOLDER, predicted

SQUARE = ((-1.7, 1.7), (-1.7, 1.7))


def average(power: int, low: float = 0.0, high: float = 9.0) -> float:
    """∫ u^power exp(-(u - 1)²/(4 D)), u = r², D = .02: rotation leaves the gradient's law as it is."""
    return float(
        quad(lambda u: u**power * np.exp(-((u - 1) ** 2) / 0.08), low, high, points=[1], epsabs=1e-13)[0]
    )


def test_hopf_sde():
    found = predicted("hopf", fokker_planck, SQUARE)
    whole = average(0)
    assert average(1) / whole == pytest.approx(1, abs=1e-6)
    assert average(2) / whole == pytest.approx(1.04, abs=1e-6)
    error = 3 * found.numerical_error
    assert found.numerical_error < 1e-3
    assert abs(found.observables["rr"] - average(1) / whole) < error
    assert abs(found.observables["r4"] - average(2) / whole) < error
    assert abs(found.observables["inner"] - average(0, 0, 0.64) / whole) < error
    assert found.observables["inner"] == pytest.approx(ndtr(-0.36 / 0.2), abs=1e-4)
    assert found.entropy_production == pytest.approx(450, rel=1e-4)
    # The phase diffuses with D⟨r⁻²⟩ or nearly so; the amplitude relaxes a hundred times faster.
    assert found.relaxation_time == pytest.approx(48, rel=0.05)


@pytest.mark.slow
def test_hopf_chain_tends_to_the_sde():
    gaps = []
    for dt in (0.004, 0.002):
        found = predicted("hopf", transfer, SQUARE, dt=dt)
        assert found.numerical_error < 1e-3
        gaps.append(found.observables["r4"] - 1.04)
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.05)
    # To first order in dt the radius gains w²r²dt/2 a unit time, so that r² settles where 2(r² - 1) = w² dt.
    assert gaps[1] == pytest.approx(2 * 9 * 0.002 / 2, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("dt", [0.002, 0.005])
def test_hopf(dt):
    document = run(
        FOLDER / "hopf.yaml", walkers=4096, burn_in=10_000, steps=5000, dt=dt, on_the_way=False
    ).document()
    law = document["predictions"]["transfer"]
    for name in ("rr", "r4", "inner"):
        measured = document["observables"][name]
        assert abs(measured["value"] - law["observables"][name]) < 5 * measured["se"]
    assert law["distance"]["tv"] < 0.02
    assert document["predictions"]["fokker-planck"]["distance"]["tv"] < 0.1
