"""A double well times two bowls, started on the saddle: both wells are found, and a law there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("s3a.yaml")


def chain_second_moment(eta):
    """E x² of x' = x - eta (x³ - x) + eta·normal, from the kernel on a grid."""
    x = np.linspace(-2.4, 2.4, 1601)
    kernel = np.exp(-((x[:, None] - (x - eta * (x**3 - x))[None, :]) ** 2) / (2 * eta**2))
    kernel /= kernel.sum(axis=0)
    law = np.exp(-((x**2 - 1) ** 2) / 4 / (eta / 2))
    for _ in range(4000):
        law = kernel @ (law / law.sum())
    return float(x**2 @ law)


def test_s3a():
    exact = chain_second_moment(0.1)
    assert exact == pytest.approx(0.93052, abs=2e-5)
    document = run(FILE, walkers=4096).document()
    measured = document["observables"]["xx"]
    assert abs(measured["value"] - exact) < 4.5 * measured["se"]
    assert document["verdict"] in ("equilibrium, not gibbs", "undecided")
    assert "for ever" not in document["why"]
    law = document["predictions"]["gibbs"]
    x = np.linspace(-3, 3, 4001)
    weight = np.exp(-((x**2 - 1) ** 2) / 4 / 0.05)
    assert law["observables"]["xx"] == pytest.approx(x**2 @ weight / weight.sum(), abs=0.004)
    assert law["observables"]["right"] == pytest.approx(0.5, abs=0.006)
    gaussian = document["predictions"]["gaussian"]
    assert abs(gaussian["mean"][0]) == pytest.approx(1)
