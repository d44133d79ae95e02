"""Stored screens, cell for cell: sizes × means of drawing × what is shown.

After a change that is meant, look at the screens and store them anew with

    SGDTUI_GOLDEN=write python -m pytest tests/tui/test_golden.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui import synthetic
from tests.tui.stage import cells, staged

GOLDEN = Path(__file__).parent / "golden"
SIZES = ((60, 20), (80, 24), (120, 36), (200, 60))
LOOKS = {
    "truecolor": {"colour": "true"},
    "256": {"colour": "256"},
    "no-color": {"colour": "none"},
    "ascii": {"colour": "none", "ascii": True},
}
SCENES = {
    "double-well": synthetic.double_well,
    "rotating": synthetic.rotating_2d,
    "settling": lambda: synthetic.double_well(phase="settling", samples=60_000),
}


CASES = [(s, z) for s in ("double-well", "rotating") for z in SIZES] + [("settling", (80, 24))]


@pytest.mark.parametrize(
    ("scene", "size"), CASES, ids=lambda v: v if isinstance(v, str) else f"{v[0]}x{v[1]}"
)
@pytest.mark.parametrize("look", LOOKS)
async def test_screen_is_as_stored(scene: str, look: str, size: tuple[int, int]) -> None:
    async with staged(SCENES[scene](), size, **LOOKS[look]) as stage:
        drawn = cells(stage, LOOKS[look]["colour"])
        assert all(line.isascii() for line in stage.lines()) or not LOOKS[look].get("ascii")
    path = GOLDEN / f"{scene}-{size[0]}x{size[1]}-{look}.txt"
    if os.environ.get("SGDTUI_GOLDEN") == "write":
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")
