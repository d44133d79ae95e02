"""Whatever a maximised, squeezed or half laid out panel is given to draw on, it draws and does not fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.distribution_picture import draw_distribution
from sgdtui.tui.panels.over_time import draw_over_time
from sgdtui.tui.panels.pulls import draw_pulls
from sgdtui.tui.panels.verdict import draw_verdict
from sgdtui.tui.panels.verdict_row import draw_verdict_line
from sgdtui.tui.panels.wrong import draw_wrong
from sgdtui.tui.view import View
from tests.tui import synthetic

WIDTHS = (1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 60)
HEIGHTS = (1, 2, 3, 5, 8, 9, 12, 14, 16, 30)


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("settling", [False, True])
@pytest.mark.parametrize("scene", [synthetic.double_well, synthetic.rotating_2d])
def test_every_size(scene: Callable[[], Snapshot], settling: bool, ascii: bool) -> None:
    snapshot = scene()
    if settling:
        snapshot = replace(snapshot, phase="settling", instant=snapshot.density, expected=snapshot.density)
    view = View(snapshot=snapshot, look=Look(ascii=ascii), cursor=(0.1,) * len(snapshot.edges))
    for width in WIDTHS:
        for height in HEIGHTS:
            for draw in (draw_pulls, draw_wrong, draw_over_time, draw_verdict_line):
                draw(Canvas(width, height, view.look), view)
            draw_distribution(Canvas(width, height, view.look), view, Memory())
            draw_verdict(Canvas(width, height, view.look), view)
