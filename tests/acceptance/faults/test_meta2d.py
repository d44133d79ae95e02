"""Two deep wells on the plane: the window and the laws know both, and the walkers in the emptier one are told so."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of
from tests.acceptance.faults.test_meta1d import gibbs_mean


def test_meta2d():
    document = run(path_of("meta2d"), walkers=2048, on_the_way=False).document()
    assert document["verdict"] == "undecided"
    assert document["settings"]["settled"] is False
    gibbs = document["predictions"]["gibbs"]
    assert abs(gibbs["mean"][0] - gibbs_mean()) < 1e-4
    assert gibbs["agrees"] is None
    assert "emptier well" in document["why"]
    wells = document["wells"]
    right = int(np.argmax([place[0] for place in wells["places"]]))
    assert wells["shares"][right] == 1
    assert wells["predicted"]["gibbs"][right] < 1e-6
    # Kramers for the SDE: 2π/√(|L″_top| L″_well) exp(ΔL/T) along x; the second coordinate changes nothing.
    roots = np.sort(np.roots([16, 0, -16, 1.2]))
    top, well = roots[1], roots[2]
    curvature = [16 * (3 * x**2 - 1) for x in (top, well)]
    height = [4 * (x**2 - 1) ** 2 + 1.2 * x for x in (top, well)]
    log_time = np.log(2 * np.pi) - np.log(-curvature[0] * curvature[1]) / 2 + (height[0] - height[1]) / 0.025
    assert abs(np.log(wells["crossing_time"]) - log_time) < 1e-3
    assert "may cross sooner" in document["why"]
    (low, high), _ = document["settings"]["domain"]
    assert low < -1.1
    assert high > 1.0


def test_wells_that_are_crossed_get_their_verdict():
    """The same landscape, a hundred times lower: both wells are visited, and the verdict is about the law."""
    from sgdtui.preset.change import changed
    from sgdtui.preset.load import load

    shallow = changed(load(path_of("meta2d")), {"h": 0.06, "run.walkers": 2048})
    document = run(shallow, on_the_way=False).document()
    assert document["settings"]["settled"] is True
    assert document["verdict"] in (
        "gibbs",
        "equilibrium, not gibbs",
    )  # η .05 beside a curvature of 1 may show
