"""A strip narrower than any bin, under a chain whose x is an exact autoregression."""

from __future__ import annotations

from math import erf, sqrt

import pytest

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from tests.acceptance.faults.plane import FOLDER, predicted

SQUARE = ((-2.5, 2.5), (-2.5, 2.5))


def test_ind2b_law():
    found = predicted("ind2b", transfer, SQUARE)
    variance = 0.3**2 / (1 - 0.7**2)
    exact = erf(0.02 / sqrt(2 * variance))
    assert exact == pytest.approx(0.0379720, abs=1e-6)
    assert abs(found.observables["strip"] - exact) <= 3 * found.numerical_error
    assert found.observables["strip"] == pytest.approx(exact, abs=2e-6)
    assert found.covariance[1, 1] == pytest.approx((0.09 + 0.045 * variance) / 0.51, rel=1e-6)


def test_ind2b():
    document = run(FOLDER / "ind2b.yaml", walkers=4096, steps=10_000, on_the_way=False).document()
    for name in ("near", "strip", "r"):
        measured = document["observables"][name]
        law = document["predictions"]["transfer"]["observables"][name]
        assert measured["se"] < 0.01 * law
        assert abs(measured["value"] - law) < 5 * measured["se"], name
