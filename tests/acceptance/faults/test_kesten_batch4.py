"""A product of random factors at batch 4: a tail of index 3.5, so that a variance exists and a kurtosis does not."""

from __future__ import annotations

import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.independent import preset
from tests.acceptance.held import held_covariance, held_observable


def test_kesten_batch4():
    """E w² = (η²s²/4)/(1 - E(1 - ηĀ)²) = .25/(1 - .5) with Ā the mean of four squares of normals."""
    document = run(preset("kesten-batch4"), walkers=16384, steps=1000, variants=False).document()
    transfer = document["predictions"]["transfer"]
    assert transfer["covariance"][0][0] == pytest.approx(0.5, abs=1e-4)
    assert transfer["mean"][0] == pytest.approx(0, abs=1e-5)
    assert transfer["numerical_error"] < 3e-3
    assert transfer["agrees"]
    assert "paper" not in transfer["observables"]  # E w⁴ is infinite
    held_observable(document, "b4", transfer["observables"]["b4"], at_most=1e-4)
    held_covariance(document, 0, 0, 0.5, relative=0.05)
    assert document["verdict"] != "no stationary law"
