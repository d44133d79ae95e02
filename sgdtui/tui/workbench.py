"""What stands between the screen and the run: one thread that opens presets, turns dials, remembers for undo and
checks claims, so that the screen never waits. It answers with frozen events; heavy imports happen here.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgdtui.expression import Expression
    from sgdtui.lab.result import Result
    from sgdtui.lab.snapshot import Snapshot
    from sgdtui.model.experiment import Experiment
    from sgdtui.tui.panels.dials import Dial
    from sgdtui.tui.panels.library import Choice
    from sgdtui.tui.view import ClaimLine

log = logging.getLogger(__name__)

UNDO = 100
"""Changes that can be taken back."""

CLAIMS_EVERY = 1.0
"""Seconds between two checks of the claims."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to open: a preset's name or file, with a loss and a noise by name or as expressions to put in its place."""

    preset: str | None = None
    loss: str | None = None
    noise: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """What can be turned and chosen now, for the left column. `number` grows with every change."""

    number: int
    experiment: Experiment
    dials: tuple[Dial, ...]
    losses: tuple[Choice, ...]
    noises: tuple[Choice, ...]
    loss: str
    noise: str
    loss_text: str
    noise_text: str
    undoable: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Something is going on that a person should know of ("" when it is over)."""

    what: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person asked for was refused or failed: plain text, one line or a few."""

    text: str
    fatal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A new snapshot; `fork` says that it is of the run that is compared with."""

    snapshot: Snapshot
    fork: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claims as they stand; `apply` False: the dials have left what was claimed for."""

    claims: tuple[ClaimLine, ...]
    apply: bool = True


Event = Setup | Busy | Trouble | Shown | Claimed
LabFactory = Callable[..., Any]


def real_lab(experiment: Experiment, on_snapshot: Callable[[Snapshot], None], **settings: Any) -> Any:
    """The lab of the engine."""
    from sgdtui.lab.lab import Lab

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
        fitted: Callable[[Experiment], Experiment] = lambda experiment: experiment,
    ) -> None:
        self._tell = tell
        self._fitted = fitted
        self._make_lab = make_lab
        self._settings: dict[str, Any] = {"threads": threads, "interval": interval}
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._past: list[Experiment] = []
        self._number = 0
        self._fitting: dict[tuple[str, str], int | None] = {}
        self._stopped = False
        self._watched: Path | None = None
        self._saved: tuple[int, int] | None = None
        self.experiment: Experiment | None = None
        self.lab: Any = None
        self.fork_lab: Any = None
        self._thread = threading.Thread(target=self._work, name="sgdtui-workbench", daemon=True)
        self._thread.start()

    # --- what the screen asks for ---------------------------------------------------------------------------------

    def open(self, request: Request) -> None:
        """Opens a preset, or a loss with a noise, its walkers at their start; from now on its file is watched."""

        def read() -> None:
            experiment = _read(request)
            self._watch(request.preset)
            in_use = self.lab is not None
            self._take(experiment, keep=False)
            if in_use:
                self.restart()

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
            self._take(experiment, keep=False)
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
            self._past = []
            self._take(experiment, keep=False)
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
            if not self._past:
                self._tell(Trouble("nothing to undo"))
                return
            self._take(self._past.pop(), keep=False)

        self._do(back)

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

    def compare(self) -> None:
        """Freezes the present run beside the one that goes on; a second time lets it go."""

        def fork() -> None:
            if self.fork_lab is not None:
                self.fork_lab.stop()
                self.fork_lab = None
            elif self.lab is not None:
                self.fork_lab = self.lab.fork(lambda snapshot: self._tell(Shown(snapshot, fork=True)))

        self._do(fork)

    def look_at_file(self) -> None:
        """Takes up the preset file that was opened, if it has been saved anew; a broken one keeps the last good run."""
        if self._watched is not None:
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
                from sgdtui.preset.problem import PresetError

                if isinstance(error, PresetError):
                    self._tell(Trouble(error.rendered(), fatal=self.experiment is None))
                else:
                    log.exception("a change failed")
                    self._tell(Trouble(f"{type(error).__name__}: {error}", fatal=self.experiment is None))

    def _watch(self, preset: str | None) -> None:
        """From now on the file that a preset is in is looked at for changes."""
        from sgdtui.preset.load import find

        self._watched = find(preset) if preset is not None else None
        self._saved = _stamp(self._watched)

    def _look_at_file(self) -> None:
        from sgdtui.preset.load import load

        saved = _stamp(self._watched)
        if self._watched is None or saved is None or saved == self._saved:
            return
        self._saved = saved
        self._take(load(self._watched), keep=True)

    def _take(self, experiment: Experiment, *, keep: bool) -> None:
        if keep and self.experiment is not None:
            self._past = [*self._past[-UNDO + 1 :], self.experiment]
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
        self._tell(Claimed(self._claim_lines(experiment, None), self._claims_apply(experiment)))

    def _setup(self, experiment: Experiment) -> Setup:
        from sgdtui.model.gradient import GradientSystem
        from sgdtui.tui.dial_list import dials_of
        from sgdtui.tui.stability import warning_of

        system = experiment.system
        loss = system.loss if isinstance(system, GradientSystem) else None
        noise = getattr(system, "noise", None)
        without = "from the data" if system.form == "sample" else "its own"
        warning, step = warning_of(experiment), "dt" if experiment.dynamics.is_sde else "eta"
        return Setup(
            number=self._number,
            experiment=experiment,
            dials=tuple(replace(d, warning=warning) if d.path == step else d for d in dials_of(experiment)),
            losses=self._choices("loss", experiment),
            noises=self._choices("noise", experiment),
            loss=(loss.name or "") if loss is not None else "",
            noise=(noise.name or "") if noise is not None else "",
            loss_text=_written(loss.expression) if loss is not None else f"{system.form} form",
            noise_text=_noise_text(noise) if noise is not None else without,
            undoable=len(self._past),
        )

    def _choices(self, kind: str, experiment: Experiment) -> tuple[Choice, ...]:
        from sgdtui.preset import library
        from sgdtui.tui.panels.library import Choice

        choices = []
        for entry in library.entries(kind):
            needs = self._dimension(kind, entry)
            reason = ""
            if kind == "noise" and needs is not None and needs != experiment.dimension:
                reason = f"it needs {_axes(needs)}, the loss has {_axes(experiment.dimension)}"
            if kind == "noise" and experiment.system.form not in ("gradient", "drift"):
                reason = f"the {experiment.system.form} form brings its own noise"
            choices.append(Choice(entry.name, entry.title, entry.about, reason))
        return tuple(sorted(choices, key=lambda choice: (choice.reason != "", choice.title.lower())))

    def _dimension(self, kind: str, entry: Any) -> int | None:
        """The dimension that an entry needs, read once; None where it fits any or cannot be read."""
        key = (kind, str(entry.path))
        if key not in self._fitting:
            from sgdtui.preset.named import loss_from_file, noise_from_file
            from sgdtui.preset.report import Report

            read = loss_from_file if kind == "loss" else noise_from_file
            part = None
            with contextlib.suppress(Exception):
                part = read(entry.path, Report(str(entry.path)))
            self._fitting[key] = part.dimension if part is not None else None
        return self._fitting[key]

    def _check_claims(self) -> None:
        experiment, lab = self.experiment, self.lab
        if experiment is None or lab is None or not experiment.expect or not self._claims_apply(experiment):
            return
        result = self._recorded()
        if result is not None:
            self._tell(Claimed(self._claim_lines(experiment, result.document())))

    def _recorded(self) -> Result | None:
        """The run so far; None before anything was recorded and predicted for it."""
        result = self.lab.result() if self.lab is not None else None
        snapshot = result.snapshot if result is not None else None
        if snapshot is None or snapshot.samples == 0 or snapshot.predictions_of != snapshot.generation:
            return None
        return result

    def _claims_apply(self, experiment: Experiment) -> bool:
        """Whether every dial that matters stands where the preset put it."""
        from sgdtui.tui.dial_list import LAST, dials_of

        return all(dial.value == dial.initial for dial in dials_of(experiment) if dial.path not in LAST)

    def _claim_lines(
        self, experiment: Experiment, document: Mapping[str, Any] | None
    ) -> tuple[ClaimLine, ...]:
        if not experiment.expect:
            return ()
        from sgdtui.claims.check import check
        from sgdtui.tui.claim_lines import line_of

        live = replace(
            experiment,
            expect=tuple(e for e in experiment.expect if e.variant is None and "variants." not in e.that),
        )
        return tuple(
            line_of(claim, document is not None) for claim in check(live, document or {}, final=False)
        )


def _stamp(file: Path | None) -> tuple[int, int] | None:
    """When a file was saved, and its size; None where there is none."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(request: Request) -> Experiment:
    """The experiment that a request names. Raises PresetError."""
    from sgdtui.preset.change import changed
    from sgdtui.preset.load import combine, load

    if request.preset is not None:
        experiment = load(request.preset)
        changes = {k: v for k, v in (("loss", request.loss), ("noise", request.noise)) if v is not None}
        return changed(experiment, changes) if changes else experiment
    return combine(request.loss or "double-well", request.noise or "constant")


def _written(expression: Expression) -> str:
    """An expression as a person would type it."""
    from sgdtui.preset.describe import text

    said = text(expression)
    return f"{said:g}" if isinstance(said, int | float) else said


def _noise_text(noise: Any) -> str:
    entries = [_written(entry) for entry in noise.covariance]
    return entries[0] if noise.form == "isotropic" else f"[{', '.join(entries)}]"


def _axes(dimension: int) -> str:
    return "one dimension" if dimension == 1 else f"{dimension} dimensions"
