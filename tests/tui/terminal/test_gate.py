"""What the gate lets through first where not everything can go."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from sgdtui.tui.draw.changed_cells import ScreenMirror
from sgdtui.tui.terminal.gate import Gate
from sgdtui.tui.terminal.pacing import Pacer

WIDTH, HEIGHT = 60, 12
FIGURES = Region(40, 0, 20, HEIGHT)
"""A panel whose figures change all the time; left of it is a picture."""


class Screen:
    """Stands for a screen with one panel that answers keys."""

    children = ()

    def query(self, _: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(display=True, PICTURE=False, region=FIGURES)]


def frame(number: int) -> LayoutUpdate:
    """A picture that stands still beside figures that do not."""
    figures = chr(ord("a") + number % 26)
    return LayoutUpdate(
        [[Strip([Segment("#" * FIGURES.x + figures * FIGURES.width)])] for _ in range(HEIGHT)],
        Region(0, 0, WIDTH, HEIGHT),
    )


class Passage:
    """Frames ten times a second over a narrow way to a terminal."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pacer = Pacer(3_000, clock=lambda: self.now)
        console = Console(file=io.StringIO(), color_system=None, force_terminal=True)
        app = SimpleNamespace(console=console, size=(WIDTH, HEIGHT), _running=False)
        self.gate = Gate(app, ScreenMirror(), self.pacer)  # type: ignore[arg-type]
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)
        self._number = 0
        self.pacer.wrote(4_000)  # the first picture's allowance is used up

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += 0.1
            self._number += 1
            patch = self.gate.take(Screen(), frame(self._number))  # type: ignore[arg-type]
            if patch is not None:
                self.pacer.wrote(len(patch.sequence))
                self._stream.feed(patch.sequence)

    def seen(self, region: Region) -> int:
        """How many rows of a region were drawn to their end."""
        ends = [row[region.x : region.right].strip() for row in self.screen.display]
        return sum(len(end) == region.width for end in ends)


def test_figures_that_change_all_the_time_do_not_starve_the_picture() -> None:
    passage = Passage()
    passage.run(10)
    assert passage.seen(Region(0, 0, FIGURES.x, HEIGHT)) == HEIGHT


@pytest.mark.parametrize("key", [True, False])
def test_what_answers_a_key_comes_before_the_picture(key: bool) -> None:
    passage = Passage()
    passage.now = 5.0
    if key:
        passage.pacer.input_came()
    passage.run(0.5)
    picture = passage.seen(Region(0, 0, FIGURES.x, HEIGHT))
    assert passage.seen(FIGURES) > picture if key else picture > 0
