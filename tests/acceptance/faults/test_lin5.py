"""The pinball loss on a column drawn afresh: steps of two lengths, so that walkers keep to a lattice."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import preset, simulated
from tests.acceptance.held import held, held_covariance


def step(w, rng):
    return w - 0.05 * np.where(rng.exponential(size=len(w)) > w, -0.7, 0.3)


def lattice_law(last=400):
    """Walkers from 0 keep to multiples of 0.005: up 7 with probability exp(-w), else down 3."""
    places = np.arange(last) * 0.005
    kernel = np.zeros((last, last))
    for i, w in enumerate(places):
        kernel[min(i + 7, last - 1), i] += np.exp(-w)
        kernel[max(i - 3, 0), i] += 1 - np.exp(-w)
    system = np.vstack([(np.eye(last) - kernel)[:-1], np.ones(last)])
    mass = np.linalg.solve(system, np.append(np.zeros(last - 1), 1.0))
    mean = mass @ places
    return mean, mass @ (places - mean) ** 2


def test_lin5():
    mean, variance = lattice_law()
    (own, se), (second, second_se) = simulated(step, 1.2, [lambda w: w, lambda w: w**2], burn_in=500)
    assert own == pytest.approx(mean, abs=5 * se)
    assert second - own**2 == pytest.approx(variance, abs=5 * (second_se + 3 * se))
    document = run(preset("lin5"), walkers=4096).document()
    transfer = document["predictions"]["transfer"]
    # Ten steps lead back at the earliest and every tenth is recorded: one place in ten is seen.
    assert transfer["mean"][0] == pytest.approx(mean, abs=1e-4)
    assert transfer["covariance"][0][0] == pytest.approx(variance, rel=1e-3)
    assert any("multiple of 10 steps" in note for note in transfer["notes"])
    assert transfer["singular"]
    assert transfer["agrees"]
    held(document["mean"][0], document["mean_se"][0], mean, at_most=1e-3, slack=1e-4)
    held_covariance(document, 0, 0, variance, relative=0.005)
    assert document["verdict"] != "no stationary law"
