"""Walkers: compiled, advanced by threads, counted. The engine's one face to the rest of the house."""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.model.quantities import in_steps
from sgdtui.model.start import At, Normal, Start, Uniform
from sgdtui.simulate.count.arrivals import passage_columns, passage_counts
from sgdtui.simulate.count.batches import Batches
from sgdtui.simulate.count.beside import Beside
from sgdtui.simulate.count.counts import Counts
from sgdtui.simulate.count.groups import layout
from sgdtui.simulate.count.tally import Tally
from sgdtui.simulate.driver import rng
from sgdtui.simulate.driver.layout import BATCH, BORN, CAPACITY, ENTROPY, FLOW, PADDING
from sgdtui.simulate.form.registry import program
from sgdtui.simulate.program import Unsupported

if TYPE_CHECKING:
    from sgdtui.simulate.compile.kernels import Kernels
    from sgdtui.simulate.threads import Pool

__all__ = ["Ensemble", "Unsupported"]

CHUNK_SECONDS = 0.02
"""How long the threads run between two looks at whether to stop."""

FEWEST_STEPS, LONGEST_CHUNK = 48, 0.05
"""Many walkers come from memory and go back there in every chunk: it is worth so many steps, if it stays this short."""

SHARES = 8
"""Tasks of a chunk for each thread, so that those whose core others slow down leave more of them to the rest."""

FAR = 1e12

State = dict[str, Any]


class Ensemble:
    """The walkers of one experiment.

    Results are the same, bit for bit, for any number of threads and however the steps are divided among calls of
    `advance`: every walker has its own random stream, and every group of walkers its own sums, always added to in the
    same order.

    Args:
        experiment: `space.domain` must be set. For hops it should be (-½, n - ½) with one bin a state.
        threads: one a core by default.

    Raises:
        Unsupported: a form, law or combination that is not simulated.
        ValueError: there is no domain, or there are no walkers.
    """

    def __init__(self, experiment: Experiment, *, threads: int | None = None) -> None:
        self.experiment = experiment
        self._program = program(in_steps(experiment))
        swarm = experiment.dynamics.swarm.size if experiment.dynamics.swarm else 1
        self.walkers = experiment.run.walkers // swarm * swarm
        if self.walkers <= 0:
            raise ValueError(f"{experiment.run.walkers} walkers do not make one swarm of {swarm}")
        self.dimension = experiment.dimension
        self._threads = threads
        self._pool: Pool | None = None
        self._parts: list[tuple[int, int]] = []
        self._kernels: Kernels | None = None
        self._lock = threading.Lock()
        self._layout = layout(self.walkers, swarm, int(self._program.sizes[CAPACITY]) - PADDING)
        self._beside = Beside(experiment, self._layout)
        self._tally = Tally(
            self._layout.row_groups,
            self.dimension,
            self._bins(),
            len(experiment.observe) - len(self._beside.columns),
            self._shift(),
            bool(self._program.sizes[FLOW]),
            bool(self._program.sizes[ENTROPY]),
            self._beside.columns,
        )
        self._batches = Batches(self._layout.groups)
        self._passage = np.zeros((self._layout.groups, passage_columns(len(experiment.observe))))
        self._state = np.empty((self._program.state_rows, self.walkers))
        self._memory = np.zeros((self.walkers, self._program.memory_columns), dtype=np.int32)
        self._seconds_per_step: dict[
            bool, float
        ] = {}  # recorded or not: few walkers are soon stepped, not recorded
        self.seconds = 0.0
        self.walker_steps = 0
        self._records_in_batch = 0
        self.restart()

    # --- what it is

    @property
    def kernel_source(self) -> str:
        """The generated step, as text."""
        return self._program.source

    @property
    def lost(self) -> int:
        """Walkers dropped so far: not finite, or beyond 1e12. A walker that `until` stopped is not lost."""
        return int((~self._going()).sum()) - int(self._passage[:, 0].sum())

    def compile(self) -> None:
        """Compile, or load from the cache. `advance` does so by itself."""
        if self._kernels is None:
            from sgdtui.simulate.compile.kernels import kernels

            self._kernels = kernels(self._program)

    # --- stepping

    def advance(self, steps: int, *, record: bool, cancelled: Callable[[], bool] | None = None) -> int:
        """Take `steps` steps; returns how many were taken (fewer if `cancelled` said so between two chunks).

        With `record`, positions are counted after every `every`-th step since the statistics began (`clear`).
        """
        self.compile()
        done = 0
        while done < steps and not (cancelled is not None and cancelled()):
            with self._lock:
                chunk = min(self._chunk(record), steps - done)
                if record and self._layout.time_batched:
                    chunk = min(chunk, self._until_batch_closes())
                chunk = min(chunk, self._until_measured(record))
                self._run(chunk, record)
            done += chunk
        return done

    def _chunk(self, record: bool) -> int:
        """Steps that take some 20 ms, to the end of a round: half a round would draw the whole of it again."""
        rounds = self._program.round_steps
        steps = 1
        known = self._seconds_per_step.get(record)
        if known:
            usual, most = (int(s / known) for s in (CHUNK_SECONDS, LONGEST_CHUNK))
            steps = max(1, usual, min(FEWEST_STEPS, most))
        begun = self.step % rounds
        return max(1, (begun + steps) // rounds) * rounds - begun

    def _until_batch_closes(self) -> int:
        records = self._batches.length - self._records_in_batch
        return records * self._every - self._since % self._every

    def _until_measured(self, record: bool) -> int:
        """Steps until something is measured between steps."""
        waits = [self._every - (self.step - self._origin) % self._every] if self._beside.waits else []
        if record and self._beside.columns:
            since, every = self._since, self._every
            waits.append(self._beside.until_due(since // every) * every - since % every)
        return min(waits, default=2**62)

    def _measure(self, record: bool) -> None:
        """What is due between steps: quantities of some walkers, and who has arrived."""
        took = self.step - self._origin
        if self._beside.waits and took % self._every == 0:
            self._beside.stop_arrived(self.experiment, self._state, self.step, took, self.time, self._passage)
        records = self._since // self._every
        if record and self._since % self._every == 0 and self._beside.is_due(records):
            self._beside.add(
                self.experiment, self._state, records, self.step, self.time, self._tally.measured
            )

    def _run(self, steps: int, record: bool) -> None:
        from sgdtui.simulate.threads import Pool

        assert self._kernels is not None
        if self._pool is None:
            self._pool = Pool(self._threads)
            self._parts = self._layout.tasks(1 if self._pool.threads == 1 else SHARES * self._pool.threads)
        began = clock.perf_counter()
        times = self._pool.each(self._kernels.drive, self._tasks(steps, record))
        took = clock.perf_counter() - began
        self.seconds += took
        self.walker_steps += steps * self.walkers
        recent = took / steps
        known = self._seconds_per_step.get(record)
        self._seconds_per_step[record] = recent if known is None else 0.5 * (known + recent)
        self.time = float(times[0])
        self.step += steps
        if record:
            records = (self._since % self._every + steps) // self._every
            self._since += steps
        self._measure(record)
        if record:
            self._close_batch(records)

    def _close_batch(self, records: int) -> None:
        if not self._layout.time_batched:
            return
        self._records_in_batch += records
        if self._records_in_batch >= self._batches.length:
            self._batches.add(self._tally.arrays())
            self._tally.clear()
            self._records_in_batch = 0

    def _tasks(self, steps: int, record: bool) -> list[tuple[Any, ...]]:
        p, kernels = self._program, self._kernels
        assert kernels is not None
        sizes = p.sizes.copy()
        sizes[BORN] = self._origin
        shared = (
            self._layout.blocks,
            self._layout.bounds,
            self._state,
            self._streams,
            self._memory,
            p.rows,
            self.step,
            steps,
            self.time,
            self._since if record else -1,
            self._every,
            p.dials,
            p.law_shape,
            sizes,
            np.array(self.experiment.space.axes, dtype=np.int64),
            self._window(),
            self._tally.shift,
            kernels.draw_address,
            kernels.step_address,
            *self._tally.driven(),
            self._passage,
            self._origin,
        )
        return [(*part, *shared) for part in self._parts]

    # --- what was counted

    def counts(self) -> Counts:
        """Everything recorded since the statistics began (passages: since the walkers were put at their start)."""
        with self._lock:
            passage = None
            if self.experiment.until is not None:
                going = self._going()
                passage = passage_counts(
                    self._passage,
                    np.diff(self._layout.bounds),
                    np.add.reduceat(going.astype(np.int64), self._layout.bounds[:-1]),
                    self.step - self._origin,
                )
            return self._tally.counts(
                self._edges(),
                self.lost,
                self.experiment.time_step,
                passage,
                self._batches.closed,
                self._layout.time_batched,
            )

    def clear(self) -> None:
        """Forget what was recorded; the walkers stay. First passages stay too: they belong to the walkers."""
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        self._tally.clear()
        self._batches.clear()
        self._since = 0
        self._records_in_batch = 0

    # --- where the walkers are

    def positions(self) -> NDArray[np.float64]:
        """(walkers, d), NaN for walkers that are lost or stopped."""
        with self._lock:
            found: NDArray[np.float64] = self._state[: self.dimension].T.copy()
            found[~self._going()] = np.nan
            return found

    def _going(self) -> NDArray[np.bool_]:
        """Which walkers are neither far nor infinite; what a rule remembers of squares may well be far."""
        return np.asarray((np.abs(self._state[: self.dimension]) <= FAR).all(axis=0), dtype=np.bool_)

    def restart(self) -> None:
        """Walkers to their start, step 0, time 0, the seed's random streams from their beginning, nothing recorded."""
        with self._lock:
            self.step = 0
            self.time = 0.0
            self._streams = rng.streams(self.experiment.run.seed, self.walkers)
            self._clear()
            self._put(self._points(self.experiment.start))

    def scatter(self, start: Start) -> None:
        """Put all walkers (lost and stopped ones too) at a start; step and time go on."""
        with self._lock:
            self._put(self._points(start))

    def adopt(self, positions: NDArray[np.float64]) -> None:
        """Put the walkers at `positions` (n, d), repeated or cut to the number of walkers; NaN rows stay lost."""
        with self._lock:
            self._put(np.resize(np.asarray(positions, dtype=np.float64), (self.walkers, self.dimension)))

    def _put(self, points: NDArray[np.float64]) -> None:
        self._state[...] = 0.0
        self._state[: self.dimension] = points.T
        self._state[:, np.isnan(points).any(axis=1)] = np.nan
        if self._program.directions:
            self._state[1] = np.where(np.arange(self.walkers) % 2, -1.0, 1.0)
        self._passage[...] = 0.0
        self._origin = self.step
        self._memory[...] = np.arange(self._memory.shape[1], dtype=np.int32)

    def _points(self, start: Start) -> NDArray[np.float64]:
        random = np.random.default_rng([0x5347, self.experiment.run.seed, self.step])
        shape = (self.walkers, self.dimension)
        match start:
            case At(point):
                return np.broadcast_to(np.array(point, dtype=np.float64), shape)
            case Uniform(box):
                low, high = np.array(box, dtype=np.float64).T
                points = random.uniform(low, high, shape)
                return np.floor(points + 0.5) if self.experiment.system.states is not None else points
            case Normal(mean, deviation):
                return random.normal(mean, deviation, shape)

    # --- changes

    def change(self, experiment: Experiment) -> bool:
        """Go on with the same walkers under an experiment that differs in numbers only (nothing is recompiled).

        False, and nothing happens, if it takes another kernel or another shape: build a new Ensemble then.
        A new window clears the statistics; what else to clear is the caller's choice.
        """
        fresh, beside = program(in_steps(experiment)), Beside(experiment, self._layout)
        same = (
            fresh.structure == self._program.structure
            and experiment.run.walkers == self.experiment.run.walkers
            and experiment.run.seed == self.experiment.run.seed
            and experiment.space.axes == self.experiment.space.axes
            and len(experiment.observe) == len(self.experiment.observe)
            and beside.columns == self._beside.columns
            and beside.waits == self._beside.waits
            and (fresh.sizes == self._program.sizes)[np.arange(len(fresh.sizes)) != BATCH].all()
        )
        bins = tuple(experiment.run.bins_for(len(experiment.space.axes)) for _ in experiment.space.axes)
        if not same or bins != self._bins():
            return False
        with self._lock:
            moved = experiment.space.domain != self.experiment.space.domain
            self.experiment, self._program, self._beside = experiment, fresh, beside
            if moved:
                self._tally.shift = self._shift()
                self._clear()
        return True

    # --- saving

    def state(self) -> State:
        """All that is needed to go on exactly where this stands, as arrays and numbers."""
        with self._lock:
            return {
                "step": self.step,
                "time": self.time,
                "since": self._since,
                "origin": self._origin,
                "records_in_batch": self._records_in_batch,
                "seconds": self.seconds,
                "walker_steps": self.walker_steps,
                "walkers": self._state.copy(),
                "streams": self._streams.copy(),
                "memory": self._memory.copy(),
                "passage": self._passage.copy(),
                **{name: array.copy() for name, array in self._tally.arrays().items()},
                **self._batches.state(),
            }

    def restore(self, state: State) -> None:
        """Take back what `state` gave. Raises ValueError if it is of another experiment."""
        with self._lock:
            targets: dict[str, NDArray[Any]] = {
                "walkers": self._state,
                "memory": self._memory,
                "passage": self._passage,
            }
            targets |= {"streams": self._streams, **self._tally.arrays()}
            for name, array in targets.items():
                if np.shape(state[name]) != array.shape:
                    raise ValueError(f"the saved {name} do not fit this experiment")
            for name, array in targets.items():
                array[...] = state[name]
            self._batches.restore(state, Tally.NAMES)
            self.step = int(state["step"])
            self.time = float(state["time"])
            self._since = int(state["since"])
            self._origin = int(state["origin"])
            self._records_in_batch = int(state["records_in_batch"])
            self.seconds = float(state["seconds"])
            self.walker_steps = int(state["walker_steps"])

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    # --- the window

    @property
    def _every(self) -> int:
        return self.experiment.run.every

    def _bins(self) -> tuple[int, ...]:
        axes = len(self.experiment.space.axes)
        return (self.experiment.run.bins_for(axes),) * axes

    def _domain(self) -> tuple[tuple[float, float], ...]:
        domain = self.experiment.space.domain
        assert domain is not None
        return domain

    def _edges(self) -> tuple[NDArray[np.float64], ...]:
        return tuple(
            np.linspace(low, high, bins + 1)
            for (low, high), bins in zip(self._domain(), self._bins(), strict=True)
        )

    def _window(self) -> NDArray[np.float64]:
        boundaries = self.experiment.space.boundaries
        if len(boundaries) == 1:
            boundaries = boundaries * len(self._domain())
        return np.array(
            [
                (low, bins / (high - low), float(bins), high - low if wall.kind == "periodic" else 0.0)
                for (low, high), bins, wall in zip(self._domain(), self._bins(), boundaries, strict=True)
            ]
        )

    def _shift(self) -> NDArray[np.float64]:
        shift = np.zeros(self.dimension)
        for axis, (low, high) in zip(self.experiment.space.axes, self._domain(), strict=True):
            shift[axis] = 0.5 * (low + high)
        return shift
