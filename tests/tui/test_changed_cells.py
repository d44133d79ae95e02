"""Only changed cells are sent, and the terminal ends up showing the same as after a full redraw (by an emulator)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyte
import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.changed_cells import ScreenMirror
from tests.tui import synthetic
from tests.tui.stage import Stage, staged


def _console(system: str = "truecolor"):
    from rich.console import Console

    return Console(color_system=system, force_terminal=True, width=20)  # type: ignore[arg-type]


def _update(rows: list[list[tuple[str, str]]]) -> LayoutUpdate:
    strips = [[Strip([Segment(text, Style.parse(style)) for text, style in row])] for row in rows]
    return LayoutUpdate(strips, Region(0, 0, 20, len(rows)))  # type: ignore[arg-type]


def test_nothing_changed_nothing_sent() -> None:
    mirror, update = ScreenMirror(), _update([[("abc".ljust(20), "red")]])
    assert mirror.patch(update, _console(), 20, 1).sequence
    assert mirror.patch(update, _console(), 20, 1).sequence == ""
    mirror.forget()
    assert mirror.patch(update, _console(), 20, 1).sequence


def test_one_cell_changed_one_cell_sent() -> None:
    mirror = ScreenMirror()
    mirror.patch(_update([[("a" * 20, "")], [("b" * 20, "")]]), _console(), 20, 2)
    sent = mirror.patch(
        _update([[("a" * 20, "")], [("b" * 7 + "x" + "b" * 12, "")]]), _console(), 20, 2
    ).sequence
    assert sent == "\x1b[2;8H\x1b[0mx" or sent == "\x1b[2;8Hx"


def test_a_mono_terminal_is_told_no_colour_but_weights() -> None:
    mirror = ScreenMirror()
    console = _console()
    console._color_system = None
    sent = mirror.patch(_update([[("abc".ljust(20), "bold #ff0000 on #00ff00")]]), console, 20, 1).sequence
    assert "38;" not in sent
    assert "48;" not in sent
    assert "\x1b[0;1m" in sent


def test_ascii_terminals_get_twins_of_the_same_width() -> None:
    mirror = ScreenMirror(ascii=True)
    sent = mirror.patch(_update([[("─│█损…é".ljust(19), "")]]), _console(), 20, 1).sequence
    assert sent.isascii()
    assert len(sent.replace("\x1b[1;1H", "").replace("\x1b[0m", "")) == 20


def test_wide_characters_and_marks_keep_their_columns() -> None:
    screen = pyte.Screen(20, 1)
    stream = pyte.Stream(screen)
    mirror = ScreenMirror()
    for text in ("a損b", "损損b", "abc損", "xyz"):
        pad = 20 - sum(2 if ord(c) > 0x2E80 else 1 for c in text)
        stream.feed(mirror.patch(_update([[(text + " " * pad, "")]]), _console(), 20, 1).sequence)
        shown = "".join(screen.buffer[0][x].data for x in range(20)).rstrip()
        assert shown == text


class Wire:
    """What the app writes, and an emulator that shows it."""

    def __init__(self, stage: Stage, size: tuple[int, int]) -> None:
        self.screen = pyte.Screen(*size)
        self.stream = pyte.Stream(self.screen)
        self.mirror = ScreenMirror()
        self.stage = stage
        self.sizes: list[int] = []
        app = stage.app
        original = app._display

        def display(screen: object, update: object) -> None:
            if isinstance(update, self.kinds) and screen is app.screen:
                patch = self.mirror.patch(update, app.console, *app.size)
                self.sizes.append(len(patch.sequence.encode()))
                self.stream.feed(patch.sequence)
            original(screen, update)  # type: ignore[arg-type]

        app._display = display  # type: ignore[method-assign]

    from textual._compositor import CompositorUpdate as kinds

    def resize(self) -> None:
        """The emulator takes the app's present size, and knows nothing."""
        width, height = self.stage.app.size
        self.screen.resize(height, width)
        self.screen.reset()
        self.mirror.forget()

    def shown(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def differing(self) -> list[tuple[int, str, str]]:
        """The rows that the emulator shows otherwise than a full redraw (pytest's own diff of them is slow)."""
        rows = zip(self.shown(), self.redrawn(), strict=True)
        return [(y, *pair) for y, pair in enumerate(rows) if pair[0] != pair[1]]

    def redrawn(self) -> list[str]:
        return [line.rstrip() for line in self.stage.lines()]


def _later(snapshot: Snapshot, frame: int, rng: np.random.Generator, walkers: float = 6e8) -> Snapshot:
    """The same run `frame` frames on, near stationarity: the histogram moves by its sampling error."""
    samples = snapshot.samples + int(walkers * 0.1) * frame
    law = snapshot.predictions["fokker-planck"].probability
    assert law is not None
    volume = snapshot.predictions["fokker-planck"].density
    assert volume is not None
    cell = law.ravel()[np.argmax(law)] / volume.ravel()[np.argmax(law)]
    counts = rng.normal(law * samples, np.sqrt(law * samples))
    density = np.maximum(counts, 0) / samples / cell
    blend = snapshot.samples / samples
    density = blend * snapshot.density + (1 - blend) * density
    step, time = snapshot.step + 200 * frame, snapshot.time + 40.0 * frame
    return replace(
        snapshot, density=density, density_se=np.sqrt(np.maximum(density / cell / samples, 0)),
        samples=samples, effective_samples=samples / 10, step=step, time=time,
        rate=snapshot.rate * (1 + 0.01 * rng.standard_normal()),
    )  # fmt: skip


@pytest.mark.parametrize("scene", ["double-well", "rotating"])
@pytest.mark.parametrize(("colour", "most"), [("true", 3000), ("256", 2000)])
async def test_near_stationarity_a_frame_is_small(scene: str, colour: str, most: int) -> None:
    snapshot = (
        synthetic.double_well(60_000_000) if scene == "double-well" else synthetic.rotating_2d(60_000_000)
    )
    rng = np.random.default_rng(3)
    async with staged(snapshot, (120, 36), colour=colour) as stage:
        wire = Wire(stage, (120, 36))
        stage.app.screen.refresh(layout=True)
        await stage.settle()
        wire.sizes.clear()
        frames = 12
        for frame in range(1, frames + 1):
            stage.lab.show(**_fields(_later(snapshot, frame, rng)))
            await stage.settle()
        assert sum(wire.sizes) / frames <= most
        assert not wire.differing()


@pytest.mark.parametrize("scene", ["double-well", "rotating"])
async def test_a_frame_within_a_transient_is_bounded(scene: str) -> None:
    """The law runs across the picture. The frame that begins the transient is a new picture: it is not counted here."""
    snapshot = synthetic.double_well() if scene == "double-well" else synthetic.rotating_2d()
    async with staged(snapshot, (120, 36), colour="true") as stage:
        wire = Wire(stage, (120, 36))
        stage.app.screen.refresh(layout=True)
        stage.lab.show(phase="settling", instant=snapshot.density)
        await stage.settle()
        wire.sizes.clear()
        for frame in range(1, 9):
            moved = np.roll(snapshot.density, 4 * frame, axis=-1)
            stage.lab.show(phase="settling", density=moved, instant=moved, step=snapshot.step + 200 * frame)
            await stage.settle()
        assert 1000 < max(wire.sizes) <= 8000
        assert not wire.differing()


def _fields(snapshot: Snapshot) -> dict[str, object]:
    names = ("density", "density_se", "samples", "effective_samples", "step", "time", "rate")
    return {name: getattr(snapshot, name) for name in names}


async def test_the_screen_equals_a_full_redraw_whatever_happened() -> None:
    snapshot = synthetic.double_well()
    async with staged(snapshot, (100, 32)) as stage:
        wire = Wire(stage, (100, 32))
        stage.app.screen.refresh(layout=True)
        await stage.settle()
        for keys in (
            ("p",),
            ("g", "v"),
            ("tab", "tab", "right"),
            ("question_mark",),
            ("escape",),
            ("c",),
            ("space",),
            ("m",),
        ):
            await stage.press(*keys)
            assert not wire.differing(), keys


async def test_a_theme_change_reaches_every_cell() -> None:
    async with staged(synthetic.double_well(), (80, 24)) as stage:
        dark = stage.app.screen._compositor.render_strips()
        stage.app.theme = "sgdtui-light"
        await stage.settle()
        light = stage.app.screen._compositor.render_strips()
        grounds = {s.style.bgcolor for strip in light for s in strip if s.style and s.style.bgcolor}
        assert not grounds & {s.style.bgcolor for strip in dark for s in strip if s.style and s.style.bgcolor}
