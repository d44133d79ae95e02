"""The verdict map: a tint for each verdict, each region named once, lines between, letters only without colour."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.map.regions import draw_regions

VERDICTS = ("gibbs", "nonequilibrium", "gibbs", "")


def _drawn() -> Canvas:
    """Gibbs left and right of a current, and a corner that was not run."""
    canvas, box = Canvas(62, 12), Box(1, 1, 60, 10)
    owner = np.zeros((10, 60), np.intp)
    owner[:, 20:42] = 1
    owner[:, 42:] = 2
    owner[8:, 50:] = 3
    draw_regions(canvas, box, VERDICTS, owner)
    return canvas


def test_every_region_is_named_once_in_its_tint() -> None:
    canvas = _drawn()
    text = "\n".join(canvas.lines)
    assert text.count("Gibbs") == 2, "two regions of one verdict, apart from each other"
    assert text.count("nonequilibrium") == 1
    left, middle = canvas.ground[5, 3], canvas.ground[5, 25]
    assert left >= Role.REGION
    assert middle >= Role.REGION
    assert left != middle
    assert canvas.ground[5, 60] == left
    assert canvas.ground[10, 60] == Role.DEFAULT, "nothing was run there"


def test_there_are_lines_between_verdicts_and_none_within() -> None:
    canvas = _drawn()
    assert [canvas.lines[3].index("│"), canvas.lines[3].rindex("│")] == [20, 42]
    assert "│" not in canvas.lines[3][21:42]
