"""The tour with real presets and no run: a lab that shows stored snapshots and answers with results on command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment
from sgdtui.tui.app import Options, SgdApp
from sgdtui.tui.controller.choices import Offers
from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.panels.library import Choice
from sgdtui.tui.tour.chapters import CHAPTERS, PAGES
from sgdtui.tui.tour.screen import Tour
from tests.tui import synthetic
from tests.tui.fake_lab import FakeLab
from tests.tui.stage import Stage, StagedBench


@dataclass
class FakeResult:
    """What a run so far has given: a snapshot, and a document that the test wrote."""

    snapshot: Snapshot
    said: Mapping[str, Any]

    @property
    def experiment(self) -> Experiment:
        return self.snapshot.experiment

    def document(self) -> Mapping[str, Any]:
        return self.said


class LectureLab(FakeLab):
    """Shows a stored snapshot of as many dimensions as the experiment has."""

    said_document: Mapping[str, Any] | None = None

    def change(self, experiment: Experiment) -> None:
        self.said.append("change")
        self.experiment = experiment
        self.said_document = None
        axes = len(experiment.space.axes)
        if axes != len(self.stored.edges):
            generation = self.stored.generation
            self.stored = synthetic.rotating_2d() if axes == 2 else synthetic.double_well()
            self.show(generation=generation)
        self.show(experiment=experiment, generation=self.stored.generation + 1)

    def result(self) -> FakeResult | None:  # type: ignore[override]
        return FakeResult(self.stored, self.said_document) if self.said_document is not None else None

    def measured(self, document: Mapping[str, Any]) -> None:
        """From now on the run so far says this."""
        self.said_document = document
        self.show(predictions_of=self.stored.generation)


class NoOffers(Offers):
    """An empty library."""

    def choices(self, kind: str, experiment: Experiment) -> tuple[Choice, ...]:
        del kind, experiment
        return ()


class LectureBench(StagedBench):
    """A workbench on such a lab; it opens what the stage was set with, and begins real presets."""

    def __init__(self, tell: Callable[[Any], None], snapshot: Snapshot, made: list[FakeLab]) -> None:
        def make(experiment: Experiment, on_snapshot: Callable[[Snapshot], None], **settings: Any) -> FakeLab:
            made.append(LectureLab(experiment, on_snapshot, snapshot, **settings))
            return made[-1]

        self.staged = snapshot
        self.asked = []
        Workbench.__init__(self, tell, make_lab=make)
        self._offers = NoOffers()


class Lecture(Stage):
    """The app with the tour open."""

    @property
    def tour(self) -> Tour:
        found = [screen for screen in self.app.screen_stack if isinstance(screen, Tour)]
        assert found
        return found[-1]

    async def measure(self, document: Mapping[str, Any]) -> None:
        """The run so far says this, and the tour has looked."""
        assert isinstance(self.lab, LectureLab)
        self.lab.measured(document)
        await self.settle()
        self.tour.check_claims()
        await self.settle()

    async def turn_to(self, name: str) -> None:
        """Opens the page of an experiment."""
        from dataclasses import replace

        pages = [CHAPTERS[chapter].pages[page] for chapter, page in PAGES]
        self.tour.go_to(replace(self.tour.page.progress, page=pages.index(name)))
        await self.settle()


@asynccontextmanager
async def lecture(
    size: tuple[int, int] = (120, 36), page: str = "", **options: Any
) -> AsyncIterator[Lecture]:
    """The app on a double well, the tour opened from it with its key (on a page, if one is named)."""
    made: list[FakeLab] = []
    app = SgdApp(
        Options(**{"colour": "true", **options}),
        make_bench=lambda tell: LectureBench(tell, synthetic.double_well(), made),
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        while app.laboratory is None or not app.laboratory.is_mounted:
            assert app._exception is None, app._exception
            await pilot.pause()
            await asyncio.sleep(0)
        stage = Lecture(app, pilot, made)
        await stage.settle()
        await stage.press("t")
        if page:
            await stage.turn_to(page)
        yield stage
