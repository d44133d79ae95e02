"""The error bar: the claim in the middle, the value where it belongs, an arrow where it is off the row."""

from __future__ import annotations

import pytest

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.gauge import draw_gauge
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.roles import Role


def drawn(measured: float | None, se: float | None, ascii: bool = False) -> str:
    canvas = Canvas(17, 1, Look(ascii=ascii))
    draw_gauge(canvas, 0, 0, 17, 1.0, 0.1, measured, se, Role.GOOD)
    return canvas.row_text(0)


@pytest.mark.parametrize(
    ("measured", "se", "row"),
    [
        (None, None, "····[···│···]····"),
        (float("nan"), 0.1, "····[···│···]····"),
        (1.0, 0.0, "····[···●···]····"),
        (1.0, 0.05, "····[·━━●━━·]····"),
        (1.1, 0.0, "····[···│···●····"),
        (0.9, 0.0, "····●···│···]····"),
        (1.2, 0.0, "····[···│···]···●"),
        (1.3, 0.0, "····[···│···]···▸"),
        (-5.0, 0.01, "◂···[···│···]····"),
        (1.3, 0.15, "····[···│···]·━━▸"),
    ],
)
def test_rows(measured: float | None, se: float | None, row: str) -> None:
    assert drawn(measured, se) == row


def test_ascii() -> None:
    assert drawn(1.025, 0.025, ascii=True) == "....[...=o=.]...."
