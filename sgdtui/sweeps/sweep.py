"""Run what is missing of a sweep, and keep every row as it comes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sgdtui.lab.allowance import HEADLESS
from sgdtui.sweeps.executors import Engine, EngineError
from sgdtui.sweeps.grid import Axis, Point, point_key, point_seed, points, size
from sgdtui.sweeps.point import Reader, Row, failed, run_point
from sgdtui.sweeps.refine import Crossing, Measured, Target, refine
from sgdtui.sweeps.table import TableFile

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment

_AHEAD = 3
"""Points handed out for every slot: enough that none waits, few enough that ten thousand stay out of memory."""

_DEATHS = 2
"""A point alone in a process that dies so often is given up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to sweep.

    experiment  the preset, before any setting
    axes        the dials and their values; one value for what is only set
    quantities  what to read from every result
    seed        of the sweep; every point's own seed follows from it and the point's settings
    target      a contour to refine, or None for the full grid alone
    budget      seconds of one core that each prediction of a point may take
    """

    experiment: Experiment
    axes: tuple[Axis, ...]
    quantities: tuple[str, ...]
    seed: int = 0
    target: Target | None = None
    budget: float = HEADLESS


@dataclass(frozen=True, slots=True)
class Progress:
    """done of total points (total may grow while refining), how many of those were there before, and the newest row."""

    done: int
    total: int
    resumed: int
    failures: int
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sweep ended: as the last `Progress`, whether it is complete, and the contour where one was refined."""

    progress: Progress
    complete: bool
    crossings: tuple[Crossing, ...] = ()


def sweep(
    plan: Plan,
    table: TableFile,
    engine: Engine,
    reader: Reader,
    *,
    retry: bool = False,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outcome:
    """Run the points that `table` lacks and append their rows.

    Args:
        plan: what to sweep.
        table: where rows go; those that are there are not run again.
        engine: where points run. A process that dies costs its point's time only.
        reader: reads the plan's quantities from a result's document.
        retry: run the points again whose rows hold an error.
        progress: called after every row.
        cancelled: asked a few times a second; once True, what runs is dropped and what is done stays.

    Raises:
        EngineError: the engine is gone for good; every finished row is on disk.
        GridError: there is nothing to refine.
    """
    return _Sweep(plan, table, engine, reader, retry, progress, cancelled or (lambda: False)).run()


def preset_hash(experiment: Experiment) -> str:
    """Hex digits that name what an experiment is, whatever file it came from."""
    from sgdtui.preset.to_document import describe

    told = json.dumps(describe(experiment), sort_keys=True, default=repr)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class _Stopped(Exception):
    pass


class _Sweep:
    def __init__(
        self,
        plan: Plan,
        table: TableFile,
        engine: Engine,
        reader: Reader,
        retry: bool,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.plan, self.table, self.engine, self.reader = plan, table, engine, reader
        self.tell, self.cancelled = progress or (lambda _: None), cancelled
        self.hash = preset_hash(plan.experiment)
        self.known = table.done(plan.target.measure if plan.target else None, failures=not retry)
        self.done = self.resumed = self.failures = 0
        self.total = size(plan.axes)
        self.executor: Executor | None = None

    def run(self) -> Outcome:
        crossings: list[Crossing] = []
        complete = True
        try:
            if self.plan.target is None:
                self.batch(points(self.plan.axes))
            else:
                crossings = self.refined(self.plan.target)
        except _Stopped:
            complete = False
        except BaseException:
            self.engine.close(abandon=True)
            raise
        self.engine.close(abandon=not complete)
        return Outcome(self.state(), complete, tuple(crossings))

    def refined(self, target: Target) -> list[Crossing]:
        asking = refine(self.plan.axes, target)
        wanted = next(asking)
        self.total = 0
        while True:
            self.total += len(wanted)
            self.batch(wanted)
            measured: Measured = {point: self.known.get(self.key(point)) for point in wanted}
            try:
                wanted = asking.send(measured)
            except StopIteration as end:
                found: list[Crossing] = end.value
                return found

    def key(self, point: Point) -> str:
        return point_key(self.hash, point)

    def state(self, row: Row | None = None) -> Progress:
        return Progress(self.done, self.total, self.resumed, self.failures, row)

    def batch(self, wanted: Iterable[Point]) -> None:
        """Run every wanted point that is not known yet."""
        waiting = self.missing(wanted)
        while suspects := self.until_death(waiting):
            # Any of the points that ran may be to blame: one at a time, a death tells whose it was.
            for point in suspects:
                self.alone(point)

    def alone(self, point: Point) -> None:
        for _ in range(_DEATHS):
            if not self.until_death(iter((point,))):
                return
        seed = point_seed(self.plan.seed, point)
        self.keep(failed(self.key(point), point, seed, "the process that ran it died, and died again"))

    def until_death(self, waiting: Iterator[Point]) -> list[Point]:
        """Run points until there are no more, or a process dies: gives those that were lost with it."""
        running: dict[Future[Row], Point] = {}
        while True:
            while len(running) < _AHEAD * self.engine.slots and (point := next(waiting, None)) is not None:
                try:
                    running[self.submit(point)] = point
                except BrokenExecutor:
                    self.executor = None
                    return [point, *running.values()]
            if not running:
                return []
            finished, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            if self.cancelled():
                raise _Stopped
            lost = []
            for future in finished:
                point = running.pop(future)
                try:
                    self.keep(self.row(future, point))
                except BrokenExecutor:
                    lost.append(point)
            if lost:
                self.executor = None
                return [*lost, *running.values()]

    def missing(self, wanted: Iterable[Point]) -> Iterator[Point]:
        for point in wanted:
            if self.key(point) in self.known:
                self.done += 1
                self.resumed += 1
            else:
                yield point

    def submit(self, point: Point) -> Future[Row]:
        if self.executor is None:
            self.executor = self.engine.executor()
        seed = point_seed(self.plan.seed, point)
        run = partial(run_point, budget=self.plan.budget)
        return self.executor.submit(
            run, self.plan.experiment, self.key(point), point, seed, self.plan.quantities, self.reader
        )

    def row(self, future: Future[Row], point: Point) -> Row:
        try:
            return future.result()
        except (BrokenExecutor, EngineError):
            raise
        except CancelledError:
            raise EngineError("the engine dropped the points that it had: it is gone") from None
        except Exception as error:  # a cluster's own error about this point, such as workers that died of it
            seed = point_seed(self.plan.seed, point)
            return failed(self.key(point), point, seed, f"{type(error).__name__}: {error}")

    def keep(self, row: Row) -> None:
        self.table.append(row)
        target = self.plan.target
        value = row.measures.get(target.measure, (None, None))[0] if target is not None else None
        self.known[row.key] = float(value) if isinstance(value, int | float) else None
        self.done += 1
        self.failures += bool(row.error)
        self.tell(self.state(row))
