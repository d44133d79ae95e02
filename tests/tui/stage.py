"""The app on a stage: stored snapshots, a fixed library, no threads' timing, and its screen as cells."""

from __future__ import annotations

import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.style import Style
from textual.pilot import Pilot

from sgdtui.lab.advice import advise
from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment
from sgdtui.tui.app import Options, SgdApp
from sgdtui.tui.controller.choices import Offers
from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.controller.events import Advised, Request
from sgdtui.tui.panels.library import Choice
from tests.tui.fake_lab import FakeLab, maker

LOSSES = (
    Choice("anisotropic-bowl", "Anisotropic bowl", "steep along one axis, flat along the other"),
    Choice("double-well", "Double well", "two equal wells at −1 and 1"),
    Choice("quadratic", "Quadratic bowl", "one minimum, the same everywhere"),
    Choice("rugged", "Rugged cosine", "a bowl with bumps"),
)
NOISES = (
    Choice("constant", "Constant", "the same everywhere"),
    Choice("tanh-step", "Tanh step", "quiet on the left, loud on the right"),
    Choice(
        "correlated",
        "Correlated",
        "pulls both coordinates together",
        "it needs 2 dimensions, the loss has one",
    ),
)
CLAIMS_AT = 0.9671


class StagedOffers(Offers):
    """A fixed library."""

    def choices(self, kind: str, experiment: Experiment) -> tuple[Choice, ...]:
        del experiment
        return LOSSES if kind == "loss" else NOISES


class StagedBench(Workbench):
    """A workbench with a fixed library, opening a snapshot's own experiment."""

    def __init__(self, tell: Any, snapshot: Snapshot, made: list[FakeLab]) -> None:
        self.staged = snapshot
        self.asked: list[Any] = []
        super().__init__(tell, make_lab=maker(snapshot, made))
        self._offers = StagedOffers()

    def advise(self, experiment: Experiment) -> None:
        """In the bench's own thread, which `Stage.settle` waits for."""
        self._do(lambda: self._tell(Advised(advise(experiment))))

    def open(self, request: Request) -> None:
        self.asked.append(request)
        self._do(lambda: self._begin_with(self.staged.experiment))


class Stage:
    """A running app with its bench and lab."""

    def __init__(self, app: SgdApp, pilot: Pilot[Any], made: list[FakeLab]) -> None:
        self.app, self.pilot, self.made = app, pilot, made

    @property
    def bench(self) -> StagedBench:
        assert isinstance(self.app.bench, StagedBench)
        return self.app.bench

    @property
    def lab(self) -> FakeLab:
        return self.made[0]

    @property
    def view(self) -> Any:
        assert self.app.laboratory is not None
        return self.app.laboratory.view

    async def settle(self) -> None:
        """Waits until the bench has nothing left to do and the screen has been drawn."""
        for _ in range(3):
            await self.drain()
            await self.pilot.pause()

    async def drain(self) -> None:
        """Waits for the bench's thread to have done all that it was asked."""
        import asyncio
        import threading

        done = threading.Event()
        self.bench._do(done.set)
        await asyncio.get_running_loop().run_in_executor(None, done.wait, 30)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())


@asynccontextmanager
async def staged(
    snapshot: Snapshot, size: tuple[int, int] = (120, 36), **options: Any
) -> AsyncIterator[Stage]:
    """The app showing a stored snapshot at a size."""
    import asyncio

    made: list[FakeLab] = []
    app = SgdApp(
        Options(**{"colour": "true", **options}), make_bench=lambda tell: StagedBench(tell, snapshot, made)
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        while app.laboratory is None or not app.laboratory.is_mounted:
            assert app._exception is None, app._exception
            await pilot.pause()
            await asyncio.sleep(0)
        stage = Stage(app, pilot, made)
        await stage.settle()
        yield stage


SYSTEMS = {"true": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "none": None}


def _code(style: Style | None, system: ColorSystem | None) -> str:
    if style is None:
        return "-"
    parts = []
    for colour in (style.color, style.bgcolor):
        if colour is None or colour.is_default or system is None:
            parts.append("default")
        else:
            low = colour.downgrade(system)
            parts.append(f"{low.number}" if system is ColorSystem.EIGHT_BIT else low.get_truecolor().hex)
    weights = [w for w in ("bold", "dim", "reverse", "underline") if getattr(style, w)]
    return " ".join([*parts, *weights])


def cells(stage: Stage, colour: str) -> str:
    """The screen as text: every row of characters, then every row of styles as run lengths, then what they are."""
    system = SYSTEMS[colour]
    names = string.ascii_letters + string.digits + string.punctuation
    known: dict[str, str] = {}
    rows, styles = [], []
    for strip in stage.app.screen._compositor.render_strips():
        rows.append("".join(segment.text for segment in strip).rstrip())
        runs: list[tuple[str, int]] = []
        for text, style, _ in strip:
            code = _code(style, system)
            name = known.setdefault(
                code, f"<{len(known)}>" if len(known) >= len(names) else names[len(known)]
            )
            size = sum(get_character_cell_size(c) for c in text)
            if runs and runs[-1][0] == name:
                runs[-1] = (name, runs[-1][1] + size)
            else:
                runs.append((name, size))
        styles.append(" ".join(f"{name}{size}" for name, size in runs))
    legend = [f"{name} {code}" for code, name in known.items()]
    return "\n".join([*rows, "--- styles", *styles, "--- legend", *legend]) + "\n"
