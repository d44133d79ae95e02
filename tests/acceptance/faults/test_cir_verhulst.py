"""Stochastic logistic growth: nobody dies out where the noise is weak enough, everybody where it is not."""

from __future__ import annotations

import pytest
from scipy.special import gammainc

from sgdtui.predict.prediction import Absence, Prediction
from tests.acceptance.faults.laws import row, smooth


@pytest.mark.parametrize("s2", [0.5, 0.8, 1.3])
def test_cir_verhulst(s2):
    """A Gamma law of shape 2/s² - 1 and rate 2/s², cut at the wall."""
    shape, rate, wall = 2 / s2 - 1, 2 / s2, 6.0
    whole = gammainc(shape, rate * wall)
    mean = shape / rate * gammainc(shape + 1, rate * wall) / whole
    second = shape * (shape + 1) / rate**2 * gammainc(shape + 2, rate * wall) / whole
    found = smooth(row("cir_verhulst", s2=s2))
    assert isinstance(found, Prediction)
    assert found.mean[0] == pytest.approx(mean, rel=1e-9)
    assert found.covariance[0, 0] == pytest.approx(second - mean**2, rel=1e-9)
    assert found.observables["low"] == pytest.approx(gammainc(shape, rate / 2) / whole, abs=1e-9)
    assert found.numerical_error < 1e-8
    if s2 == 0.5:
        assert (found.mean[0], found.covariance[0, 0]) == pytest.approx((0.75, 0.1875), abs=1e-6)
        assert found.observables["low"] == pytest.approx(0.323324, abs=1e-6)


@pytest.mark.parametrize("s2", [2.0, 2.5])
def test_extinction(s2):
    """For s² ≥ 2 the population dies out: no density, and the reason says where it goes."""
    found = smooth(row("cir_verhulst", s2=s2))
    assert isinstance(found, Absence)
    assert "at 0" in found.detail
