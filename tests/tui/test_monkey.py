"""A seeded monkey of keys, mouse and resizes: nothing is raised, and the screen is what a fresh redraw would show.

More events with

    SGDTUI_MONKEY=20000 python -m pytest tests/tui/test_monkey.py -m slow
"""

from __future__ import annotations

import os
import random
import threading

import pytest

from tests.tui import synthetic
from tests.tui.stage import Stage, staged
from tests.tui.test_changed_cells import Wire

KEYS = (
    "space", "r", "plus", "minus", "left_square_bracket", "right_square_bracket", "u", "p", "g", "d", "f", "v", "s",
    "c", "m", "l", "n", "tab", "shift+tab", "question_mark", "left", "right", "up", "down", "escape", "enter",
    "backspace", "home", "end", "pagedown", "0", "5", "full_stop", "x", "ctrl+l", "ctrl+p",
)  # fmt: skip
SIZES = ((80, 24), (120, 36), (60, 20), (200, 60), (40, 10), (100, 50), (1, 1), (90, 30))


async def _one_event(stage: Stage, rng: random.Random) -> str:
    what = rng.random()
    if what < 0.82:
        key = rng.choice(KEYS)
        await stage.pilot.press(key)
        return key
    if what < 0.94:
        size = stage.app.size
        offset = (rng.randrange(max(1, size.width)), rng.randrange(max(1, size.height)))
        await stage.pilot.click(offset=offset, times=rng.choice((1, 1, 2)))
        return f"click {offset}"
    if what < 0.98:
        stage.made[-1].show(
            **rng.choice(({"lost": 3}, {"phase": "settling"}, {"phase": "sampling"}, {"rate": 1e6}))
        )
        return "snapshot"
    size = rng.choice(SIZES)
    await stage.pilot.resize_terminal(*size)
    return f"resize {size}"


async def _monkey(events: int, seed: int, scene: str) -> None:
    rng = random.Random(seed)
    snapshot = synthetic.double_well() if scene == "double-well" else synthetic.rotating_2d()
    threads = threading.active_count()
    done: list[str] = []
    async with staged(snapshot, (100, 32)) as stage:
        wire = Wire(stage, (100, 32))
        stage.app.exit = lambda *_, **__: None  # type: ignore[method-assign]  # the palette can quit
        for number in range(events):
            done.append(await _one_event(stage, rng))
            assert stage.app._exception is None, done[-20:]
            if number % 200 == 199:
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


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("scene", ["double-well", "rotating"])
async def test_a_long_monkey(scene: str) -> None:
    await _monkey(int(os.environ.get("SGDTUI_MONKEY", "2000")) // 2, 11, scene)
