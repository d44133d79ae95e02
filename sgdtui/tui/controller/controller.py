"""What stands between the screen and the run: one thread that opens presets, turns dials, remembers for undo and
checks claims, so that the screen never waits. It answers with frozen events; heavy imports happen here.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgdtui.tui.controller.adviser import Adviser
from sgdtui.tui.controller.events import Busy, Claimed, Event, Request, Setup, Shown, Told, Trouble

if TYPE_CHECKING:
    from sgdtui.lab.result import Result
    from sgdtui.lab.snapshot import Snapshot
    from sgdtui.model.experiment import Experiment
    from sgdtui.tui.controller.choices import Offers
    from sgdtui.tui.controller.watched_file import PresetFile

log = logging.getLogger(__name__)

UNDO = 100
"""Changes that can be taken back."""

CLAIMS_EVERY = 1.0
"""Seconds between two checks of the claims."""

LabFactory = Callable[..., Any]


def real_lab(experiment: Experiment, on_snapshot: Callable[[Snapshot], None], **settings: Any) -> Any:
    """The lab of the engine."""
    from sgdtui.lab.live import Lab

    return Lab(experiment, on_snapshot=on_snapshot, **settings)


class Workbench:
    """One experiment being played with. Every method returns at once; `tell` is called from other threads."""

    def __init__(
        self,
        tell: Callable[[Event], None],
        *,
        make_lab: LabFactory = real_lab,
        threads: int | None = None,
        interval: float = 0.1,
        budget: float | None = None,
        fitted: Callable[[Experiment], Experiment] = lambda experiment: experiment,
    ) -> None:
        self._tell = tell
        self._fitted = fitted
        self._make_lab = make_lab
        self._settings: dict[str, Any] = {"threads": threads, "interval": interval}
        if budget is not None:
            self._settings["budget"] = budget
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._past: list[Experiment] = []
        self._future: list[Experiment] = []
        self.initials: dict[str, Any] = {}
        self._given: Experiment | None = None
        self._pace: int | None = None
        self._number = 0
        self._offers: Offers | None = None
        self._stopped = False
        self._file: PresetFile | None = None
        self._adviser = Adviser(tell)
        self.experiment: Experiment | None = None
        self.lab: Any = None
        self.fork_lab: Any = None
        self._thread = threading.Thread(target=self._work, name="sgdtui-workbench", daemon=True)
        self._thread.start()

    # --- what the screen asks for ---------------------------------------------------------------------------------

    def open(self, request: Request) -> None:
        """Opens a preset, or a loss with a noise, its walkers at their start; from now on its file is watched."""

        def read() -> None:
            from sgdtui.tui.controller.watched_file import PresetFile

            self._file = PresetFile(request)
            in_use = self.lab is not None
            self._begin_with(self._file.experiment)
            if in_use:
                self.restart()
            if self._file.notes:
                self._tell(Told("\n".join(self._file.notes)))

        self._do(read, "loading")

    def resume(self, path: Path, restored: Callable[[dict[str, Any]], None]) -> None:
        """Goes on with a checkpoint: the same walkers, random streams and statistics; `restored` is given its view."""

        def go_on() -> None:
            from sgdtui.lab.checkpoint import CheckpointError, load
            from sgdtui.preset.load import load_text

            try:
                saved = load(path)
            except (CheckpointError, OSError) as error:
                self._tell(Trouble(str(error), fatal=True))
                return
            experiment = load_text(saved.document["preset"], name=saved.document["name"], file=path.name)
            self._settings |= {"state": saved.state, "paused": bool(saved.view.get("paused"))}
            self._begin_with(experiment, saved.document.get("initials", {}))
            restored(saved.view)

        self._do(go_on, "loading")

    def begin(self, make: Callable[[], Experiment], about: Callable[[Experiment], Any] | None = None) -> None:
        """Takes up the experiment that `make` gives, its walkers at their start; both are called on the bench's thread.

        `about` gives an event to tell first.
        """

        def start() -> None:
            experiment = make()
            if about is not None:
                self._tell(about(experiment))
            self._begin_with(experiment)
            self.restart()

        self._do(start, "loading")

    def report(self, look: Callable[[Result], Any]) -> None:
        """Has `look` read the run so far on the bench's thread, and tells what it gives."""

        def ask() -> None:
            result = self._recorded()
            event = look(result) if result is not None else None
            if event is not None:
                self._tell(event)

        self._do(ask)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Turns dials or puts in another loss or noise, checked as a preset is."""

        def turn() -> None:
            from sgdtui.preset.change import changed

            if self.experiment is not None:
                self._take(changed(self.experiment, dict(changes)), keep=True)

        self._do(turn, "compiling" if {"loss", "noise"} & set(changes) else "")

    def undo(self) -> None:
        """Takes back the last change."""

        def back() -> None:
            if not self._past or self.experiment is None:
                self._tell(Trouble("nothing to undo"))
                return
            self._future.append(self.experiment)
            self._take(self._past.pop(), keep=False)

        self._do(back)

    def redo(self) -> None:
        """Does the change again that was taken back last."""

        def again() -> None:
            if not self._future or self.experiment is None:
                self._tell(Trouble("nothing to do again"))
                return
            self._past.append(self.experiment)
            self._take(self._future.pop(), keep=False)

        self._do(again)

    def pause(self, paused: bool) -> None:
        """Lets the walkers stand still, or go on."""
        for lab in (self.lab, self.fork_lab):
            if lab is not None:
                lab.pause() if paused else lab.resume()

    def restart(self) -> None:
        """All walkers back to the start."""
        if self.lab is not None:
            self.lab.reset()

    def scatter(self, point: tuple[float, ...]) -> None:
        """All walkers to a point of the axes that are shown; other coordinates where they start."""

        def go() -> None:
            from sgdtui.model.start import At

            if self.experiment is None or self.lab is None:
                return
            start = self.experiment.start
            whole = list(start.point) if isinstance(start, At) else [0.0] * self.experiment.dimension
            for axis, value in zip(self.experiment.space.axes, point, strict=False):
                whole[axis] = value
            self.lab.scatter(At(tuple(whole)))

        self._do(go)

    def compare(self, compared: bool) -> None:
        """Freezes the present run beside the one that goes on, or lets it go."""

        def fork() -> None:
            self._end_fork()
            if compared and self.lab is not None:
                here: list[Any] = []
                # What comes of a fork that was let go meanwhile is nobody's.
                told = self._tell_fork(here)
                here.append(self.lab.fork(told))
                self.fork_lab = here[0]

        self._do(fork)

    def _tell_fork(self, mine: list[Any]) -> Callable[[Snapshot], None]:
        """Tells of a fork's snapshots as long as it is the one that is compared with; `mine` comes to hold its lab."""

        def told(snapshot: Snapshot) -> None:
            if not mine or mine[0] is self.fork_lab:
                self._tell(Shown(snapshot, fork=True))

        return told

    def _end_fork(self) -> None:
        fork, self.fork_lab = self.fork_lab, None
        if fork is not None:
            fork.stop()

    def step_once(self) -> None:
        """One step of every walker; then they stand still."""
        if self.lab is not None:
            self.lab.step_once()

    def slower(self, slowest: int, fastest: int) -> int | None:
        """A quarter of the steps between two pictures, `slowest` at least; at first `fastest`. What it is now."""
        pace = fastest if self._pace is None else max(slowest, self._pace // 4)
        return self._walk_at(pace)

    def faster(self, fastest: int) -> int | None:
        """Four times as many; beyond `fastest` as many as there can be (None)."""
        pace = None if self._pace is None or 4 * self._pace > fastest else 4 * self._pace
        return self._walk_at(pace)

    def _walk_at(self, pace: int | None) -> int | None:
        self._pace = pace
        if self.lab is not None:
            self.lab.pace = pace
        return pace

    def advise(self, experiment: Experiment) -> None:
        """Works out what to try next; `experiment` is the running one, its window known."""
        self._adviser.consider(experiment)

    def look_at_file(self) -> None:
        """Takes up the preset file that was opened, if it has been saved anew; a broken one keeps the last good run."""
        if self._file is not None:
            self._do(self._look_at_file)

    def check_claims(self) -> None:
        """Checks the claims against the run so far."""
        self._do(self._check_claims)

    def watch_interval(self, interval: float) -> None:
        """Seconds between snapshots."""
        self._settings["interval"] = interval
        if self.lab is not None:
            self.lab.interval = interval

    def stop(self) -> None:
        """Ends the run; does not wait for threads that are busy."""
        self._stopped = True
        self._adviser.stop()
        self._tasks.put(None)
        for lab in (self.lab, self.fork_lab):
            if lab is not None:
                lab.stop()

    # --- the thread -----------------------------------------------------------------------------------------------

    def _do(self, task: Callable[[], None], busy: str = "") -> None:
        def run() -> None:
            if busy:
                self._tell(Busy(busy))
            try:
                task()
            finally:
                if busy:
                    self._tell(Busy(""))

        self._tasks.put(run)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self._stopped:
            try:
                task()
            except Exception as error:
                from sgdtui.preset.text.problem import PresetError

                if isinstance(error, PresetError):
                    self._tell(Trouble(error.rendered(), fatal=self.experiment is None))
                else:
                    log.exception("a change failed")
                    self._tell(Trouble(f"{type(error).__name__}: {error}", fatal=self.experiment is None))

    def _look_at_file(self) -> None:
        saved = self._file.saved_anew() if self._file is not None else None
        if saved is not None:
            self._take(saved, keep=True)

    def _begin_with(self, experiment: Experiment, initials: Mapping[str, Any] | None = None) -> None:
        """Takes up something else than there was: nothing of before can be undone or is compared with.

        `initials` are the dials' values as the preset had them, where they were turned before it was written down.
        """
        self._past, self._future = [], []
        self.initials = dict(initials or {})
        self._end_fork()
        self._given = self._fitted(experiment)
        self._take(experiment, keep=False)

    def _take(self, experiment: Experiment, *, keep: bool) -> None:
        from sgdtui.tui.controller.claim_lines import claims_apply, lines_of

        if keep and self.experiment is not None:
            self._past = [*self._past[-UNDO + 1 :], self.experiment]
            self._future = []
        experiment = self._fitted(experiment)
        self.experiment = experiment
        self._number += 1
        if self.lab is None:
            self.lab = self._make_lab(
                experiment, lambda snapshot: self._tell(Shown(snapshot)), **self._settings
            )
            if self._stopped:
                self.lab.stop()
        else:
            self.lab.change(experiment)
        self._tell(self._setup(experiment))
        self._tell(Claimed(lines_of(experiment, None), claims_apply(experiment, self.initials)))

    def _setup(self, experiment: Experiment) -> Setup:
        from sgdtui.tui.controller.choices import Offers
        from sgdtui.tui.controller.claim_lines import claims_apply

        self._offers = self._offers or Offers()
        setup = self._offers.setup(experiment, self._number, len(self._past), self.initials)
        given = self._given
        same = given is None or (given.system == experiment.system and given.name == experiment.name)
        as_given = same and claims_apply(experiment, self.initials)
        return replace(setup, as_given=as_given, compared=self.fork_lab is not None)

    def _check_claims(self) -> None:
        from sgdtui.tui.controller.claim_lines import claims_apply, lines_of

        experiment = self.experiment
        if experiment is None or not experiment.expect or not claims_apply(experiment, self.initials):
            return
        result = self._recorded()
        if result is not None:
            self._tell(Claimed(lines_of(experiment, result.document())))

    def _recorded(self) -> Result | None:
        """The run so far; None before anything was recorded and predicted for it."""
        result = self.lab.result() if self.lab is not None else None
        snapshot = result.snapshot if result is not None else None
        if snapshot is None or snapshot.samples == 0 or snapshot.predictions_of != snapshot.generation:
            return None
        return result
