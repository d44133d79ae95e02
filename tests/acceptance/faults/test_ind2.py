"""Conditions that no bin's edge follows: an isotropic normal law, whose probabilities are known."""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import pytest

from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.chosen_temperature import gibbs_law
from sgdtui.predict.linear.law import gaussian
from tests.acceptance.faults.plane import predicted

SQUARE = ((-3.5, 3.5), (-3.5, 3.5))


def exact(variance: float) -> dict[str, float]:
    def within(bound: float) -> float:
        return erf(bound / sqrt(2 * variance))

    return {
        "near": 1 - exp(-0.25 / (2 * variance)),
        "strip": within(0.1),
        "quad": ((1 - within(0.05)) / 2) ** 2,
        "r": sqrt(pi * variance / 2),
        "ax": sqrt(2 * variance / pi),
    }


@pytest.mark.parametrize(
    ("predict", "variance"),
    [
        (lambda e, b: gibbs_law(e, b, None), 0.5),
        (fokker_planck, 0.5),
        (gaussian, 0.5),
        (transfer, 0.01 / (1 - 0.99**2)),
    ],
    ids=["gibbs", "fokker-planck", "gaussian", "transfer"],
)
def test_ind2(predict, variance):
    found, known = predicted("ind2", predict, SQUARE), exact(variance)
    assert exact(0.5)["strip"] == pytest.approx(0.112463, abs=5e-7)
    assert found.numerical_error < 1e-3
    for name, value in known.items():
        assert abs(found.observables[name] - value) <= 3 * found.numerical_error, name
        assert found.observables[name] == pytest.approx(value, abs=3e-5), name
