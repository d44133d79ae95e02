"""A drift that swings: the window holds the walkers over whole swings, not at the start alone."""

from __future__ import annotations

from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of


def test_sine():
    result = run(path_of("sine"), walkers=4096, on_the_way=False)
    low, high = result.experiment.space.domain[0]
    assert low < -1.5
    assert high > 1.5
    assert result.document()["histogram"]["outside"] < 0.01
    assert result.verdict == "undecided"
    assert "change with time" in result.document()["why"]
