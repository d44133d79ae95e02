"""An indicator whose edge lies inside a bin, in every prediction."""

from __future__ import annotations

from math import erf, exp, sqrt

import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.plane import FOLDER


def exact(variance: float) -> dict[str, float]:
    return {
        "inner": erf(0.55 / sqrt(2 * variance)),
        "left": (1 + erf(0.3 / sqrt(2 * variance))) / 2,
        "ring": 1 - exp(-0.25 / (2 * variance)),
    }


def test_bug_indicator_2d():
    document = run(FOLDER / "bug-indicator-2d.yaml", walkers=4096, steps=2000, on_the_way=False).document()
    assert exact(1)["inner"] == pytest.approx(0.417681, abs=5e-7)
    assert exact(1)["left"] == pytest.approx(0.617911, abs=5e-7)
    for name, variance in (
        ("gibbs", 1.0),
        ("fokker-planck", 1.0),
        ("gaussian", 1.0),
        ("transfer", 0.02 / (1 - 0.99**2)),
    ):
        law = document["predictions"][name]["observables"]
        for key, value in exact(variance).items():
            assert law[key] == pytest.approx(value, abs=2e-6), (name, key)
