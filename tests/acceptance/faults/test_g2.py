"""A coupled quartic in three dimensions, its start a saddle: the law is Gibbs's, with both wells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("g2.yaml")


def test_g2():
    x, y = np.meshgrid(np.linspace(-5, 5, 801), np.linspace(-6, 6, 801), indexing="ij")
    weight = np.exp(-(x**4 / 4 + y**2 / 2 + x * y) / 0.5)
    second = [float((f * weight).sum() / weight.sum()) for f in (x**2, y**2, x * y)]
    document = run(FILE, walkers=4096).document()
    assert document["verdict"] in ("gibbs", "undecided")
    law = document["predictions"]["gibbs"]
    covariance = np.array(law["covariance"])
    told = [covariance[0, 0], covariance[1, 1], covariance[0, 1], covariance[2, 2]]
    assert told == pytest.approx([*second, 0.1], rel=0.02)
    # Euler's step of .02 widens the stiffest direction by a twentieth.
    assert document["covariance"][2][2] == pytest.approx(0.02 / (1 - 0.9**2), rel=0.01)
    assert document["covariance"][0][0] == pytest.approx(second[0], rel=0.02)
