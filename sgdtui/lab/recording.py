"""The statistics of one generation: while it settles a window of the recent past, then everything since burn-in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.lab.estimators import DRIFTING, added, after, drift_between
from sgdtui.lab.plan import better_window
from sgdtui.lab.series import SeriesRecorder, claimed_steps
from sgdtui.lab.snapshot import Series
from sgdtui.model.experiment import Experiment
from sgdtui.model.loss import Interval
from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts

if TYPE_CHECKING:
    from sgdtui.simulate.ensemble import Ensemble


CHUNK = 0.02
"""Seconds of stepping between two looks at what is asked for."""
_FIRST_CHUNK = 16
_REACH = 0.25
"""Until the run has settled, statistics reach back over at least this share of the time since the last change."""
_FAR_STEPS = 2**24
"""Claims that lie further ahead are not waited for."""


class Statistics:
    """What is counted of an ensemble from now on, and how far it has settled.

    sampling  whether burn-in is over
    still     whether averages have stopped moving, where no relaxation time tells; None: not known yet
    alive     walkers that were finite at the last look; -1 before the first
    """

    def __init__(self, ensemble: Ensemble, experiment: Experiment, edges: tuple[Array, ...]) -> None:
        self._ensemble = ensemble
        self._axes = list(experiment.space.axes)
        self._every = experiment.run.every
        self._claimed = claimed_steps(experiment, _FAR_STEPS)
        times = np.array(sorted({e.at for e in experiment.expect if e.at is not None}))
        self._recorder = SeriesRecorder(experiment, edges, times)
        self._origin = self._stretch_began = ensemble.step
        self._earlier: Counts | None = None
        self._half: Counts | None = None
        self._half_step = 0
        self._per_step = 0.0
        self._look_at_window = False
        self.sampling = False
        self.still: bool | None = None
        self.alive = -1

    # --- saving

    def reached(self) -> dict[str, Any]:
        """How far these statistics are, for `go_on`."""
        return {"origin": self._origin, "sampling": self.sampling, "stretch_began": self._stretch_began}

    def go_on(self, reached: Mapping[str, Any]) -> None:
        """Take a restored ensemble's counts for as good as when they were saved."""
        self._origin, self._stretch_began = int(reached["origin"]), int(reached["stretch_began"])
        self.sampling = bool(reached["sampling"])

    # --- stepping

    @property
    def elapsed(self) -> int:
        """Steps since these statistics began, burn-in included."""
        return self._ensemble.step - self._origin

    def step(self, burn_in: int | None, cancelled: Callable[[], bool]) -> None:
        """Advance the walkers for about `CHUNK` seconds. `burn_in` in steps, None while it is not known."""
        if not self.sampling and burn_in is not None and self.elapsed >= burn_in:
            self._begin_sampling()
        elif not self.sampling:
            self._slide()
        steps = _FIRST_CHUNK if self._per_step == 0 else max(1, int(CHUNK / self._per_step))
        if steps > self._every:
            steps -= steps % self._every
        if not self.sampling and burn_in is not None:
            steps = min(steps, burn_in - self.elapsed)
        upcoming = self._claimed[self._claimed > self._ensemble.step]
        if len(upcoming):
            steps = min(steps, int(upcoming[0]) - self._ensemble.step)
        began = time.perf_counter()
        done = self._ensemble.advance(steps, record=True, cancelled=cancelled)
        if done > 0:
            spent = (time.perf_counter() - began) / done
            self._per_step = spent if self._per_step == 0 else 0.7 * self._per_step + 0.3 * spent
        if len(upcoming) and self._ensemble.step == upcoming[0]:
            self._recorder.record(self._ensemble.time, self._ensemble.positions())

    def _begin_sampling(self) -> None:
        self.sampling = self._look_at_window = True
        if self._ensemble.step > self._origin:
            self._ensemble.clear()
        self._earlier = self._half = None
        self._half_step = 0
        self._stretch_began = self._ensemble.step

    def _slide(self) -> None:
        """Forget: what is shown is of this stretch and the one before."""
        now = self._ensemble.step
        if now - self._stretch_began > max(_REACH * self.elapsed, 4 * _FIRST_CHUNK):
            self._earlier = self._ensemble.counts()
            self._ensemble.clear()
            self._stretch_began = now
            self._look_at_window = True

    def watch_for_drift(self) -> None:
        """Compare each stretch of the sampling with all before it, twice as long every time."""
        sampled = self._ensemble.step - self._stretch_began
        if not self.sampling or (self._half is not None and sampled < 2 * self._half_step):
            return
        counts = self._ensemble.counts()
        if self._half is not None and not counts.time_batched:
            z = drift_between(self._half, after(counts, self._half))
            self.still = bool(z < DRIFTING) if math.isfinite(z) else None
        self._half, self._half_step = counts, max(sampled, 1)

    # --- the window

    def better_window(self, domain: tuple[Interval, ...]) -> tuple[Interval, ...] | None:
        """A window that holds the walkers where `domain` does not; looked for when sampling begins, and before
        that now and then, for walkers of which a fifth is outside.
        """
        if not self._look_at_window:
            return None
        self._look_at_window = False
        drawn = self._ensemble.positions()[:, self._axes]
        return better_window(drawn, domain, 1e-3 if self.sampling else 0.2)

    def rewindow(self, edges: tuple[Array, ...]) -> None:
        """Count anew in other bins."""
        self._ensemble.clear()
        self._recorder.rewindow(edges)
        self._earlier = self._half = self.still = None
        self._half_step = 0
        self._stretch_began = self._ensemble.step

    # --- reading

    def counts(self) -> Counts:
        """What was counted lately (while settling) or since burn-in."""
        counts = self._ensemble.counts()
        return counts if self._earlier is None or counts.time_batched else added(counts, self._earlier)

    def look(self) -> NDArray[np.int32]:
        """Where the walkers are now, (bins…); notes the moment in the series."""
        positions = self._ensemble.positions()
        self.alive = int(np.isfinite(positions).all(axis=1).sum())
        return self._recorder.record(self._ensemble.time, positions)

    def series(self, predictions: dict[str, Prediction]) -> Series:
        """The moments so far, with their distances from the predictions."""
        return self._recorder.series(predictions)
