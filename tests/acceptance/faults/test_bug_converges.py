"""A fit without noise: every walker arrives in the valley where nothing moves any more, and nobody spreads."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("bug-converges.yaml")


@pytest.mark.parametrize("changes", [{}, {"burn_in": 4000}, {"eta": 0.02, "steps": 6000}])
def test_bug_converges(changes):
    document = run(FILE, walkers=1024, **changes).document()
    assert document["verdict"] == "undecided"
    assert document["why"].startswith("Converged: every walker")
    assert document["lost"] == 0


def test_bug_converges_not_before_they_arrived():
    document = run(FILE, walkers=1024, steps=20).document()
    assert "onverged" not in document["why"]
    assert document["verdict"] == "undecided"
