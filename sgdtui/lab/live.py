"""The live run that a face drives: walkers in one thread, predictions in another, frozen snapshots out, never a wait.

Every method returns at once; what it asks for happens on the worker thread between two chunks of about 20 ms.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgdtui.lab import checkpoint
from sgdtui.lab.allowance import LIVE, Allowance
from sgdtui.lab.pilot import Cancel
from sgdtui.lab.plan import known_domain
from sgdtui.lab.predictions import bin_edges
from sgdtui.lab.predictor import Foreseen, Predictor
from sgdtui.lab.result import Result
from sgdtui.lab.simulation import Simulation
from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import Start
from sgdtui.settings.processes import core_count

log = logging.getLogger(__name__)

LIMIT = 86_400.0
"""Seconds of stepping after which a run that nobody stops is done."""


@dataclass(frozen=True, slots=True)
class _Published:
    """What other threads may read of the simulation, put there by the worker alone."""

    snapshot: Snapshot
    relaxation_from: str | None
    kernel_source: str
    concluded: bool


class Lab:
    """One live run. See the module's text; all public methods are safe from any thread and return at once.

    Args:
        experiment: what to run, as the preset room gives it; what it leaves open is found on the way. None: wait
            for `change`.
        threads: that step the walkers; one a core if None.
        on_snapshot: called with every new snapshot, from the worker thread, at most once an `interval` while the
            run goes on and at once when something changed.
        interval: seconds between snapshots; may be set while it runs. So may `pace`, the steps between two snapshots
            for a run that is to be watched step by step (None: as many as there can be).
        limit: seconds of stepping after which the run is done.
        planned: steps to record after burn-in, after which the run is done; None to go on.
        state: of an ensemble (from a checkpoint, or another `Lab`), to go on from.
        paused: whether to wait before the first step.
        budget: seconds of one core that each prediction may take.
    """

    def __init__(
        self,
        experiment: Experiment | None,
        *,
        threads: int | None = None,
        on_snapshot: Callable[[Snapshot], None] | None = None,
        interval: float = 0.1,
        limit: float = LIMIT,
        planned: int | None = None,
        state: Mapping[str, Any] | None = None,
        paused: bool = False,
        budget: float = LIVE,
    ) -> None:
        self.budget = budget
        self.interval = interval
        self.threads = threads or core_count()
        self.limit = limit
        self.pace: int | None = None
        self._on_snapshot = on_snapshot
        self._planned = planned
        self._latest: Snapshot | None = None
        self._published: _Published | None = None

        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._next: tuple[Experiment, Mapping[str, Any] | None] | None = (
            None if experiment is None else (experiment, state)
        )
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._paused = paused

        self._predictor = Predictor(self._foreseen, budget)
        self._worker = threading.Thread(target=self._work, name="sgdtui-lab", daemon=True)
        self._worker.start()

    # --- what a face asks for -------------------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest snapshot; None before the first."""
        return self._latest

    @property
    def paused(self) -> bool:
        """Whether the walkers stand still because they were told to."""
        return self._paused

    @property
    def concluded(self) -> bool:
        """Whether the run is done and nothing is left to be said: all is predicted, fitted and judged."""
        return self._published is not None and self._published.concluded

    def pause(self) -> None:
        """Let the walkers stand still."""
        self._paused = True
        self._ask(lambda: None)

    def resume(self) -> None:
        """Let the walkers go on."""
        self._paused = False
        self._ask(lambda: None)

    def step_once(self) -> None:
        """One step of every walker; then they stand still."""
        self._paused = True
        self._ask(self._one_step)

    def _one_step(self) -> None:
        if self._simulation.ready(self.limit) and self._simulation.step(most=1):
            self._foresee()

    def reset(self) -> None:
        """Send all walkers back to the start, at time 0, with the same random streams."""
        self._ask(lambda: self._simulation.restart())

    def scatter(self, start: Start) -> None:
        """Put all walkers somewhere else; statistics begin anew."""
        self._ask(lambda: self._simulation.scatter(start))

    def change(self, experiment: Experiment) -> None:
        """Go on with another experiment: the walkers stay where they are if the dimension is the same.

        Only the last of several changes in a row is done.
        """
        self._take_up(experiment, None)

    def _take_up(self, experiment: Experiment, state: Mapping[str, Any] | None) -> None:
        with self._lock:
            self._next = (experiment, state)
        self._wake.set()

    def fork(self, on_snapshot: Callable[[Snapshot], None] | None = None) -> Lab:
        """Another run of the same experiment with the same walkers, which then goes its own way."""
        twin = Lab(
            None,
            threads=self.threads,
            on_snapshot=on_snapshot,
            interval=self.interval,
            limit=self.limit,
            planned=self._planned,
            paused=self._paused,
            budget=self.budget,
        )

        def hand_over() -> None:
            ensemble, running = self._simulation.ensemble, self._simulation.running
            if ensemble is not None and running is not None:
                twin._take_up(running, ensemble.state())

        self._ask(hand_over)
        return twin

    def save(
        self,
        path: Path,
        document: Mapping[str, Any] | Callable[[Experiment], Mapping[str, Any]],
        view: Mapping[str, Any] | None = None,
    ) -> threading.Event:
        """Write a checkpoint; the event is set when it is on disk (or could not be: see the log).

        The state is taken between two chunks and written in a thread of its own, so that the walkers hardly wait.
        `document` describes the experiment; a function of it is asked for the one that runs then, its window known.
        """
        written = threading.Event()

        def write(contents: Mapping[str, Any], state: Mapping[str, Any]) -> None:
            try:
                checkpoint.save(path, contents, state, view or {})
            except OSError as error:
                told = f"could not write the checkpoint: {error.strerror or error}"
                self._ask(lambda: self._simulation.tell(told))
                log.warning("checkpoint %s: %s", path, error)
            finally:
                written.set()

        def take() -> None:
            state, running = self._simulation.state(), self._simulation.running
            if state is None or running is None:
                written.set()
                return
            contents = document(running) if callable(document) else document
            threading.Thread(target=write, args=(contents, state), name="sgdtui-save", daemon=True).start()

        self._ask(take)
        return written

    def result(self) -> Result | None:
        """What there is now, as a `Result`; None before the first snapshot."""
        published = self._published
        if published is None:
            return None
        return Result(
            published.snapshot,
            self.threads,
            relaxation_from=published.relaxation_from,
            complete=published.snapshot.phase == "done",
            kernel_source=published.kernel_source,
        )

    def stop(self, timeout: float | None = None) -> bool:
        """End the run and both threads; waits for them up to `timeout` seconds (None: does not wait).

        True if they have ended.
        """
        self._stopping.set()
        self._wake.set()
        self._predictor.stop()
        if timeout is None or threading.current_thread() is self._worker:
            return not self._worker.is_alive()
        self._worker.join(timeout)
        return not self._worker.is_alive()

    # --- the worker -----------------------------------------------------------------------------------------------

    def _ask(self, command: Callable[[], None]) -> None:
        self._commands.put(command)
        self._wake.set()

    def _interrupted(self) -> bool:
        return self._stopping.is_set() or self._wake.is_set()

    def _foreseen(self, foreseen: Foreseen) -> None:
        self._ask(lambda: self._simulation.take(foreseen))

    def _work(self) -> None:
        simulation = self._simulation = Simulation(
            self.threads, planned=self._planned, allowance=lambda: Allowance(self.budget)
        )
        last = 0.0
        while not self._stopping.is_set():
            try:
                phase = simulation.phase
                changed = self._obey()
                moving = not self._paused and simulation.ready(self.limit)
                pace = self.pace
                if moving and simulation.step(self._interrupted, most=pace):
                    self._foresee()
                elif (to_fit := simulation.law_to_fit()) is not None:
                    self._predictor.fit(*to_fit)
                changed = changed or simulation.phase != phase
                now = time.monotonic()
                if changed or (moving and (now - last >= self.interval or pace is not None)):
                    self._publish()
                    last = now
                if moving and pace is not None:
                    self._wake.wait(self.interval)
                if not moving:
                    self._wake.wait(1.0)
            except Cancel:
                continue
            except Exception as error:
                log.exception("the run failed")
                simulation.fail(f"{type(error).__name__}: {error}")
                self._publish()
        simulation.phase = "stopped"
        try:
            self._publish()
        except Exception:
            log.exception("the last snapshot failed")
        finally:
            simulation.close()

    def _obey(self) -> bool:
        """Do what was asked for; True if anything was."""
        self._wake.clear()
        done = False
        with self._lock:
            following, self._next = self._next, None
        if following is not None:
            self._open(*following)
            done = True
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return done
            command()
            done = True

    def _open(self, asked: Experiment, state: Mapping[str, Any] | None) -> None:
        simulation = self._simulation
        if state is None and simulation.turn(asked):
            self._foresee()
            return
        simulation.phase, simulation.message = "pilot" if known_domain(asked) is None else "compiling", ""
        simulation.asked = asked
        self._publish()
        following = simulation.find_window(asked, lambda: self._stopping.is_set() or self._next is not None)
        first = simulation.ensemble is None
        if not first:
            self._predictor.request(asked, following, bin_edges(following))
        simulation.build(following, state)
        if first:  # what predicts is imported once the first walkers move: both hold the interpreter
            self._predictor.request(asked, following, bin_edges(following))

    def _foresee(self) -> None:
        simulation = self._simulation
        if simulation.asked is not None and simulation.experiment is not None:
            self._predictor.request(simulation.asked, simulation.experiment, simulation.edges)

    def _publish(self) -> None:
        simulation = self._simulation
        snapshot = simulation.snapshot(self._paused, self._latest)
        if snapshot is None:
            return
        resolved = simulation.resolved
        self._latest = snapshot
        self._published = _Published(
            snapshot,
            resolved.origin if resolved else None,
            simulation.kernel_source,
            simulation.concluded,
        )
        if self._on_snapshot is None:
            return
        try:
            self._on_snapshot(snapshot)
        except Exception:
            log.exception("a snapshot could not be shown")
