"""The same loans, standardized: the chain's covariance is not Gibbs's, whose error hides as much as it should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("scaled.yaml")


def variances(eta=0.1, batch=4, walkers=8000, burn_in=400, steps=400, every=20):
    """Of the chain itself, with their standard errors, by numpy."""
    table = np.loadtxt(FILE.with_name("loans.csv"), delimiter=",", skiprows=1)
    features = (table[:, :2] - table[:, :2].mean(axis=0)) / table[:, :2].std(axis=0)
    rows, target = np.column_stack([features, np.ones(len(table))]), table[:, 2]
    rng = np.random.default_rng(0)
    w = np.zeros((walkers, 3))
    seen = []
    for step in range(burn_in + steps):
        drawn = rng.integers(len(rows), size=(walkers, batch))
        a = rows[drawn]
        residual = 1 / (1 + np.exp(-np.einsum("nbi,ni->nb", a, w))) - target[drawn]
        w = w - eta * np.einsum("nb,nbi->ni", residual, a) / batch
        if step >= burn_in and step % every == 0:
            seen.append(w)
    seen = np.array(seen)
    square = (seen - seen.mean(axis=(0, 1))) ** 2
    return square.mean(axis=(0, 1)), square.mean(axis=0).std(axis=0) / walkers**0.5


def test_scaled():
    document = run(FILE, walkers=4096).document()
    exact, error = variances()
    assert exact == pytest.approx([0.01478, 0.01347, 0.01269], rel=0.02)
    measured, se = np.diag(document["covariance"]), np.diag(document["covariance_se"])
    assert np.all(np.abs(measured - exact) < 4.5 * np.hypot(error, se))
    assert document["verdict"] != "gibbs"
    assert document["verdict"] != "no stationary law"
    assert document["predictions"]["gibbs"]["agrees"] is not True
    law = np.diag(document["predictions"]["gibbs"]["covariance"])
    assert law == pytest.approx([0.01545, 0.01250, 0.01286], rel=0.015)
