"""The map in the app: drawn, played with, filled while the sweep writes, and opened point by point."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sgdtui.sweeps.table import read_table
from sgdtui.tui.app import Options, SgdApp
from sgdtui.tui.map.panel import MapPanel
from sgdtui.tui.map.screen import MapScreen
from sgdtui.tui.screens.laboratory import Laboratory
from tests.tui import synthetic
from tests.tui.fake_lab import FakeLab
from tests.tui.map import tables
from tests.tui.stage import Stage, StagedBench


class MapStage(Stage):
    """The app with the map open."""

    @property
    def map(self) -> MapScreen:
        assert isinstance(self.app.screen, MapScreen)
        return self.app.screen

    @property
    def panel(self) -> MapPanel:
        return self.map.query_one(MapPanel)


@asynccontextmanager
async def mapped(path: Path, size: tuple[int, int] = (120, 36), **options: Any) -> AsyncIterator[MapStage]:
    made: list[FakeLab] = []
    app = SgdApp(
        Options(**{"colour": "true", "preset": str(path), "table": str(path), **options}),
        make_bench=lambda tell: StagedBench(tell, synthetic.double_well(), made),
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        while not isinstance(app.screen, MapScreen) and app.is_running:
            assert app._exception is None, app._exception
            await pilot.pause()
            await asyncio.sleep(0)
        stage = MapStage(app, pilot, made)
        await stage.settle()
        yield stage


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tables.write(tmp_path / "map.csv", tables.rows())


async def test_the_map_has_axes_a_legend_letters_and_a_readout(table: Path) -> None:
    async with mapped(table) as stage:
        text = stage.text
        for there in (
            "double-well-tanh",
            "gibbs.tv",
            "s = 1",
            "96 points",
            "batch",
            "eta",
            "G Gibbs",
            "! failed",
        ):
            assert there in text
        assert "eta .01" in text
        assert ".00400 ± .0010" in text or ".0040 ± .0010" in text
        assert not stage.made, "no run takes the machine from the sweep"


async def test_axes_measures_verdicts_and_held_settings_change(table: Path) -> None:
    async with mapped(table) as stage:
        await stage.press("b")
        assert stage.map.choice is not None
        assert stage.map.choice.measure == "verdict"
        await stage.press("v")
        assert stage.map.choice.measure == "gibbs.tv"
        await stage.press("y")
        assert (stage.map.choice.x, stage.map.choice.y) == ("eta", "s")
        assert dict(stage.map.choice.held) == {"batch": 1}
        await stage.press("h")
        assert dict(stage.map.choice.held) == {"batch": 2}
        await stage.press("x")
        assert (stage.map.choice.x, stage.map.choice.y) == ("batch", "s")
        await stage.press("X")
        assert stage.panel.chart is not None
        assert not stage.panel.chart.x.log


async def test_the_contour_stands_between_the_two_sides_of_its_level(table: Path) -> None:
    async with mapped(table) as stage:
        assert stage.panel.level == 0.05
        contour = [line for line in stage.lines()[2:-6] if "│" in line[8:] or "┼" in line]
        assert contour
        await stage.press("right_parenthesis")
        assert stage.panel.level == 0.1
        await stage.press("i")
        assert stage.panel.level is None


async def test_without_colour_letters_and_ramp_tell_the_same(table: Path) -> None:
    async with mapped(table, colour="none", ascii=True) as stage:
        assert all(line.isascii() for line in stage.lines())
        body = "\n".join(stage.lines()[2:-6])
        assert all(letter in body for letter in "Gen!")
        assert len(set(body) & set(".:-=+*#%@")) > 4
        await stage.press("v")
        body = "\n".join(line[8:] for line in stage.lines()[2:-7])
        assert body.count("G") > 100
        assert body.count("e") > 100


async def test_the_map_fills_while_the_sweep_writes(tmp_path: Path) -> None:
    entries = list(tables.rows((1.0,)))
    path = tables.write(tmp_path / "live.csv", [])
    async with mapped(path) as stage:
        assert "no point has been run yet" in stage.text
        tables.write(path, entries[:5])
        await stage.map.look_again()
        await stage.settle()
        assert "5 points" in stage.text
        await stage.press("right")
        key = stage.map.table.columns["key"][int(stage.panel.chart.rows[stage.panel.entry])]  # type: ignore[union-attr]
        tables.write(path, entries[::-1])
        await stage.map.look_again()
        await stage.settle()
        assert "48 points" in stage.text
        now = stage.map.table.columns["key"][int(stage.panel.chart.rows[stage.panel.entry])]  # type: ignore[union-attr]
        assert now == key, "the cursor stays on its point"
        path.write_text("rubbish\n")
        await stage.map.look_again()
        await stage.settle()
        assert "48 points" in stage.text, "what cannot be read now is read later"


async def test_enter_opens_the_point_as_a_live_run_and_w_comes_back(table: Path) -> None:
    async with mapped(table) as stage:
        await stage.press("right", "right", "up")
        row = int(stage.panel.chart.rows[stage.panel.entry])  # type: ignore[union-attr]
        eta, batch = stage.map.table.columns["eta"][row], stage.map.table.columns["batch"][row]
        await stage.press("enter")
        assert type(stage.app.screen) is Laboratory
        experiment = stage.bench.experiment
        assert experiment is not None
        assert (experiment.dynamics.eta, experiment.dynamics.batch) == (eta, batch)
        assert experiment.values["s"] == 1
        assert experiment.run.seed == 7
        await stage.press("w")
        assert isinstance(stage.app.screen, MapScreen)


async def test_a_click_chooses_and_a_double_click_opens(table: Path) -> None:
    async with mapped(table) as stage:
        box = stage.panel.box
        assert box is not None
        await stage.pilot.click("#map", offset=(box.x + box.columns - 2, box.y + 1))
        await stage.settle()
        row = int(stage.panel.chart.rows[stage.panel.entry])  # type: ignore[union-attr]
        assert stage.map.table.columns["eta"][row] == 1
        assert stage.map.table.columns["batch"][row] == 8
        await stage.pilot.click("#map", offset=(box.x + 1, box.y + 1), times=2)
        await stage.settle()
        assert type(stage.app.screen) is Laboratory


async def test_a_failed_point_says_why(table: Path) -> None:
    async with mapped(table) as stage:
        await stage.press(*["right"] * 12)
        assert "! it diverges" in stage.text


async def test_escape_goes_to_the_laboratory_with_the_swept_preset(table: Path) -> None:
    async with mapped(table) as stage:
        await stage.press("escape")
        assert type(stage.app.screen) is Laboratory
        assert stage.bench.asked[-1].preset == "double-well-tanh"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_it_fits_every_size(table: Path, size: tuple[int, int]) -> None:
    async with mapped(table, size) as stage:
        for there in ("eta", "batch", "G", "gibbs.tv"):
            assert there in stage.text
        await stage.pilot.resize_terminal(1, 1)
        await stage.settle()
        assert stage.app.is_running


async def test_a_file_that_is_no_table_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    app = SgdApp(
        Options(preset=str(path), table=str(path)),
        make_bench=lambda tell: StagedBench(tell, synthetic.double_well(), []),
    )
    async with app.run_test() as pilot:
        while app.is_running and not app.refusal:
            await pilot.pause()
    assert "is no table of a sweep" in app.refusal
    assert app.return_value == 2


def test_synthetic_tables_are_tables(table: Path) -> None:
    assert len(read_table(table)) == 96
