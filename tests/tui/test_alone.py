"""One panel alone: it has all the rows between header and footer, and every panel can be that one."""

from __future__ import annotations

import pytest

from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.screens.laboratory import Laboratory
from tests.tui import synthetic
from tests.tui.stage import Stage, staged


def laboratory_of(stage: Stage) -> Laboratory:
    assert isinstance(stage.app.laboratory, Laboratory)
    return stage.app.laboratory


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_every_panel_fills_all_between_header_and_footer(size: tuple[int, int]) -> None:
    async with staged(synthetic.double_well(), size) as stage:
        laboratory = laboratory_of(stage)
        for panel in laboratory.query(Panel):
            if not panel.JUMP:
                continue
            laboratory.show_alone(panel)
            await stage.settle()
            assert panel.size == (size[0], size[1] - 3), panel.id
            assert panel.painted is not None
            assert stage.lines()[0].strip().startswith(("sgdtui", "Flat or quiet"))
            assert "Quit" in stage.lines()[-1]
            assert not any("╱" in line for line in stage.lines()), "nothing hatched"
        laboratory.show_alone(None)
        await stage.settle()
        assert "Where do" in stage.text


async def test_at_the_start_the_picture_is_enlarged_not_the_dials() -> None:
    async with staged(synthetic.double_well()) as stage:
        assert stage.app.focused is not None
        assert stage.app.focused.id == "dials"
        await stage.press("m")
        assert laboratory_of(stage).alone is not None
        assert "Dials" not in stage.text
        assert "Gibbs: 50 %" in stage.text
        await stage.press("m")
        assert "Dials" in stage.text
        await stage.press("f")
        assert "Dials" not in stage.text
        await stage.press("escape")
        assert "Dials" in stage.text
