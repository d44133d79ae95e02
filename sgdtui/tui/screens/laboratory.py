"""The laboratory: all panels around one run, and the keys that work everywhere."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from sgdtui.tui.controller.controller import CLAIMS_EVERY, Workbench
from sgdtui.tui.controller.events import Advised, Busy, Claimed, Event, Setup, Shown, Told, Trouble
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain_lines
from sgdtui.tui.draw.predictions import label_of
from sgdtui.tui.frame_meter import FrameMeter
from sgdtui.tui.panels.claims import Claims
from sgdtui.tui.panels.decider import decider_of
from sgdtui.tui.panels.dials import Dials
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.panels.history import Convergence
from sgdtui.tui.panels.keys import Keys
from sgdtui.tui.panels.loss import LossList
from sgdtui.tui.panels.messages import CursorMoved, DialTurned, EditExpression, EntryChosen, ScatterHere
from sgdtui.tui.panels.noise import NoiseList
from sgdtui.tui.panels.over_time import OverTime
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.panels.pulls import Pulls
from sgdtui.tui.panels.status import Status
from sgdtui.tui.panels.try_next import TryNext
from sgdtui.tui.panels.verdict import Verdict
from sgdtui.tui.panels.verdict_line import VerdictLine
from sgdtui.tui.panels.why import Why
from sgdtui.tui.panels.wrong import Wrong
from sgdtui.tui.screens.bindings import LABORATORY
from sgdtui.tui.view import ARROWS, View
from sgdtui.tui.view_state import document_of, restored

TOUR = find_spec("sgdtui.tui.tour.screen") is not None
"""Whether there is a tour to take."""

NOTICE_SECONDS = 4.0

CHANGED = " · changed"
"""What follows a preset's title when its dials, loss or noise are no longer its own."""

NARROW = 80
"""In fewer columns the set-up takes the view's place when it is asked for."""

SLOWEST, FASTEST = 1, 4096
"""Steps between two pictures when the clock is slowed down; beyond the fastest it runs freely."""

ANSWER_FIRST = 0.03
"""Seconds by which the answer to a key in the header goes before the panels."""

FILE_EVERY = 1.0
"""Seconds between two looks at the file that was opened."""


class Laboratory(Screen[None]):
    """One run, watched and played with."""

    BINDINGS: ClassVar[list[BindingType]] = [*LABORATORY]
    COLUMNS: ClassVar[tuple[str, ...]] = ("setup", "view", "side")
    """The containers of the panels, by their ids."""
    FIRST: ClassVar[str] = "#dials"
    """What has the focus first where there is room for everything."""

    def __init__(self, bench: Workbench, look: Look, title: str = "") -> None:
        super().__init__()
        self.bench = bench
        self.view = View(look=look, title=title)
        self.setup: Setup | None = None
        self._claims_at = 0.0
        self._frames = FrameMeter()
        self._notice_at = 0.0
        self.alone: Panel | None = None
        self._advised = -1
        self._narrow: bool | None = None

    def compose(self) -> ComposeResult:
        """Header, verdict, three columns, footer."""
        yield Status(id="status")
        yield VerdictLine(id="verdict-line")
        with Container(id="body"):
            with Container(id="setup"):
                yield LossList(id="loss")
                yield NoiseList(id="noise")
                yield Dials(id="dials")
                yield OverTime(id="over-time")
                yield Claims(id="claims")
                yield TryNext(id="try-next")
            with Container(id="view"):
                yield Distribution(id="distribution")
                yield Wrong(id="wrong")
                yield Pulls(id="pulls")
            with Container(id="side"):
                yield Wrong(id="wrong-side")
                yield Pulls(id="pulls-side")
                yield Verdict(id="verdict")
                yield Why(id="why")
                yield Convergence(id="convergence")
        yield Keys(id="keys")
        yield Static("", id="too-small", markup=False)

    def on_mount(self) -> None:
        """The dials are what people reach for first."""
        self.refresh_view()
        self.query_one(self.FIRST).focus()
        self.set_interval(FILE_EVERY, self.bench.look_at_file)

    # --- what comes from the bench -------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Shows an event of the bench."""
        match event:
            case Shown(snapshot, True):
                if self.view.fork is not None:  # a frame that was on its way when the comparison ended
                    self.view = self.view.but(fork=snapshot)
            case Shown(snapshot, False):
                self._frames.count()
                before = self.view.snapshot
                fresh = (
                    before is None or before.generation != snapshot.generation or snapshot.step < before.step
                )
                origin = snapshot.step if fresh else self.view.origin
                self.view = self.view.but(snapshot=snapshot, origin=origin, **self._wire())
                self._ask_for_advice()
                if time.monotonic() - self._claims_at > CLAIMS_EVERY:
                    self._claims_at = time.monotonic()
                    self.check_claims()
                if self.view.notice and time.monotonic() - self._notice_at > NOTICE_SECONDS:
                    self.view = self.view.but(notice="")
            case Setup():
                self._take_setup(event)
            case Advised(advice):
                self.view = self.view.but(advice=advice)
            case Busy(what):
                self.view = self.view.but(busy=what)
            case Claimed(claims, apply):
                self.view = self.view.but(claims=claims, claims_apply=apply)
            case Told(text):
                self.notify(self.view.look.say(plain_lines(text)), timeout=12, markup=False)
            case Trouble(text):
                self.notify(self.view.look.say(plain_lines(text)), severity="error", timeout=8, markup=False)
        self.refresh_view()

    def _ask_for_advice(self) -> None:
        """Once for every generation of the run, when its verdict has come: until then there is enough to compute."""
        snapshot = self.view.snapshot
        known = (
            snapshot is not None
            and snapshot.verdict is not None
            and not (self.view.settling or self.view.stale)
        )
        if snapshot is not None and known and self._advised != snapshot.generation:
            self._advised = snapshot.generation
            self.bench.advise(snapshot.experiment)

    def check_claims(self) -> None:
        """Asks how the claims stand."""
        self.bench.check_claims()

    def _take_setup(self, setup: Setup) -> None:
        self.setup = setup
        experiment = setup.experiment
        title = experiment.title or experiment.name
        cursor = self.view.cursor
        if cursor is not None and len(cursor) != len(experiment.space.axes):
            cursor = None
        changed = "" if setup.as_given else CHANGED
        fork = self.view.fork if setup.compared else None
        self.view = self.view.but(title=title + changed, cursor=cursor, fork=fork, advice=())
        self.query_one(LossList).offer(setup.losses, setup.loss, setup.loss_text)
        self.query_one(NoiseList).offer(setup.noises, setup.noise, setup.noise_text)
        self.query_one(Dials).offer(setup.dials)

    def view_document(self) -> dict[str, Any]:
        """How the run is looked at, as plain JSON, for a checkpoint."""
        focused = self.focused.id if self.focused is not None else None
        return {**document_of(self.view), "theme": self.app.theme, "focused": focused}

    def restore_view(self, document: dict[str, Any]) -> None:
        """Looks at the run as it was looked at."""
        self.view = restored(self.view, document)
        if document.get("theme") in self.app.available_themes:
            self.app.theme = document["theme"]
        focused = next((w for w in self.query(Panel) if w.id == document.get("focused")), None)
        if focused is not None:
            focused.focus()
        self.refresh_view()

    def _wire(self) -> dict[str, Any]:
        """Frames and bytes a second and the round trip, as far as they are measured."""
        session = getattr(self.app, "session", None)
        wire: dict[str, Any] = session.wire() if session is not None else {}
        # A picture goes out in pieces on a slow link: of what was sent, no more than came were pictures.
        fps = self._frames.rate
        return {**wire, "fps": min(fps, wire.get("fps", fps))}

    @property
    def settled_down(self) -> bool:
        """Whether everything that was asked for has been shown."""
        return (
            self.is_mounted
            and self.setup is not None
            and self.view.snapshot is not None
            and not self.view.busy
        )

    def refresh_view(self) -> None:
        """Hands the view to every panel that is on the screen."""
        if not self.is_mounted:
            return
        shown = self.view.snapshot
        self.set_class(shown is not None and len(shown.edges) == 2, "-plane")
        for panel in self.query(Panel):
            if panel.display and panel.size.width:
                panel.show(self.view)
            else:
                panel.view = self.view

    def forget_colours(self) -> None:
        """The theme has changed."""
        for panel in self.query(Panel):
            panel.forget_colours()

    def tell(self, text: str) -> None:
        """One line in the header for a few seconds."""
        self._notice_at = time.monotonic()
        self.view = self.view.but(notice=text)
        self._answer()

    def _answer(self) -> None:
        """What a key changed in the header goes out before the panels are painted."""
        self.query_one(Status).show(self.view)
        self.set_timer(ANSWER_FIRST, self.refresh_view)

    def on_resize(self, event: events.Resize) -> None:
        """Says what is needed where there is too little room; the run goes on."""
        text = f"sgdtui needs 60×20 cells; here are {event.size.width}×{event.size.height}. The run goes on."
        self.query_one("#too-small", Static).update(self.view.look.say(text))
        narrow = event.size.width < NARROW
        if not narrow:
            self.remove_class("-setting-up")
        if (
            self._narrow is not None and self._narrow != narrow
        ):  # what had the focus may have gone: it is not passed on
            self.call_after_refresh(self.query_one("#distribution" if narrow else self.FIRST).focus)
        self._narrow = narrow
        self.call_after_refresh(self.refresh_view)

    # --- keys ----------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No tour where there is none, no files on a kiosk."""
        kiosk = getattr(self.app, "kiosk", None)
        if kiosk is not None and action in kiosk.REFUSED_ACTIONS:
            return False
        if action == "tour":
            return TOUR
        return super().check_action(action, parameters)

    def action_pause(self) -> None:
        """Pause or go on."""
        snapshot = self.view.snapshot
        paused = not (snapshot is not None and snapshot.paused)
        self.bench.pause(paused)
        if snapshot is not None:  # the word changes with the key; the walkers follow within a chunk
            self.view = self.view.but(snapshot=replace(snapshot, paused=paused))
            self._answer()

    def action_restart(self) -> None:
        """All walkers back to the start."""
        self.bench.restart()
        self.tell("restarted")

    def action_turn_eta(self, by: int) -> None:
        """Turns the learning rate."""
        self.query_one(Dials).turn("eta", by)

    def action_undo(self) -> None:
        """Takes back the last change."""
        self.bench.undo()

    def action_cycle(self) -> None:
        """Each prediction as the line, then none."""
        order = [*self.view.drawable(), "none"]
        place = order.index(self.view.shown() or "none")
        self.view = self.view.but(prediction=order[(place + 1) % len(order)])
        shown = self.view.shown()
        self.tell(f"line: {label_of(shown) if shown else 'no prediction'}")

    def action_arrows(self) -> None:
        """In the plane the next field of arrows; on a line arrows in place of curves, and back."""
        plane = self.view.snapshot is not None and len(self.view.snapshot.edges) == 2
        order = (*ARROWS, "") if plane else ("velocity", "")
        place = order.index(self.view.arrows) if self.view.arrows in order else 0
        self.view = self.view.but(arrows=order[(place + 1) % len(order)])
        self.refresh_view()

    def action_smooth(self) -> None:
        """Shades and bars with or without hysteresis."""
        look = replace(self.view.look, smooth=not self.view.look.smooth)
        self.view = self.view.but(look=look)
        self.tell("smoothed" if look.smooth else "not smoothed")

    def action_compare(self) -> None:
        """Keeps the run as it is beside the one that goes on; a second time lets it go."""
        compared = self.view.fork is None
        if compared and self.view.snapshot is None:
            return
        self.view = self.view.but(fork=self.view.snapshot if compared else None)
        self.bench.compare(compared)
        self.tell("turn a dial to compare" if compared else "no longer compared")

    # --- one panel alone -------------------------------------------------------------------------------------------

    def action_maximise(self) -> None:
        """The focused panel alone between header and footer, and back; of the dials nothing is gained: the picture."""
        if self.alone is not None:
            self.show_alone(None)
        else:
            focused = self.focused
            chosen = focused if isinstance(focused, Panel) and not isinstance(focused, Dials) else None
            self.show_alone(chosen or self.query_one(Distribution))

    def action_full(self) -> None:
        """The picture alone, and back."""
        picture = self.query_one(Distribution)
        self.show_alone(None if self.alone is picture else picture)

    def show_alone(self, panel: Panel | None) -> None:
        """One panel with all the room between header and footer; None: all of them again."""
        self.alone = panel
        for column in self.query(Container):
            if column.id in self.COLUMNS:
                holds = panel is not None and panel in column.query(Panel)
                column.set_class(holds, "-holds-alone")
                column.set_class(panel is not None and not holds, "-gone")
                for other in column.query(Panel):
                    other.set_class(other is panel, "-alone")
                    other.set_class(panel is not None and other is not panel, "-gone")
        if panel is not None:
            panel.focus()
        self.call_after_refresh(self.refresh_view)

    def action_jump(self) -> None:
        """A letter on every panel; one that is not on the screen is shown alone."""
        from sgdtui.tui.screens.jump import Jump

        panels = self._to_jump_to()
        self.view = self.view.but(jumping=True)
        self.refresh_view()

        def chosen(letter: str | None) -> None:
            self.view = self.view.but(jumping=False)
            self.refresh_view()
            panel = panels.get(letter or "")
            if panel is None:
                return
            if panel.size.area and panel.display:
                panel.focus()
            else:
                self.show_alone(panel)

        self.app.push_screen(Jump({letter: p.TITLE for letter, p in panels.items()}, self.view.look), chosen)

    def _to_jump_to(self) -> dict[str, Panel]:
        """Panels by their letter; of two of a kind the one that is on the screen."""
        found: dict[str, Panel] = {}
        for panel in self.query(Panel):
            if panel.JUMP and (panel.JUMP not in found or panel.size.area):
                found[panel.JUMP] = panel
        return found

    # --- the clock -------------------------------------------------------------------------------------------------

    def action_step(self) -> None:
        """One step, and then they stand still."""
        snapshot = self.view.snapshot
        if snapshot is not None and not snapshot.paused:
            self.view = self.view.but(snapshot=replace(snapshot, paused=True))
        self.bench.step_once()
        self._answer()

    def action_slower(self) -> None:
        """Fewer steps between two pictures, down to one."""
        self._pace(self.bench.slower(SLOWEST, FASTEST))

    def action_faster(self) -> None:
        """More steps between two pictures, up to as many as there can be."""
        self._pace(self.bench.faster(FASTEST))

    def _pace(self, pace: int | None) -> None:
        steps = "a step" if pace == 1 else f"{pace} steps"
        self.tell("full speed" if pace is None else f"{steps} a picture")

    # --- what would decide ------------------------------------------------------------------------------------------

    def action_decide(self) -> None:
        """Does what would decide an undecided run."""
        decider = decider_of(self.view)
        if decider is None or not decider.changes:
            self.tell("nothing is left to decide" if decider is None else "it goes on by itself")
            return
        self.bench.change(decider.changes)
        self.tell(decider.done)

    def action_redo(self) -> None:
        """Does again what was taken back."""
        self.bench.redo()

    def action_presets(self) -> None:
        """The library's experiments by name, presets and tables in folders."""
        self.app.choose_preset()  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        """Leaves what is alone, then the cursor, then the set-up."""
        if self.alone is not None:
            self.show_alone(None)
        elif self.view.cursor is not None:
            self.view = self.view.but(cursor=None)
            self.refresh_view()
        else:
            self.remove_class("-setting-up")
            self.call_after_refresh(self.refresh_view)

    def action_setup(self) -> None:
        """Below 80 columns: the set-up instead of the view, and back."""
        self.toggle_class("-setting-up")
        self.call_after_refresh(self._after_setup)

    def _after_setup(self) -> None:
        self.refresh_view()
        self.query_one("#dials" if self.has_class("-setting-up") else "#distribution").focus()

    def action_next_panel(self, by: int) -> None:
        """Focus the next panel; below 80 columns change between set-up and view at the ends."""
        if self.size.width < 80 and self.alone is None:
            last = "#claims" if self.has_class("-setting-up") else "#pulls"
            first = "#loss" if self.has_class("-setting-up") else "#distribution"
            if self.focused is not None and self.focused.id == (last if by > 0 else first)[1:]:
                self.action_setup()
                return
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_cursor(self, across: int, up: int) -> None:
        """Moves the linked cursor by a cell or so."""
        snapshot = self.view.snapshot
        if (
            snapshot is None
            or not snapshot.edges
            or not isinstance(self.focused, Distribution | Pulls | Wrong)
        ):
            return
        edges = snapshot.edges
        box = self.query_one(Distribution).box
        cells = (box.columns if box else 60, 2 * box.rows if box else 30)
        cursor = self.view.cursor or tuple(float(e[0] + e[-1]) / 2 for e in edges)
        moved = []
        for axis, (edge, by) in enumerate(zip(edges, (across, up), strict=False)):
            step = float(edge[-1] - edge[0]) / max(cells[axis], 1)
            place = cursor[axis] + by * step
            moved.append(float(min(max(place, edge[0]), edge[-1])))
        self.view = self.view.but(cursor=tuple(moved))
        self.refresh_view()

    def action_help(self) -> None:
        """Explains every panel, the focused one first."""
        from sgdtui.tui.screens.help import Help

        self.app.push_screen(Help(self.focused if isinstance(self.focused, Panel) else None, self.view.look))

    def action_edit(self, kind: str) -> None:
        """Types a loss or noise in place."""
        if self.setup is None or self.setup.experiment.system.exchangeable_noise is None:
            self.notify("this form brings its own drift and noise; choose a loss instead", markup=False)
            return
        from sgdtui.tui.screens.expression import ExpressionEditor

        text = self.setup.loss_text if kind == "loss" else self.setup.noise_text
        if kind == "loss" and not self.setup.loss:
            text = self.setup.loss_text

        def typed(new: str | None) -> None:
            if new is not None and new != text:
                from sgdtui.preset.change import read_value

                self.bench.change({kind: read_value(new)})

        self.app.push_screen(ExpressionEditor(kind, text, self.setup.experiment, self.view.look), typed)

    def action_export(self) -> None:
        """Writes preset, data and picture of this view."""
        from sgdtui.tui.screens.export import ExportDialog

        if self.view.snapshot is not None:
            self.app.push_screen(ExportDialog(self.bench, self.view))

    def action_tour(self) -> None:
        """Takes the tour."""
        from importlib import import_module

        self.app.push_screen(import_module("sgdtui.tui.tour.screen").Tour(self.bench, self.view.look))

    def action_map(self) -> None:
        """Back to the map of the sweep that the app was opened with."""
        from sgdtui.sweeps.table import TableError

        try:
            self.app.show_map()  # type: ignore[attr-defined]
        except TableError as error:
            self.notify(self.view.look.say(plain_lines(str(error))), severity="error", markup=False)

    # --- what the panels ask for ---------------------------------------------------------------------------------

    @on(DialTurned)
    def _dial_turned(self, message: DialTurned) -> None:
        value = message.value
        whole = isinstance(value, float) and value.is_integer() and self._takes_whole(message.path)
        self.bench.change({message.path: int(value) if whole else value})

    def _takes_whole(self, path: str) -> bool:
        return any(dial.path == path and dial.whole for dial in (self.setup.dials if self.setup else ()))

    @on(EntryChosen)
    def _entry_chosen(self, message: EntryChosen) -> None:
        if message.kind == "loss" and self.setup is not None and self.setup.experiment.system.surface is None:
            from sgdtui.tui.controller.events import Request

            self.bench.open(Request(loss=message.name))
            return
        self.bench.change({message.kind: message.name})

    @on(EditExpression)
    def _edit_expression(self, message: EditExpression) -> None:
        self.action_edit(message.kind)

    @on(CursorMoved)
    def _cursor_moved(self, message: CursorMoved) -> None:
        self.view = self.view.but(cursor=message.point)
        self.refresh_view()

    @on(ScatterHere)
    def _scatter_here(self, message: ScatterHere) -> None:
        self.bench.scatter(message.point)
        self.tell("walkers placed here")
