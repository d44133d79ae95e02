"""A seeded monkey of keys, mouse and resizes: nothing is raised, and the screen is what a fresh redraw would show.

More events with

    SGDTUI_MONKEY=20000 python -m pytest tests/tui/test_monkey.py -m slow
"""

from __future__ import annotations

import os
import random
import threading
import unicodedata

import pytest
from textual import events
from textual.geometry import Size
from textual.keys import REPLACED_KEYS, _get_unicode_name_from_key

from tests.tui import synthetic
from tests.tui.stage import Stage, staged
from tests.tui.test_changed_cells import Wire

KEYS = (
    "space", "r", "plus", "minus", "left_square_bracket", "right_square_bracket", "u", "p", "a", "f", "s",
    "c", "m", "l", "n", "tab", "shift+tab", "question_mark", "left", "right", "up", "down", "escape", "enter",
    "backspace", "home", "end", "pagedown", "0", "5", "full_stop", "x", "ctrl+l", "ctrl+p",
)  # fmt: skip
SIZES = ((80, 24), (120, 36), (60, 20), (200, 60), (40, 10), (100, 50), (1, 1), (90, 30))


def _type_at_once(stage: Stage, keys: list[str]) -> None:
    """Keys as a terminal hands them over that sent several in one packet: nothing waits for what the last one did."""
    for key in keys:
        try:
            character = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
        except KeyError:
            character = key if len(key) == 1 else None
        event = events.Key(key, character)
        event.set_sender(stage.app)
        assert stage.app._driver is not None
        stage.app._driver.send_message(event)


async def _pull(stage: Stage, size: tuple[int, int]) -> None:
    """While a window is pulled, the app knows its size a moment before its screens do: what is drawn in between is
    still laid out for the size before.
    """
    app = stage.app
    app._size = Size(*size)
    stage.made[-1].show(rate=2e6)
    app.screen.refresh()
    for widget in app.screen.query("*"):
        widget.refresh()
    await stage.settle()
    app._size = None  # the next size is told at once


async def _events(stage: Stage, rng: random.Random) -> list[str]:
    """One event, or a burst of keys; what it was."""
    what = rng.random()
    if what < 0.55:  # four fifths of all events are keys
        keys = [rng.choice(KEYS) for _ in range(rng.randint(1, 6))]
        _type_at_once(stage, keys[:-1])
        await stage.pilot.press(keys[-1])
        return keys
    if what < 0.85:
        size = stage.app.size
        offset = (rng.randrange(max(1, size.width)), rng.randrange(max(1, size.height)))
        await stage.pilot.click(offset=offset, times=rng.choice((1, 1, 2)))
        return [f"click {offset}"]
    if what < 0.95:
        stage.made[-1].show(
            **rng.choice(({"lost": 3}, {"phase": "settling"}, {"phase": "sampling"}, {"rate": 1e6}))
        )
        return ["snapshot"]
    size = rng.choice(SIZES)
    if rng.random() < 0.5:
        await _pull(stage, size)
    await stage.pilot.resize_terminal(*size)
    return [f"resize {size}"]


async def _monkey(count: int, seed: int, scene: str) -> None:
    rng = random.Random(seed)
    snapshot = synthetic.double_well() if scene == "double-well" else synthetic.rotating_2d()
    threads = threading.active_count()
    done: list[str] = []
    async with staged(snapshot, (100, 32)) as stage:
        wire = Wire(stage, (100, 32))
        stage.app.exit = lambda *_, **__: None  # type: ignore[method-assign]  # the palette can quit
        checked = 0
        while len(done) < count:
            done += await _events(stage, rng)
            assert stage.app._exception is None, done[-20:]
            if len(done) - checked >= 200 or len(done) >= count:
                checked = len(done)
                await stage.settle()
                wire.resize()
                for _ in range(5):  # a dialog may still be on its way in or out
                    stage.app.screen.refresh(layout=True)
                    await stage.settle()
                    if not wire.differing():
                        break
                differing = wire.differing()[:3]
                assert not differing, (differing, stage.app.screen, done[-20:])
        assert stage.app.is_running
    assert threading.active_count() <= threads + 3


@pytest.mark.parametrize("scene", ["double-well", "rotating"])
async def test_a_short_monkey(scene: str) -> None:
    await _monkey(40, 7, scene)


@pytest.mark.parametrize("scene", ["double-well", "rotating"])
async def test_a_window_that_is_pulled(scene: str) -> None:
    snapshot = synthetic.double_well() if scene == "double-well" else synthetic.rotating_2d()
    async with staged(snapshot, (120, 36)) as stage:
        wire = Wire(stage, (120, 36))
        for size in SIZES:
            await _pull(stage, size)
            await stage.pilot.resize_terminal(*size)
            await stage.settle()
            wire.resize()
            stage.app.screen.refresh(layout=True)
            await stage.settle()
            assert not wire.differing(), size


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("scene", ["double-well", "rotating"])
async def test_a_long_monkey(scene: str) -> None:
    await _monkey(int(os.environ.get("SGDTUI_MONKEY", "2000")) // 2, 11, scene)
