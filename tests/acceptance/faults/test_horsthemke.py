"""The genetic model: strong noise parts the law in two, in the convention that is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from sgdtui.predict.prediction import Prediction
from tests.acceptance.faults.laws import row, smooth

CASES = [(8.0, "stratonovich", 0.5), (2.0, "stratonovich", 0.5), (8.0, "ito", 0.0), (5.0, "anti-ito", 1.0)]


@pytest.mark.parametrize(("s2", "convention", "a"), CASES)
def test_horsthemke(s2, convention, a):
    def weight(q: float) -> float:
        # ∫(½ - q)/(q²(1 - q)²) dq = -1/(2q(1 - q))
        return (q * (1 - q)) ** (2 * (a - 1)) * np.exp(-1 / (s2 * q * (1 - q)) + 4 / s2)

    def integral(function, low=0.0, high=1.0):
        places = [p for p in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98) if low < p < high]
        return quad(lambda q: function(q) * weight(q), low, high, points=places, epsabs=1e-14, limit=400)[0]

    whole = integral(np.ones_like)
    found = smooth(row("horsthemke", **{"s2": s2, "dynamics.convention": convention}))
    assert isinstance(found, Prediction)
    assert found.mean[0] == pytest.approx(0.5, abs=1e-10)
    assert found.covariance[0, 0] == pytest.approx(integral(lambda q: (q - 0.5) ** 2) / whole, rel=1e-9)
    assert found.observables["mid"] == pytest.approx(integral(np.ones_like, 0.3, 0.7) / whole, abs=1e-9)
    if (s2, a) == (8.0, 0.5):
        assert found.covariance[0, 0] == pytest.approx(0.0711556, abs=5e-8)
        assert found.observables["mid"] == pytest.approx(0.415167, abs=5e-7)
