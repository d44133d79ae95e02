"""Columns drawn afresh: quadrature of any order keeps the moments."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.data import Distribution


@pytest.mark.parametrize("order", [8, 48, 150, 4000])
@pytest.mark.parametrize(
    ("law", "mean", "variance"),
    [
        (Distribution("normal", (1.0, 2.0)), 1.0, 4.0),
        (Distribution("exponential", (2.0,)), 2.0, 4.0),
        (Distribution("uniform", (0.0, 6.0)), 3.0, 3.0),
        (Distribution("bernoulli", (0.25,)), 0.25, 0.1875),
        (Distribution("choice", (1.0, 3.0, 0.5, 0.5)), 2.0, 1.0),
    ],
)
def test_moments(law: Distribution, mean: float, variance: float, order: int) -> None:
    nodes, weights = law.quadrature(order)
    assert np.all(np.isfinite(weights))
    assert weights.sum() == pytest.approx(1)
    assert weights @ nodes == pytest.approx(mean)
    assert weights @ (nodes - mean) ** 2 == pytest.approx(variance)
