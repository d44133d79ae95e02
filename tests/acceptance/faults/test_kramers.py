"""A run that ends while a quarter of the walkers have still to arrive: the mean is of all of them."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of

EXACT = 729.671


def test_kramers():
    result = run(path_of("kramers"), variants=False, walkers=2048, steps=100_000, on_the_way=False)
    found = result.document()["first_passage"]
    assert found["censored"] is True
    assert 0.6 < found["fraction"] < 0.85
    assert found["predicted_time"] == pytest.approx(EXACT, rel=1e-5)
    se = found["se_steps"] * 0.01
    assert se < 25  # 730/√(2048·.75) = 18.6, and what the extrapolation adds
    assert abs(found["mean_time"] - found["chain_time"]) < 4 * se
    assert abs(found["sde_time"] - EXACT) < 4 * found["sde_time_se"]
    # Among those that arrived within 1000 alone: 730 - 1000/(e^(1000/730) - 1), far below.
    assert found["mean_time"] > 730 - 1000 / np.expm1(1000 / 730) + 8 * se
    low, high = result.experiment.space.domain[0]
    assert low < -1.5
    assert high > 1.0
    assert result.document()["histogram"]["outside"] < 0.01
    assert result.verdict == "undecided"
    assert "stop" in result.document()["why"]
