"""Loans whose incomes are not scaled: the gradients are bounded, so a law there is, far away; standardize."""

from __future__ import annotations

from pathlib import Path

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("unscaled.yaml")


def test_unscaled():
    document = run(FILE, walkers=1024, burn_in=20_000, steps=40_000, every=1000).document()
    assert document["verdict"] == "undecided"
    assert "for ever" not in document["why"]
    assert "want standardizing" in document["why"]
    assert "income" in document["why"]
    # Scores of some hundred times the income's size are still numbers: nobody is lost.
    assert document["lost"] == 0
