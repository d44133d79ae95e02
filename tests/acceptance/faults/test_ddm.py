"""A decision between two bounds: which is met first is measured where walkers stop, not among those that still run."""

from __future__ import annotations

import pytest

from sgdtui.cli.report import report
from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of


def test_ddm():
    result = run(path_of("ddm"), walkers=16384, on_the_way=False)
    document = result.document()
    found = document["first_passage"]
    assert found["predicted_time"] == pytest.approx(0.655638, abs=1e-6)
    assert abs(found["sde_time"] - 0.655638) < 4 * found["sde_time_se"]
    assert abs(found["mean_time"] - found["chain_time"]) < 4 * found["se_steps"] * 0.001
    upper = found["observables"]["upper"]
    assert upper["predicted"] == pytest.approx(0.912255, abs=1e-6)
    # √(.9123·.0877/16384) = .0022; the steps themselves, with exits at ±1.0184, leave above with .91382.
    assert upper["se"] == pytest.approx(0.0022, rel=0.4)
    assert abs(upper["value"] - 0.912255) < 4 * upper["se"] + 0.0016
    assert document["verdict"] == "undecided"
    assert "spread for ever" not in document["why"]
    assert "at exit" in report(document)
    low, high = result.experiment.space.domain[0]
    assert low < -0.9
    assert 0.9 < high < 2


def test_ddm_cut_short():
    """The late decisions are more often for the lower bound: the share among the early ones is not the share."""
    found = run(path_of("ddm"), walkers=16384, steps=900, on_the_way=False).document()["first_passage"]
    assert found["censored"] is True
    assert found["fraction"] < 0.8
    assert abs(found["mean_time"] - found["chain_time"]) < 4 * found["se_steps"] * 0.001
    upper = found["observables"]["upper"]
    assert abs(upper["value"] - 0.9138) < 4 * upper["se"]
