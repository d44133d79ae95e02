"""The tour by its keys: turning pages, ticking claims, playing with dials and coming back, remembering."""

from __future__ import annotations

from typing import Any

import pytest

from sgdtui.settings.state import load_state
from sgdtui.tui.panels.dials import Dials
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.screens.laboratory import Laboratory
from sgdtui.tui.tour.chapters import CHAPTERS, PAGES
from sgdtui.tui.tour.claims import TourClaims
from sgdtui.tui.tour.contents import Contents
from sgdtui.tui.tour.screen import Tour
from sgdtui.tui.tour.story import Story
from tests.tui.tour.lecture import lecture


def document(left: float, verdict: str = "equilibrium, not gibbs") -> dict[str, Any]:
    """Row 20 as a run of it would say it."""
    predicted = {
        "fokker-planck": {"observables": {"left": 0.967101}},
        "gibbs": {"observables": {"left": 0.5}},
    }
    return {
        "settings": {"settled": True},
        "observables": {"left": {"value": left, "se": 0.0005}},
        "predictions": predicted,
        "verdict": verdict,
    }


async def test_the_tour_opens_on_the_first_page_with_its_story_beside_the_panels() -> None:
    async with lecture() as stage:
        assert isinstance(stage.app.screen, Tour)
        text = stage.text
        assert "1 Is it Gibbs?" in text
        assert "1 of 8" in text
        assert "Nothing but noise" in text
        assert "drunkard's walk" in text
        assert "Claims" in text
        assert "Dials" in text
        assert stage.lab.said[-2:] == ["change", "reset"], "the walkers begin at the preset's start"


@pytest.mark.parametrize(("forward", "back"), [("j", "k"), ("pagedown", "pageup"), ("right", "left")])
async def test_pages_turn(forward: str, back: str) -> None:
    async with lecture() as stage:
        await stage.press(forward)
        assert stage.tour.page.progress.name == "time-is-eta"
        assert "2 of 8" in stage.text
        await stage.press(back)
        assert stage.tour.page.progress.name == "brownian"
        await stage.press(back)
        assert stage.tour.page.progress.name == "brownian"
        assert "no" in stage.text or "first page" in stage.text


async def test_every_page_opens_and_says_its_title() -> None:
    async with lecture() as stage:
        for chapter, page in PAGES:
            progress = stage.tour.page.progress
            assert progress.place == (chapter, page)
            assert stage.bench.experiment is not None
            assert stage.bench.experiment.name == CHAPTERS[chapter].pages[page]
            shown = " ".join(line[:43] for line in stage.lines())
            for word in stage.bench.experiment.title.split():
                assert word in shown
            assert len(stage.tour.page.claims) == len(stage.bench.experiment.expect)
            await stage.press("j")
        assert stage.tour.page.progress.page == len(PAGES) - 1, "there is nothing after the last page"


async def test_claims_tick_from_dots_to_ticks_with_their_error_bars() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        assert "0 of 10 hold" in stage.text
        assert "✓" not in stage.text
        await stage.measure(document(0.9668))
        assert "4 of 10 hold" in stage.text
        row = next(line for line in stage.lines() if "✓ left" in line)
        assert "●" in row
        assert ".96680 ± .00050" in row


async def test_a_claim_that_fails_is_crossed() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        await stage.measure(document(0.5, "gibbs"))
        crossed = [line for line in stage.lines() if "✗" in line]
        assert len(crossed) == 2
        assert "left" in crossed[0]
        assert "flat-or-quiet" not in stage.tour.page.progress.seen


async def test_turned_dials_leave_the_claims_alone_and_home_brings_them_back() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        await stage.measure(document(0.9668))
        await stage.press("plus")
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.dynamics.eta > 0.2
        assert "dials turned" in stage.text
        await stage.measure(document(0.1))
        assert stage.tour.page.held == 4, "another run says nothing about the claim"
        stage.tour.query_one(Dials).focus()
        await stage.press("home")
        assert stage.bench.experiment.dynamics.eta == 0.2
        assert "dials turned" not in stage.text
        assert stage.lab.said[-1] == "reset"


async def test_a_dial_turned_back_by_hand_counts_again() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        await stage.press("plus")
        assert not stage.tour.page.own
        await stage.press("u")
        assert stage.tour.page.own


async def test_numbers_choose_the_runs_and_what_they_showed_is_kept() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        await stage.measure(document(0.9668))
        await stage.press("1")
        assert stage.tour.page.run == "stratonovich"
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.dynamics.convention == 0.5
        await stage.measure(
            {**document(0.945), "predictions": {"fokker-planck": {"observables": {"left": 0.945022}}}}
        )
        assert stage.tour.page.held == 6
        await stage.press("0")
        assert stage.tour.page.run == ""
        assert stage.bench.experiment.dynamics.convention == 0
        assert stage.tour.page.held == 6
        await stage.press("9")
        assert "runs 0 to 3" in stage.text


async def test_the_result_of_another_experiment_is_never_credited() -> None:
    async with lecture(page="sharp-and-flat") as stage:
        from dataclasses import replace

        other = replace(stage.lab.stored.experiment, name="other")
        stage.lab.stored = replace(stage.lab.stored, experiment=other)
        await stage.measure(document(0.9668))
        assert stage.tour.page.evidence is not None
        assert not stage.tour.page.evidence.documents


async def test_progress_is_remembered() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        await stage.measure(document(0.9668))
        assert stage.tour.page.progress.seen == {"flat-or-quiet"}
        await stage.press("j")
    state = load_state()
    assert (state.tour_chapter, state.tour_page) == (3, 1)
    assert state.tour_seen == ("flat-or-quiet",)
    async with lecture() as stage:
        assert stage.tour.page.progress.name == "sharp-and-flat"
        await stage.press("t")
        assert "1 of 48 seen" in stage.text
        assert "✓ Flat or quiet?" in stage.text


async def test_a_kiosk_remembers_nothing() -> None:
    async with lecture(page="flat-or-quiet", kiosk=True) as stage:
        await stage.measure(document(0.9668))
        await stage.press("j")
    assert load_state().tour_seen == ()
    assert load_state().tour_chapter == 0


async def test_contents_lead_anywhere() -> None:
    async with lecture() as stage:
        await stage.press("t")
        assert isinstance(stage.app.screen, Contents)
        for chapter in CHAPTERS[:4]:
            assert chapter.title in stage.text
        await stage.press("j", "j", "down", "enter")
        assert isinstance(stage.app.screen, Tour)
        assert stage.tour.page.progress.name == "hot-and-cold"
        await stage.press("t", "escape")
        assert isinstance(stage.app.screen, Tour)
        assert stage.tour.page.progress.name == "hot-and-cold"


async def test_escape_gives_back_what_was_there_before() -> None:
    async with lecture() as stage:
        before = stage.tour.before
        await stage.press("escape")
        assert type(stage.app.screen) is Laboratory
        assert stage.bench.experiment is before
        assert "NOT GIBBS" in stage.text


async def test_a_page_is_taken_to_the_laboratory() -> None:
    async with lecture(page="pollen") as stage:
        await stage.press("g")
        assert type(stage.app.screen) is Laboratory
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.name == "pollen"
        assert "Pollen in a drop" in stage.text
        await stage.press("t")
        assert stage.tour.page.progress.name == "pollen"


async def test_in_a_plot_the_arrows_move_the_cursor() -> None:
    async with lecture(page="flat-or-quiet") as stage:
        stage.tour.query_one(Distribution).focus()
        await stage.press("right")
        assert stage.tour.view.cursor is not None
        assert stage.tour.page.progress.name == "flat-or-quiet"
        await stage.press("j")
        assert stage.tour.page.progress.name == "sharp-and-flat"


async def test_story_and_claims_scroll() -> None:
    async with lecture((80, 24), page="not-identity") as stage:
        story, claims = stage.tour.query_one(Story), stage.tour.query_one(TourClaims)
        assert "↓" in stage.lines()[2]
        await stage.press(*["down"] * 40)
        assert story.first > 0
        assert "↓" not in stage.lines()[2][:33]
        assert "slides on SGD" in stage.text
        claims.focus()
        await stage.press("down", "down")
        assert claims.first == 2


async def test_below_80_columns_tab_puts_the_dials_in_the_storys_place() -> None:
    async with lecture((60, 20), page="flat-or-quiet") as stage:
        assert "Commenters say" in stage.text
        assert "Dials" not in stage.text
        await stage.press("tab")
        assert "Dials" in stage.text
        assert "Commenters say" not in stage.text
        await stage.press("right")
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.dynamics.eta > 0.2
        await stage.press("tab")
        assert "Commenters say" in stage.text


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (200, 60), (100, 40), (140, 24)])
async def test_nothing_is_empty_at_any_size(size: tuple[int, int]) -> None:
    async with lecture(size, page="flat-or-quiet") as stage:
        await stage.measure(document(0.9668))
        text = stage.text
        for there in ("4 Flat or quiet?", "Claims", "✓ left", "j Next", "Commenters"):
            assert there in text
        assert all(len(line) == size[0] for line in stage.lines())


async def test_ascii_screens_are_ascii() -> None:
    async with lecture(page="not-identity", colour="none", ascii=True) as stage:
        assert all(line.isascii() for line in stage.lines())
        await stage.press("t")
        borders = set(
            "╭─╮│╰╯▁▂▃▄▅▆▇█"
        )  # of the dialog and its scroll bar: spelled on their way to the terminal
        assert all(
            character.isascii() or character in borders for line in stage.lines() for character in line
        )


async def test_too_small_is_a_sentence() -> None:
    async with lecture((40, 10)) as stage:
        assert "needs 60×20" in stage.text


async def test_a_story_can_do_nothing_but_be_read(tmp_path: Any) -> None:
    folder = tmp_path / "config" / "presets" / "experiment"
    folder.mkdir(parents=True)
    (folder / "pollen.yaml").write_text(
        'title: "[@click=app.quit()]x[/]"\nloss: "x**2"\nstory: |\n'
        "  [@click=app.quit()]click[/] [here](https://example.org) \\e]52;c;aGk=\n"
    )
    async with lecture(page="pollen") as stage:
        assert "[@click=app.quit()]x[/]" in stage.text
        assert "[@click=app.quit()]click[/]" in " ".join(line[:43] for line in stage.lines())
        await stage.pilot.click("#story", offset=(3, 5))
        assert stage.app.is_running
        assert "nothing is claimed here" in stage.text


async def test_a_broken_preset_is_a_notice_and_the_tour_goes_on(tmp_path: Any) -> None:
    folder = tmp_path / "config" / "presets" / "experiment"
    folder.mkdir(parents=True)
    (folder / "pollen.yaml").write_text("loss: [\n")
    async with lecture(page="solvable") as stage:
        await stage.press("j")
        assert stage.tour.page.progress.name == "pollen"
        assert stage.app.is_running
        await stage.press("j")
        assert (
            "What moves, when nothing is pushed?" in " ".join(stage.text.split())
            or "What moves" in stage.text
        )


async def test_every_page_says_where_it_is_however_narrow() -> None:
    async with lecture(size=(80, 24)) as stage:
        for chapter, page in PAGES:
            assert f" {page + 1}/{len(CHAPTERS[chapter].pages)} " in stage.lines()[2]
            await stage.press("j")
