"""Two deep wells on the line: walkers stay in the one where they began, and are told so."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of


def gibbs_mean() -> float:
    """The mean of exp(-L/T) over all x, T = η/2, by a plain sum."""
    x = np.linspace(-2.5, 2.5, 200_001)
    exponent = -(4 * (x**2 - 1) ** 2 + 1.2 * x) / 0.025
    weight = np.exp(exponent - exponent.max())
    return float((x * weight).sum() / weight.sum())


def test_meta1d():
    document = run(path_of("meta1d"), walkers=4096, on_the_way=False).document()
    assert document["verdict"] == "undecided"
    assert document["settings"]["settled"] is False
    assert abs(document["mean"][0] - 0.955) < 0.01
    for name in ("gibbs", "fokker-planck"):
        assert abs(document["predictions"][name]["mean"][0] - gibbs_mean()) < 1e-6
        assert document["predictions"][name]["agrees"] is None
    assert abs(gibbs_mean() + 1.0346) < 1e-4
    assert "emptier well" in document["why"]
    wells = document["wells"]
    right = int(np.argmax(np.ravel(wells["places"])))
    assert wells["shares"][right] == 1
    assert wells["predicted"]["gibbs"][right] < 1e-6
    # The chain's steps are long beside the wells (η times curvature 1.6): it crosses far sooner than the SDE, and yet
    # never in a run; t = 1.35e18 by its kernel.
    assert 1e17 < wells["crossing_time"] < 1e19
    low, high = document["settings"]["domain"][0]
    assert low < -1.1
    assert high > 1.0
