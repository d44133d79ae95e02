"""A curved valley far thinner than it is long."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.chosen_temperature import gibbs_law
from tests.acceptance.faults.plane import predicted

WINDOW = ((-0.5, 2.5), (-0.5, 6.0))
VARIANCE = 0.05
"""Of x under exp(-L/T), T = .005: given x, y is normal about x² with variance T/10."""


@pytest.mark.parametrize(
    "predict",
    [
        lambda e, b: gibbs_law(e, b, None),
        pytest.param(fokker_planck, marks=pytest.mark.slow),
    ],
    ids=["gibbs", "fokker-planck"],
)
def test_rosenbrock_sde(predict):
    found = predicted("rosenbrock", predict, WINDOW)
    fourth = 3 * VARIANCE**2 + 6 * VARIANCE + 1
    exact = np.array([[VARIANCE, 2 * VARIANCE], [2 * VARIANCE, fourth - (1 + VARIANCE) ** 2 + 0.0005]])
    error = 3 * found.numerical_error
    assert found.numerical_error < 0.05
    deviation = np.sqrt(np.diag(exact))
    assert np.all(np.abs(found.mean - [1, 1 + VARIANCE]) < error * deviation)
    assert np.all(np.abs(found.covariance - exact) < error * np.outer(deviation, deviation))


@pytest.mark.slow
def test_rosenbrock():
    """The chain's own law against numpy walkers, which start in the SDE's: the valley relaxes in 5000 steps."""
    found = predicted("rosenbrock", transfer, WINDOW)
    assert found.numerical_error < 0.05
    rng = np.random.default_rng(3)
    walkers, eta = 8192, 0.01
    x = 1 + np.sqrt(VARIANCE) * rng.standard_normal(walkers)
    y = x**2 + np.sqrt(0.0005) * rng.standard_normal(walkers)
    total = np.zeros((2, walkers))
    for number in range(40_000):
        slope = 10 * (y - x * x)
        noise = eta * rng.standard_normal((2, walkers))
        x, y = x - eta * ((x - 1) / 10 - 2 * x * slope) + noise[0], y - eta * slope + noise[1]
        if number >= 20_000:
            total += np.stack([x, x * x]) / 20_000
    se = total.std(axis=1) / np.sqrt(walkers)
    error = 3 * found.numerical_error * np.sqrt(VARIANCE)
    assert abs(total[0].mean() - found.mean[0]) < 4 * se[0] + error
    assert abs(total[1].mean() - found.observables["xx"]) < 4 * se[1] + 2 * error
    assert found.mean[0] < 1 - 4 * se[0]
