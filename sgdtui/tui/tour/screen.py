"""The tour: the claims as a lecture, each page one experiment with its story beside the live panels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from sgdtui.model.experiment import Experiment
from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.controller.events import Claimed, Event, Setup, Shown
from sgdtui.tui.draw.look import Look
from sgdtui.tui.panels.dials import Dials
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.panels.history import Convergence
from sgdtui.tui.panels.pulls import Pulls
from sgdtui.tui.panels.status import Status
from sgdtui.tui.panels.verdict import Verdict
from sgdtui.tui.panels.verdict_line import VerdictLine
from sgdtui.tui.panels.why import Why
from sgdtui.tui.panels.wrong import Wrong
from sgdtui.tui.screens.laboratory import Laboratory
from sgdtui.tui.tour.chapters import PAGES
from sgdtui.tui.tour.claims import TourClaims
from sgdtui.tui.tour.contents import Contents
from sgdtui.tui.tour.evidence import OWN, Checked, Evidence, same_run
from sgdtui.tui.tour.keys import TourKeys
from sgdtui.tui.tour.page import Page
from sgdtui.tui.tour.progress import Progress, bookmark, remembered, saw
from sgdtui.tui.tour.story import Story

if TYPE_CHECKING:
    from sgdtui.lab.result import Result


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A run of a page was begun: what the dials go back to."""

    page: int
    run: str
    evidence: Evidence
    experiment: Experiment


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a run of a page showed, the page's claims held against it, and whether all of its own run's hold."""

    page: int
    evidence: Evidence
    claims: tuple[Checked, ...]
    holds: bool


class Tour(Laboratory):
    """A page of the tour. It is a laboratory too: dials, predictions, arrows and the cursor work as they do there."""

    CSS_PATH = "tour.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,pagedown", "next", "Next page", show=False, priority=True),
        Binding("k,pageup", "back", "Page before", show=False, priority=True),
        Binding("right", "across(1)", "Next page", show=False),
        Binding("left", "across(-1)", "Page before", show=False),
        Binding("t", "contents", "Contents", show=False),
        Binding("home", "claim", "The claim's own settings", show=False, priority=True),
        *(Binding(str(n), f"run({n})", f"Run {n}", show=False) for n in range(10)),
        Binding("g", "open", "To the laboratory", show=False),
        Binding("escape", "leave", "Leave", show=False),
    ]

    COLUMNS: ClassVar[tuple[str, ...]] = ("telling", "scene", "aside")
    FIRST: ClassVar[str] = "#story"

    def __init__(
        self, bench: Workbench, look: Look, at: Progress | None = None, *, remember: bool = True
    ) -> None:
        """Begins at a place, without one where the tour was left; with `remember` it keeps how far it went."""
        super().__init__(bench, look)
        self.page = Page()
        self.opened: Opened | None = None
        self.before: Experiment | None = bench.experiment
        self.at = at
        self.remember = remember

    def compose(self) -> ComposeResult:
        """Header; story and dials; the live panels with the claims under them; footer."""
        yield Status(id="status")
        yield VerdictLine(id="verdict-line")
        with Container(id="lecture"):
            with Container(id="telling"):
                yield Story(id="story")
                yield Dials(id="dials")
            with Container(id="scene"):
                yield Distribution(id="distribution")
                yield Wrong(id="wrong")
                yield Pulls(id="pulls")
                yield TourClaims(id="tour-claims")
            with Container(id="aside"):
                yield Verdict(id="verdict")
                yield Why(id="why")
                yield Convergence(id="convergence")
        yield TourKeys(id="keys")
        yield Static("", id="too-small", markup=False)

    def on_mount(self, event: events.Mount | None = None) -> None:
        """Goes on where the tour was left."""
        if event is not None:
            event.prevent_default()
        self.remember &= not getattr(getattr(self.app, "options", None), "kiosk", False)
        self.refresh_view()
        self.query_one(self.FIRST).focus()
        self.go_to(self.at or remembered())

    # --- turning pages -------------------------------------------------------------------------------------------

    def go_to(self, progress: Progress) -> None:
        """Opens a page, its own run first."""
        self.opened = None
        self.view = self.view.but(claims=(), fork=None, cursor=None)
        self._turn(Page(progress))

        def read() -> Experiment:
            from sgdtui.preset.load import load

            if self.remember:
                bookmark(progress.page)
            return load(f"experiment/{progress.name}")

        self.bench.begin(read, lambda read: Opened(progress.page, OWN, Evidence(read), read))

    def action_next(self) -> None:
        """The next page."""
        self._step(1, "this was the last page; t shows them all")

    def action_back(self) -> None:
        """The page before."""
        self._step(-1, "this is the first page")

    def _step(self, by: int, otherwise: str) -> None:
        page = self.page.progress.page + by
        if 0 <= page < len(PAGES):
            self.go_to(replace(self.page.progress, page=page))
        else:
            self.tell(otherwise)

    def action_across(self, by: int) -> None:
        """→ and ←: the linked cursor in a plot, pages elsewhere."""
        if isinstance(self.focused, Distribution | Pulls | Wrong):
            self.action_cursor(by, 0)
        else:
            self._step(by, "there are no more pages this way")

    def action_contents(self) -> None:
        """All chapters to choose from."""

        def chosen(page: int | None) -> None:
            if page is not None and page != self.page.progress.page:
                self.go_to(replace(self.page.progress, page=page))

        self.app.push_screen(Contents(self.page.progress, self.view.look), chosen)

    # --- the runs of a page --------------------------------------------------------------------------------------

    def action_claim(self) -> None:
        """Back to the settings that the claim was made for, all walkers at their start."""
        self._begin(self.page.run)

    def action_run(self, number: int) -> None:
        """The page's own run (0) or one of its variants."""
        runs = self.page.runs
        if number < len(runs):
            self._begin(runs[number])
        elif len(runs) > 1:
            self.tell(f"this page has runs 0 to {len(runs) - 1}")
        else:
            self.tell("this page has one run only")

    def _begin(self, run: str) -> None:
        evidence, page = self.page.evidence, self.page.progress.page
        if evidence is None:
            return

        self.bench.begin(
            lambda: evidence.run_of(run), lambda experiment: Opened(page, run, evidence, experiment)
        )

    # --- what comes from the bench -------------------------------------------------------------------------------

    def take(self, event: Event | Opened | Seen) -> None:
        """Shows an event of the bench."""
        match event:
            case Opened(page, run, evidence, _) if page == self.page.progress.page:
                self.opened = event
                # What other runs have shown meanwhile is kept.
                kept = self.page.evidence or evidence
                self._turn(replace(self.page, evidence=kept, run=run, own=True, claims=kept.claims()))
            case Seen(page, evidence, claims, holds) if page == self.page.progress.page:
                progress = self.page.progress
                if holds:
                    progress = replace(progress, seen=progress.seen | {progress.name})
                self._turn(replace(self.page, progress=progress, evidence=evidence, claims=claims))
            case Opened() | Seen() | Claimed():
                pass
            case _:
                super().take(event)

    def _take_setup(self, setup: Setup) -> None:
        self.setup = setup
        self.view = self.view.but(title=setup.experiment.title or setup.experiment.name)
        self.query_one(Dials).offer(setup.dials)
        if self.opened is not None:
            self._turn(replace(self.page, own=same_run(setup.experiment, self.opened.experiment)))

    def check_claims(self) -> None:
        """Holds the claims against the run so far, unless the dials have been turned."""
        opened, evidence = self.opened, self.page.evidence
        if opened is None or evidence is None or not self.page.own:
            return

        name, remember = self.page.progress.name, self.remember

        def look(result: Result) -> Seen | None:
            if not same_run(result.experiment, opened.experiment):
                return None
            now = evidence.seen(opened.run, result.document())
            claims = now.claims()
            own = [entry.claim.holds for entry in claims if entry.run == OWN and not entry.waits]
            holds = bool(own) and all(own)
            if holds and remember:
                saw(name)
            return Seen(opened.page, now, claims, holds)

        self.bench.report(look)

    def _turn(self, page: Page) -> None:
        self.page = page
        self.query_one(Story).tell(page)
        self.query_one(TourClaims).tell(page)

    # --- the way out ---------------------------------------------------------------------------------------------

    def action_next_panel(self, by: int) -> None:
        """Focus the next panel; below 80 columns the dials take the story's place."""
        if self.size.width < 80 and self.alone is None:
            self.toggle_class("-playing")
            self.call_after_refresh(self._after_playing)
        elif by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def _after_playing(self) -> None:
        self.refresh_view()
        self.query_one("#dials" if self.has_class("-playing") else "#story").focus()

    def action_leave(self) -> None:
        """Leaves what is maximised, then the cursor, then the tour: what was there before it comes back."""
        if self.alone is not None or self.view.cursor is not None:
            super().action_leave()
            return
        before = self.before
        self.dismiss(None)
        if before is not None:
            self.bench.begin(lambda: before)

    def action_open(self) -> None:
        """Takes the present run to the laboratory."""
        setup, snapshot = self.setup, self.view.snapshot
        self.dismiss(None)
        laboratory = getattr(self.app, "laboratory", None)
        if laboratory is not None and setup is not None and snapshot is not None:
            laboratory.take(setup)
            laboratory.take(Shown(snapshot))
            self.bench.check_claims()
