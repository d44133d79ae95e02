"""Two deep wells in three dimensions: Gibbs has its mass in both as it should, and walkers that saw one are told so."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.run import run
from sgdtui.preset.change import changed
from sgdtui.preset.load import load
from tests.acceptance.faults.preset_file import path_of
from tests.acceptance.faults.test_meta1d import gibbs_mean


def test_meta3d():
    document = run(path_of("meta3d"), walkers=2048, on_the_way=False).document()
    assert document["verdict"] == "undecided"
    assert document["settings"]["settled"] is False
    gibbs = document["predictions"]["gibbs"]
    assert abs(gibbs["mean"][0] - gibbs_mean()) < 1e-3
    assert gibbs["agrees"] is None
    assert "emptier well" in document["why"]
    wells = document["wells"]
    right = int(np.argmax([place[0] for place in wells["places"]]))
    assert wells["shares"][right] == 1
    assert wells["predicted"]["gibbs"][right] < 1e-6
    (low, high), _ = document["settings"]["domain"]
    assert low < -1.1
    assert high > 1.0


def test_gibbs_weighs_both_wells():
    """Wells of like depth: .2 of the law on the right, by a plain sum along x, which the rest does not touch."""
    shallow = changed(load(path_of("meta3d")), {"h": 0.5, "dynamics.eta": 0.2, "run.walkers": 2048})
    x = np.linspace(-3, 3, 60_001)
    weight = np.exp(-(0.5 * (x**2 - 1) ** 2 + 0.15 * x) / 0.1)
    left = weight[x < 0].sum() / weight.sum()
    document = run(shallow, on_the_way=False).document()
    gibbs = document["predictions"]["gibbs"]
    assert abs(gibbs["observables"]["left"] - left) < 0.01
    assert abs(gibbs["mean"][0] - (x * weight).sum() / weight.sum()) < 0.01
    # They cross now: the run settles, whatever the verdict on its law.
    assert document["settings"]["settled"] is True
    assert document["wells"] is None or document["wells"]["settled"] is True
