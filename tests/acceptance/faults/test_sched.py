"""A schedule that brings walkers from afar: the window holds them on their whole way."""

from __future__ import annotations

from sgdtui.lab.run import run
from tests.acceptance.faults.preset_file import path_of


def test_sched():
    result = run(path_of("sched"), walkers=4096, on_the_way=False)
    low, high = result.experiment.space.domain[0]
    assert low <= 0  # the start
    assert high >= 3.3  # where they go
    assert result.document()["histogram"]["outside"] < 0.01
    assert "changes with time" in result.document()["why"]
