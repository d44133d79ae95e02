"""`o`: choose an experiment, a preset, a table; what a table asks; and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Static

from sgdtui.preset.forms.csv_table import TableError
from sgdtui.preset.table.question import TableQuestion
from sgdtui.tui.controller.events import Request
from sgdtui.tui.files.chooser import Chooser
from sgdtui.tui.files.table_form import TableForm, question_of
from sgdtui.tui.map.screen import MapScreen
from tests.tui import synthetic
from tests.tui.stage import Stage, staged

pytestmark = pytest.mark.usefixtures("folder")

TABLE = "height,colour,price\n1,red,2\n2,blue,4.1\n3,red,5.9\n4,blue,8\n5,red,10\n6,blue,12\n"
SWEEP = (
    "preset,eta,point_seed,gibbs.tv,gibbs.tv_se,verdict,seconds,error,key\n"
    "bowl,0.1,1,0.1,0.01,gibbs,1,,eta=0.1\nbowl,0.2,2,0.2,0.01,neither,1,,eta=0.2\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "steep.yaml").write_text("title: Steep\nvariables: [x]\nloss: x**2\n")
    (tmp_path / "houses.csv").write_text(TABLE)
    (tmp_path / "swept.csv").write_text(SWEEP)
    (tmp_path / "broken.csv").write_text("a,b\n1,2,3\n")
    (tmp_path / "[bold]markup.yaml").write_text("title: '[red]x'\nvariables: [x]\nloss: x**2\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def opened(size: tuple[int, int] = (100, 30)) -> AsyncIterator[Stage]:
    """The laboratory with the chooser open."""
    async with staged(synthetic.double_well(), size) as stage:
        await stage.press("o")
        await listed(stage)
        yield stage


async def listed(stage: Stage) -> None:
    """Waits for folders and tables that are read in threads."""
    for screen in (stage.app, stage.app.screen):
        await screen.workers.wait_for_complete()
    await stage.settle()


def names(stage: Stage) -> list[str]:
    assert isinstance(stage.app.screen, Chooser)
    return [place.name for place in stage.app.screen.shown]


def problem(stage: Stage) -> str:
    return str(stage.app.screen.query_one(".problem", Static).content)


async def typed(stage: Stage, text: str) -> None:
    stage.app.screen.query_one(Input).value = text
    await stage.settle()
    await listed(stage)


async def test_what_lies_in_the_folder_stands_first() -> None:
    async with opened() as stage:
        assert names(stage)[:6] == [
            "..", "broken.csv", "houses.csv", "swept.csv", "[bold]markup.yaml", "deeper/",
        ]  # fmt: skip
        assert "double-well-tanh" in names(stage)
        assert "[bold]markup.yaml" in stage.text
        assert "[red]x" in stage.text
        assert stage.app.screen.query_one(OptionList).highlighted == 1, "not the folder above"


async def test_an_experiment_is_found_by_its_words_and_opened() -> None:
    async with opened() as stage:
        before = len(stage.bench.asked)
        await stage.press(*"shady-fish", "enter")
        assert stage.bench.asked[before:] == [Request("shady-fish")]
        assert stage.app.screen is stage.app.laboratory


async def test_folders_are_gone_into_and_left_again() -> None:
    async with opened() as stage:
        await typed(stage, "deep")
        await stage.press("enter")
        await listed(stage)
        assert names(stage)[:2] == ["..", "steep.yaml"]
        await stage.press("backspace")
        await listed(stage)
        assert "houses.csv" in names(stage)


async def test_a_typed_path_is_followed_and_its_preset_opened(folder: Path) -> None:
    async with opened() as stage:
        await typed(stage, "deeper/st")
        assert names(stage)[0] == "steep.yaml"
        await stage.press("enter")
        assert stage.bench.asked[-1] == Request(str(folder.resolve() / "deeper" / "steep.yaml"))
        await stage.press("o")
        await listed(stage)
        assert "steep.yaml" in names(stage), "it begins where something was opened last"


async def test_arrows_move_in_the_list_while_one_types() -> None:
    async with opened() as stage:
        await stage.press("down", "down", "up")
        assert stage.app.screen.query_one(OptionList).highlighted == 2
        await stage.press("escape")
        assert stage.app.screen is stage.app.laboratory


async def test_what_is_not_there_is_said_with_what_was_meant() -> None:
    async with opened() as stage:
        before = len(stage.bench.asked)
        await typed(stage, "housse.csv")
        assert problem(stage).endswith("did you mean 'houses.csv'?")
        await stage.press("enter")
        assert len(stage.bench.asked) == before
        assert isinstance(stage.app.screen, Chooser)


async def test_a_table_asks_for_its_target_and_opens(folder: Path) -> None:
    async with opened() as stage:
        await typed(stage, "houses")
        await stage.press("enter")
        await listed(stage)
        assert isinstance(stage.app.screen, TableForm)
        assert "houses.csv, 6 rows" in stage.text
        assert "2 words: blue, red" in stage.text
        assert stage.app.screen.query_one(OptionList).highlighted == 2, "the column that people usually want"
        await stage.press("enter")
        assert stage.bench.asked[-1] == Request(
            str(folder.resolve() / "houses.csv"), question=TableQuestion("price")
        )


async def test_a_table_s_model_is_asked_and_mistakes_are_told() -> None:
    async with opened() as stage:
        await typed(stage, "houses")
        await stage.press("enter")
        await listed(stage)
        await stage.press("up", "up", "tab", *"liner", "enter")
        assert problem(stage) == (
            "'liner' is no model. did you mean linear? allowed: linear, logistic, hidden units such as 8,4"
        )
        stage.app.screen.query_one(Input).value = "8,4"
        await stage.press("enter")
        assert stage.bench.asked[-1].question == TableQuestion("height", network="8,4")


async def test_a_sweep_s_table_opens_as_its_map_and_w_comes_back_to_it() -> None:
    async with opened() as stage:
        await typed(stage, "swept")
        await stage.press("enter")
        await listed(stage)
        assert isinstance(stage.app.screen, MapScreen)
        await stage.press("escape")
        assert stage.app.screen is stage.app.laboratory
        await stage.press("w")
        assert isinstance(stage.app.screen, MapScreen)


async def test_a_broken_table_is_told_and_nothing_opens() -> None:
    async with opened() as stage:
        before = len(stage.bench.asked)
        await typed(stage, "broken")
        await stage.press("enter")
        await listed(stage)
        assert stage.app.screen is stage.app.laboratory
        assert "broken.csv, row 1: 3 values where the first line has 2" in stage.text
        assert len(stage.bench.asked) == before


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_list_and_hint_are_whole_at_every_size(size: tuple[int, int]) -> None:
    async with opened(size) as stage:
        assert "houses.csv" in stage.text
        assert f"table, {len(TABLE)} B" in stage.text
        assert "leaves" in stage.text


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("", TableQuestion("y")),
        (" Linear ", TableQuestion("y", model="linear")),
        ("logistic-regression", TableQuestion("y", model="logistic-regression")),
        ("8", TableQuestion("y", network="8")),
    ],
)
def test_the_model_s_words(model: str, question: TableQuestion) -> None:
    assert question_of("y", model) == question


@pytest.mark.parametrize("model", ["forest", "8,x", "0", "8;4"])
def test_no_model(model: str) -> None:
    with pytest.raises(TableError):
        question_of("y", model)
