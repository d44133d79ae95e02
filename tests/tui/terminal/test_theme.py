"""The theme that was chosen last is there at the next start."""

from __future__ import annotations

import time

from sgdtui.settings.state import State, load_state, save_state
from sgdtui.tui.app import Options, SgdApp
from sgdtui.tui.terminal.detect import detect
from sgdtui.tui.terminal.session import Session


def _saved(theme: str) -> bool:
    """Whether it came to be on disk: a thread puts it there."""
    until = time.monotonic() + 10
    while load_state().theme != theme and time.monotonic() < until:
        time.sleep(0.01)
    return load_state().theme == theme


def test_a_theme_is_remembered_beside_what_else_is() -> None:
    save_state(State(preset="pollen", tour_page=3))
    session = Session(detect(tty=2))
    assert session.remembered_theme is None
    session.remember_theme("nord")
    assert _saved("nord")
    assert load_state() == State(preset="pollen", tour_page=3, theme="nord")
    assert Session(detect(tty=2)).remembered_theme == "nord"


def test_the_next_start_has_it_unless_the_settings_name_one_or_there_are_no_colours() -> None:
    save_state(State(theme="nord"))

    def theme(**options: str) -> str:
        return SgdApp(Options(**{"colour": "true", **options}), session=Session(detect(tty=2))).theme  # type: ignore[arg-type]

    assert theme() == "nord"
    assert theme(theme="sgdtui-light") == "sgdtui-light"
    assert theme(colour="none") == "sgdtui-mono"
    save_state(State(theme="a theme that is no more"))
    assert theme() == "sgdtui-dark"


async def test_what_is_chosen_in_the_app_is_remembered() -> None:
    from tests.tui import synthetic
    from tests.tui.stage import staged

    async with staged(synthetic.double_well()) as stage:
        stage.app.session = Session(detect(tty=2))
        stage.app.theme = "gruvbox"
        await stage.settle()
        assert _saved("gruvbox")
        stage.app.session = None
