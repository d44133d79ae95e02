"""A key means the same on every screen, does what the settings say, and is told of by the mouse."""

from __future__ import annotations

import re

import pytest
from textual.binding import Binding

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.map.screen import MapScreen
from sgdtui.tui.panels.keys import KEYS, SETUP, TOLD, Keys, draw_keys
from sgdtui.tui.screens.bindings import LABORATORY, NAMES, keys_of
from sgdtui.tui.screens.help import KEYS as HELP
from sgdtui.tui.screens.jump import Jump
from sgdtui.tui.screens.laboratory import Laboratory
from sgdtui.tui.tour.keys import KEYS as TOUR_KEYS
from sgdtui.tui.tour.screen import Tour
from sgdtui.tui.tour.story import Story
from tests.tui import synthetic
from tests.tui.stage import staged

MEANINGS = {
    "left": "moves left or back", "right": "moves right or on", "up": "moves up", "down": "moves down",
    "escape": "leaves", "w": "the map of the sweep and back", "t": "the tour and its contents",
}  # fmt: skip
"""Keys whose actions have other names on another screen and mean the same."""


def _actions(bindings: object) -> dict[str, str]:
    found = {}
    for binding in bindings:  # type: ignore[attr-defined]
        assert isinstance(binding, Binding)
        for key in binding.key.split(","):
            found[key] = binding.action
    return found


def test_a_key_means_the_same_on_every_screen() -> None:
    laboratory = _actions(LABORATORY)
    for screen in (Tour, MapScreen):
        for key, action in _actions(screen.BINDINGS).items():
            if key in laboratory and key not in MEANINGS:
                assert action == laboratory[key], (screen.__name__, key)
    between = _actions(Tour.BINDINGS).keys() & _actions(MapScreen.BINDINGS).keys()
    assert between <= MEANINGS.keys(), between


def test_no_key_is_bound_twice() -> None:
    for bindings in (LABORATORY, Tour.BINDINGS, MapScreen.BINDINGS):
        keys = [key for binding in bindings for key in binding.key.split(",")]  # type: ignore[union-attr]
        assert len(keys) == len(set(keys))


def test_every_key_of_the_footer_is_told_and_every_letter_is_in_the_help() -> None:
    assert {action for _, _, action, _ in KEYS} <= TOLD.keys()
    told = " ".join(keys for keys, _ in HELP).split()
    for key in _actions(LABORATORY):
        if len(key) == 1:
            assert key in told, key


def test_the_story_names_the_keys_that_there_are() -> None:
    """Each letter that it names is bound in the tour, and to what it says."""
    said = " ".join(Story.READING.split())
    bound = {**_actions(LABORATORY), **_actions(Tour.BINDINGS)}
    letters = set(re.findall(r"(?<![\w'])([b-z])(?![\w'])", said))
    assert letters == {"j", "k", "m", "t", "g"}
    promised = {
        "j": ("turn the page", "next"), "k": ("turn the page", "back"), "right": ("→", "across(1)"),
        "left": ("←", "across(-1)"), "pagedown": ("PageDown", "next"), "pageup": ("PageUp", "back"),
        "m": ("m gives the story all the room", "maximise"), "t": ("t shows all chapters", "contents"),
        "1": ("1 … 9 run the variants", "run(1)"), "9": ("1 … 9 run the variants", "run(9)"),
        "0": ("0 its own run", "run(0)"), "home": ("Home gives back the claim's own settings", "claim"),
        "g": ("g takes this run to the laboratory", "open"), "escape": ("Escape goes back", "leave"),
    }  # fmt: skip
    for key, (words, action) in promised.items():
        assert words in said, key
        assert bound[key] == action, key


def test_the_footer_of_the_tour_names_the_keys_that_there_are() -> None:
    bound = {**_actions(LABORATORY), **_actions(Tour.BINDINGS)}
    for key, _, action, _ in TOUR_KEYS:
        assert bound[{"esc": "escape", "?": "question_mark"}.get(key, key)] == action


@pytest.mark.parametrize("ascii", [False, True])
def test_no_key_of_the_footer_is_cut(ascii: bool) -> None:
    for wanted in (KEYS, (SETUP, *KEYS), TOUR_KEYS):
        for width in range(60, 140):
            canvas = Canvas(width, 1, Look(ascii=ascii))
            places = draw_keys(canvas, False, wanted)
            assert places[-1][1] <= width
            last = wanted[-1][1]
            assert canvas.lines[0].rstrip().endswith(last), (width, canvas.lines[0])


def test_names_of_keys_that_there_are_not_are_told() -> None:
    assert keys_of({"pause": "x"}) == ({"pause": "x"}, "")
    known, problem = keys_of({"pause": "x", "fly": "f5"})
    assert known == {"pause": "x"}
    assert "there is no fly" in problem
    assert len(NAMES) == len(set(NAMES))


async def test_the_settings_give_an_action_another_key_and_the_footer_says_so() -> None:
    async with staged(synthetic.double_well(), keys={"pause": "x", "nothing": "z"}) as stage:
        assert "x Pause" in stage.lines()[-1]
        assert "there is no nothing" in stage.text
        await stage.press("space")
        assert stage.lab.said == []
        await stage.press("x")
        assert stage.lab.said == ["pause"]


async def test_the_mouse_is_told_what_a_key_does() -> None:
    async with staged(synthetic.double_well()) as stage:
        footer = stage.app.screen.query_one(Keys)
        (begin,) = [begin for begin, _, action in footer.places if action == "compare"]
        await stage.pilot.hover("#keys", offset=(begin, 0))
        assert footer.tooltip == TOLD["compare"]
        await stage.pilot.hover("#keys", offset=(119, 0))
        assert footer.tooltip is None


async def test_a_jump_goes_to_a_panel_and_shows_one_that_has_no_room() -> None:
    async with staged(synthetic.double_well(), (80, 24)) as stage:
        await stage.press("ctrl+o")
        assert isinstance(stage.app.screen, Jump)
        assert "y Why" in stage.text
        await stage.press("w")
        assert stage.app.focused is not None
        assert stage.app.focused.id == "wrong"
        await stage.press("ctrl+o", "y")
        laboratory = stage.app.laboratory
        assert isinstance(laboratory, Laboratory)
        assert laboratory.alone is not None
        assert laboratory.alone.id == "why"
        assert "Σ changes with x" in "\n".join(stage.lines()[2:])
        await stage.press("ctrl+o", "z")
        assert laboratory.alone is not None, "any other key stays"
        await stage.press("escape")
        assert laboratory.alone is None
        assert "Dials" in stage.text


async def test_step_and_the_clock() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("full_stop")
        assert stage.lab.said == ["step"]
        assert "paused" in stage.text
        await stage.press("less_than_sign")
        assert stage.lab.pace == 4096
        for _ in range(8):
            await stage.press("less_than_sign")
        assert stage.lab.pace == 1
        assert "a step a picture" in stage.text
        await stage.press("greater_than_sign")
        assert stage.lab.pace == 4
        for _ in range(8):
            await stage.press("greater_than_sign")
        assert stage.lab.pace is None
        assert "full speed" in stage.text
