"""Noise that grows faster than the distance: explicit Euler blows up at any affordable dt, the equation does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("ziyin-balance.yaml")


@pytest.mark.slow
def test_ziyin_balance():
    result = run(
        FILE, walkers=4096, variants=False, on_the_way=False, **{"run.burn_in": 500, "run.steps": 4000}
    )
    document = result.document()
    assert document["lost"] > 4
    assert document["verdict"] == "undecided"
    assert "The scheme is unstable, not the equation" in document["why"]
    assert "dt = 0.005" in document["why"]
    assert "escape" not in document["why"]
