"""Wright–Fisher with mutation: Beta(2a, 2b), integrable singularities at the walls included."""

from __future__ import annotations

import pytest
from scipy.special import betainc

from sgdtui.predict.prediction import Absence, Prediction
from tests.acceptance.faults.laws import row, smooth


@pytest.mark.parametrize(("a", "b"), [(0.75, 1.5), (0.2, 0.4), (0.03, 0.05), (3.0, 0.1)])
def test_wright_fisher(a, b):
    p, q = 2 * a, 2 * b
    found = smooth(row("wright_fisher", a=a, b=b))
    assert isinstance(found, Prediction)
    assert found.mean[0] == pytest.approx(p / (p + q), rel=1e-8)
    assert found.covariance[0, 0] == pytest.approx(p * q / ((p + q) ** 2 * (p + q + 1)), rel=1e-8)
    assert found.observables["low"] == pytest.approx(betainc(p, q, 0.1), abs=1e-9)
    assert found.probability.sum() == pytest.approx(1, abs=1e-9)
    if a == 0.75:
        assert found.observables["low"] == pytest.approx(0.122341, abs=5e-7)


@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (0.0, 1.0)])
def test_without_mutation_walkers_end_at_a_wall(a, b):
    found = smooth(row("wright_fisher", a=a, b=b))
    assert isinstance(found, Absence)
    assert found.reason == "degenerate noise"
    assert "at 0" in found.detail
