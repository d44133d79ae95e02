"""A slider tells with and without colour whether the steps are stable."""

from __future__ import annotations

import pytest

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.panels.dial import Dial
from sgdtui.tui.panels.dial_rows import draw_dials

ASCII = Look(ascii=True, colours=0)


def slider(value: float, edge: float | None, width: int = 27, look: Look = ASCII) -> str:
    """The row of a learning rate of .01 to 1 on a logarithmic slider."""
    warning = "too long" if edge is not None and value >= edge else ""
    dial = Dial("dynamics.eta", "eta", value, 0.1, 0.01, 1.0, decades=True, edge=edge, warning=warning)
    canvas = Canvas(width, 3, look)
    draw_dials(canvas, [dial], 0, 0, False)
    return canvas.lines[1]


def test_the_mark_stands_where_steps_stop_being_stable() -> None:
    row = slider(0.1, 0.5)
    knob, mark = row.index("o"), row.index("!")
    assert row.index("=") < knob < mark < row.rindex("-")


@pytest.mark.parametrize("width", [20, 22, 27, 34])
@pytest.mark.parametrize("value", [0.01, 0.03, 0.1, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("above", [1.0001, 1.001, 1.009])
def test_the_knob_never_hides_the_mark(width: int, value: float, above: float) -> None:
    row = slider(value, value * above, width)
    assert row.index("!") == row.index("o") + 1


@pytest.mark.parametrize("width", [20, 22, 27, 34])
@pytest.mark.parametrize("value", [0.5, 0.7, 1.0])
def test_the_knob_is_the_mark_where_steps_are_not_stable(width: int, value: float) -> None:
    row = slider(value, 0.5, width)
    assert "o" not in row
    assert row.count("!") == 2, "on the slider and at the value"


def test_without_an_edge_there_is_no_mark() -> None:
    assert "!" not in slider(0.1, None)
    assert "!" not in slider(0.1, 3.0), "it is beyond the slider's end"
