"""No room is wasted where there is much of it, and what matters most is there where there is little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.roles import DIVERGES, Role
from sgdtui.tui.panels.wrong import Wrong
from sgdtui.tui.screens.laboratory import Laboratory
from tests.tui import synthetic
from tests.tui.stage import Stage, staged

SCENES = {"double-well": synthetic.double_well, "rotating": synthetic.rotating_2d}
NEARLY_ALL = 0.85
"""Of the rows of a column that has room for much, those with something on them."""


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", [(170, 60), (200, 60)])
async def test_the_column_beside_a_large_picture_is_used(scene: str, size: tuple[int, int]) -> None:
    async with staged(SCENES[scene](), size) as stage:
        for later in range(1, 30):
            stage.lab.show(time=stage.lab.stored.time + later)
            await stage.settle()
        assert isinstance(stage.app.laboratory, Laboratory)
        side = stage.app.laboratory.query_one("#side").region
        lines = stage.lines()[side.y : side.bottom]
        blank = [not line[side.x : side.right].strip() for line in lines]
        assert sum(blank) <= (1 - NEARLY_ALL) * len(blank), lines
        longest = max(len(run) for run in "".join(".x"[b] for b in blank).split("."))
        assert longest <= 6, f"{longest} empty rows below one another"


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (120, 36), (200, 60)])
async def test_the_header_tells_the_steps_a_second(scene: str, size: tuple[int, int]) -> None:
    snapshot = replace(SCENES[scene](), rate=9.6e8)
    async with staged(snapshot, size) as stage:
        assert "960 M steps/s" in stage.lines()[0]


def shown_maps(stage: Stage) -> Wrong:
    assert isinstance(stage.app.laboratory, Laboratory)
    return next(panel for panel in stage.app.laboratory.query(Wrong) if panel.display and panel.size.area)


def small_maps() -> Snapshot:
    """Gibbs differs everywhere; Fokker–Planck is what was measured, to the last walker."""
    snapshot = synthetic.rotating_2d()
    planck = snapshot.predictions["fokker-planck"]
    exact = replace(planck, probability=snapshot.density / snapshot.density.sum())
    return replace(snapshot, predictions={**snapshot.predictions, "fokker-planck": exact})


@pytest.mark.parametrize("size", [(100, 30), (120, 36), (200, 60)])
async def test_who_is_wrong_where_is_a_small_map_for_each_prediction(size: tuple[int, int]) -> None:
    async with staged(small_maps(), size) as stage:
        panel = shown_maps(stage)
        assert panel.painted is not None
        canvas = panel.painted
        head = next(y for y, line in enumerate(canvas.lines) if "Gibbs" in line and "F–P" in line)
        assert "≠" in canvas.lines[head]
        assert "≈" in canvas.lines[head]
        planck = canvas.lines[head].index("F–P")
        below = slice(head + 1, canvas.height)
        grounds = canvas.ground[below].astype(int) - (Role.DIVERGE + DIVERGES // 2)
        coloured = (canvas.ground[below] >= Role.DIVERGE) & (canvas.ground[below] < Role.DIVERGE + DIVERGES)
        gibbs = grounds[:, :planck][coloured[:, :planck]]
        assert (gibbs > 0).any(), "where SGD has more"
        assert (gibbs < 0).any(), "where it has fewer"
        assert not coloured[:, planck:].any()
        assert (canvas.glyph[below, planck:] == ord("·")).sum() > 20, "dots: within the error"
        assert len(np.unique(gibbs)) >= 5, "coloured by how much"
