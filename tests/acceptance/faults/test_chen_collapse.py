"""Stochastic collapse on a quartic: the side of the start is the whole line; beyond a threshold all collapse."""

from __future__ import annotations

import pytest
from scipy.special import gamma, gammainc

from sgdtui.predict.prediction import Absence, Prediction
from tests.acceptance.faults.laws import row, smooth


@pytest.mark.parametrize("start", [1.0, -2.0])
@pytest.mark.parametrize("z", [10.0, 4.0, 19.0])
def test_chen_collapse(z, start):
    """With D = ηz x²/2: p ∝ x^(2/(ηz)·m - 2)·exp(-x²/(ηz)) on the half line of the start."""
    s = 0.1 * z
    power = 2 / s - 2  # of x
    half = (power + 1) / 2
    mean = s**0.5 * gamma(half + 0.5) / gamma(half)
    found = smooth(row("chen-collapse", z=z, **{"start.at": [start]}))
    assert isinstance(found, Prediction)
    side = 1 if start > 0 else -1
    assert found.mean[0] == pytest.approx(side * mean, rel=1e-9)
    assert found.observables["x2"] == pytest.approx(half * s, rel=1e-9)
    assert found.observables["near"] == pytest.approx(gammainc(half, 0.01 / s), abs=1e-9)
    if z == 10:
        assert abs(found.mean[0]) == pytest.approx(0.5642, abs=5e-5)
        assert found.observables["x2"] == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("z", [20.0, 30.0])
def test_beyond_the_threshold_walkers_collapse(z):
    found = smooth(row("chen-collapse", z=z))
    assert isinstance(found, Absence)
    assert found.reason in ("degenerate noise", "not normalisable")
    assert "at 0" in found.detail
