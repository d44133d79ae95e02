"""The app by its keys and mouse, on stored snapshots."""

from __future__ import annotations

from sgdtui.tui.controller.events import Busy, Trouble
from sgdtui.tui.panels.dials import Dials
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.panels.library import Library
from sgdtui.tui.panels.noise import NoiseList
from sgdtui.tui.screens.expression import ExpressionEditor, problem_of
from sgdtui.tui.screens.help import PANELS, Help
from sgdtui.tui.screens.palette import Palette
from tests.tui import synthetic
from tests.tui.stage import staged


async def test_first_frame_then_laboratory() -> None:
    async with staged(synthetic.double_well()) as stage:
        assert "Flat or quiet" in stage.text
        assert "NOT GIBBS" in stage.text
        assert "● running" in stage.text


async def test_space_pauses_and_goes_on_and_says_so() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("space")
        assert stage.lab.said == ["pause"]
        assert "paused" in stage.text
        assert "Run" in stage.lines()[-1]
        await stage.press("space")
        assert stage.lab.said == ["pause", "resume"]
        assert "running" in stage.text


async def test_reset() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("r")
        assert stage.lab.said == ["reset"]
        assert "restarted" in stage.text


async def test_eta_turns_and_undo_takes_it_back() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("plus")
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.dynamics.eta > 0.2
        assert "dials turned" in stage.text
        await stage.press("u")
        assert stage.bench.experiment.dynamics.eta == 0.2
        await stage.press("minus")
        assert stage.bench.experiment.dynamics.eta < 0.2


async def test_stale_predictions_are_said_to_be_stale() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("plus")
        assert stage.view.stale
        assert "being computed" in stage.text


async def test_a_dial_is_turned_typed_and_reset() -> None:
    async with staged(synthetic.double_well()) as stage:
        dials = stage.app.screen.query_one(Dials)
        dials.selected = next(i for i, d in enumerate(dials.dials) if d.path == "s")
        await stage.press("right")
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.values["s"] > 1.0
        await stage.press("enter", "0", "full_stop", "5", "enter")
        assert stage.bench.experiment.values["s"] == 0.5
        await stage.press("enter", "9", "enter")
        assert "s is from 0 to 1.5" in stage.text.replace("\n", " ") or dials.problem
        assert stage.bench.experiment.values["s"] == 0.5
        await stage.press("escape", "backspace")
        assert stage.bench.experiment.values["s"] == 1.0


async def test_the_wheel_turns_the_dial_under_it() -> None:
    from textual.events import MouseScrollUp

    async with staged(synthetic.double_well()) as stage:
        dials = stage.app.screen.query_one(Dials)
        await stage.pilot._post_mouse_events([MouseScrollUp], widget=dials, offset=(3, 1))
        await stage.settle()
        assert stage.bench.experiment is not None
        assert stage.bench.experiment.dynamics.eta > 0.2


async def test_arrows_take_the_place_of_curves_and_the_map_shows_another_field() -> None:
    async with staged(synthetic.double_well()) as stage:
        assert "a: arrows" in stage.text
        await stage.press("a")
        assert "──→" in stage.text
        assert "a: curves" in stage.text
    async with staged(synthetic.rotating_2d()) as stage:
        seen = []
        for _ in range(5):
            seen.append(stage.view.arrows)
            await stage.press("a")
        assert seen == ["velocity", "gradient", "diffusive", "noise_induced", ""]


async def test_a_loss_is_chosen_and_a_noise_that_does_not_fit_is_refused() -> None:
    async with staged(synthetic.double_well()) as stage:
        noises = stage.app.screen.query_one(NoiseList)
        noises.focus()
        noises.selected = 2
        await stage.press("enter")
        assert "change" not in stage.lab.said
        noises.selected = 0
        await stage.press("enter")
        assert stage.lab.said == ["change"]


async def test_expressions_are_typed_in_place_with_the_error_under_its_caret() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("l")
        assert isinstance(stage.app.screen, ExpressionEditor)
        await stage.press("end", *"+zz")
        assert "zz" in stage.text
        assert "^^" in stage.text
        await stage.press("enter")
        assert isinstance(stage.app.screen, ExpressionEditor), "a wrong expression is not accepted"
        await stage.press("backspace", "backspace", "x", "enter")
        assert not isinstance(stage.app.screen, ExpressionEditor)
        assert stage.lab.said == ["change"]


def test_the_caret_stands_under_the_blame() -> None:
    experiment = synthetic.double_well_experiment()
    assert problem_of("loss", "x**2", experiment) is None
    found = problem_of("loss", "x**2 + foo", experiment)
    assert found is not None
    assert found[:2] == (7, 3)
    assert problem_of("noise", "1 + L*H", experiment) is None
    assert problem_of("loss", "", experiment) is not None


async def test_help_explains_every_panel() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, Help)
        text = stage.app.screen.text()
        for panel in PANELS:
            assert panel.TITLE.upper() in text
            assert panel.READING.split("\n")[0] in stage.app.screen.text(300)
        await stage.press("escape")
        assert not isinstance(stage.app.screen, Help)


async def test_the_cursor_is_linked() -> None:
    async with staged(synthetic.double_well()) as stage:
        stage.app.screen.query_one(Distribution).focus()
        await stage.press("right", "right")
        assert stage.view.cursor is not None
        assert stage.view.cursor[0] > 0
        assert "Φ x =" in stage.text
        assert "Gibbs ." in stage.text
        await stage.press("escape")
        assert stage.view.cursor is None


async def test_a_click_on_a_map_moves_the_cursor_a_double_click_places_the_walkers() -> None:
    async with staged(synthetic.rotating_2d()) as stage:
        await stage.pilot.click("#distribution", offset=(20, 8))
        await stage.settle()
        assert stage.view.cursor is not None
        assert len(stage.view.cursor) == 2
        await stage.pilot.click("#distribution", offset=(20, 8), times=2)
        await stage.settle()
        assert any(said.startswith("scatter") for said in stage.lab.said)


async def test_compare_keeps_the_run_as_a_line() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("c")
        assert stage.view.fork is not None
        assert " before " in stage.text
        await stage.press("c")
        assert stage.view.fork is None


async def test_maximise_and_back() -> None:
    async with staged(synthetic.double_well(), (80, 24)) as stage:
        stage.app.screen.query_one(Distribution).focus()
        await stage.press("m")
        assert "Gibbs: 50 %" in stage.text
        assert "Dials" not in stage.text
        await stage.press("escape")
        assert "Dials" in stage.text


async def test_trouble_is_a_notice_and_the_app_lives() -> None:
    async with staged(synthetic.double_well()) as stage:
        stage.app._tell(Trouble("noise: unknown name 'foo' [@click=app.quit()]x[/]\x1b]52;c;aGk=\x07"))
        await stage.settle()
        assert stage.app.is_running
        assert "unknown name" in stage.text
        assert "\x1b" not in stage.text
        assert "\x07" not in stage.text


async def test_a_failed_run_says_why() -> None:
    async with staged(synthetic.double_well()) as stage:
        stage.lab.show(phase="failed", message="ValueError: no memory")
        await stage.settle()
        assert "failed" in stage.text
        assert "no memory" in stage.text


async def test_compiling_is_said() -> None:
    async with staged(synthetic.double_well()) as stage:
        stage.app._tell(Busy("compiling"))
        await stage.settle()
        assert "compiling" in stage.text
        stage.app._tell(Busy(""))
        await stage.settle()
        assert "compiling" not in stage.text


async def test_lost_walkers_and_an_unsettled_run_are_flagged() -> None:
    async with staged(synthetic.double_well()) as stage:
        stage.lab.show(lost=1234, settled=False)
        await stage.settle()
        assert "1.2k lost" in stage.text
        assert "not settled" in stage.text


async def test_titles_from_files_are_never_markup() -> None:
    from dataclasses import replace

    snapshot = synthetic.double_well()
    evil = replace(snapshot.experiment, title="[@click=app.quit()]x[/] \x1b]52;c;aGk=\x07 [red]y")
    async with staged(replace(snapshot, experiment=evil)) as stage:
        assert "[@click=app.quit()]x[/]" in stage.text
        assert "\x1b" not in stage.text


async def test_too_small_is_one_sentence_and_the_run_goes_on() -> None:
    async with staged(synthetic.double_well(), (50, 12)) as stage:
        assert "needs 60×20" in stage.text
        assert "Dials" not in stage.text
        await stage.pilot.resize_terminal(80, 24)
        await stage.settle()
        assert "Dials" in stage.text
        assert "needs 60×20" not in stage.text
        await stage.pilot.resize_terminal(1, 1)
        await stage.settle()
        assert not stage.lab.stopped


async def test_below_80_columns_tab_reaches_the_set_up() -> None:
    async with staged(synthetic.double_well(), (60, 20)) as stage:
        assert "Dials" not in stage.text
        stage.app.laboratory.action_setup()  # type: ignore[union-attr]
        await stage.settle()
        assert "Dials" in stage.text
        assert "Stationary" not in stage.text
        assert stage.app.screen.query_one(Library).display


async def test_a_window_that_is_made_narrow_and_wide_again_has_the_focus_where_it_was_first() -> None:
    """At 60 columns the dials are not there; that their focus goes to the next panel would leave a list open."""
    async with staged(synthetic.double_well()) as stage:
        before = stage.lines()
        for narrow in ((60, 20), (79, 30)):
            await stage.pilot.resize_terminal(*narrow)
            await stage.settle()
            assert stage.app.focused is not None
            assert stage.app.focused.id == "distribution"
            await stage.pilot.resize_terminal(120, 36)
            await stage.settle()
            assert stage.app.focused is not None
            assert stage.app.focused.id == "dials"
            assert stage.lines()[2:] == before[2:]


async def test_a_page_key_before_the_palette_has_a_page_does_no_harm() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.pilot.resize_terminal(1, 1)
        await stage.press("ctrl+p", "wait:400", "pagedown", "pageup")
        assert stage.app._exception is None
        assert isinstance(stage.app.screen, Palette)
        await stage.pilot.resize_terminal(100, 30)
        await stage.press("pagedown", "escape")
        assert stage.app.screen is stage.app.laboratory


async def test_quit_stops_the_lab() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.pilot.press("q")
        assert stage.lab.stopped


async def test_walkers_on_their_way_stand_beside_the_law_of_their_time() -> None:
    for snapshot, name in ((synthetic.double_well(), "p(x, t)"), (synthetic.rotating_2d(), "p(x, y, t)")):
        async with staged(snapshot) as stage:
            stage.lab.show(phase="settling", instant=snapshot.density, expected=snapshot.density)
            await stage.settle()
            assert name in stage.text
            stage.lab.show(phase="settling", instant=snapshot.density, expected=None)
            await stage.settle()
            assert name not in stage.text
