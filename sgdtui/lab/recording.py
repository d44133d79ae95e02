"""The statistics of one generation: while it settles a window of the recent past, then everything since burn-in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.compare.asymmetry import Asymmetry, asymmetry
from sgdtui.lab.estimators import DRIFTING, added, after, drift_between
from sgdtui.lab.pairs_in_time import PairsInTime, tells_of_a_current
from sgdtui.lab.plan import better_window
from sgdtui.lab.sample import sample
from sgdtui.lab.series import SeriesRecorder, claimed_steps, plan
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
_WALKERS = 4096
"""About so many walkers are asked which wells they are in."""
_FAR_STEPS = 2**24
"""Claims that lie further ahead are not waited for."""


class Recording:
    """What is counted of an ensemble from now on, and how far it has settled.

    sampling  whether burn-in is over
    still     whether averages have stopped moving, where no relaxation time tells; None: not known yet
    loss_rate the share of the walkers left that was lost a step in the last stretch compared; None: not known yet
    alive     walkers that were finite at the last look; -1 before the first
    drawn     (n, axes) where the walkers that are drawn were at the last look
    at_first  where some walkers (see `some_walkers`) were when burn-in was over; None: not known

    With `planned`, the number of steps to record, nothing is counted while it settles, the moments of the series are
    laid out beforehand, and `still` compares the two halves; without, a run that is watched shows its recent past,
    and `still` compares each stretch with all before it, twice as long every time.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        experiment: Experiment,
        edges: tuple[Array, ...],
        planned: int | None = None,
        watched: bool = True,
    ) -> None:
        self._ensemble = ensemble
        self._axes = list(experiment.space.axes)
        self._every = experiment.run.every
        self._planned = planned
        self._watched = watched
        if watched or planned is None:
            self._moments = claimed_steps(experiment, _FAR_STEPS)
        else:
            self._moments = plan(experiment, (experiment.run.burn_in or 0) + planned)
        times = np.array(sorted({e.at for e in experiment.expect if e.at is not None}))
        self._recorder = SeriesRecorder(experiment, edges, times)
        self._origin = self._stretch_began = ensemble.step
        self._earlier: Counts | None = None
        self._half: Counts | None = None
        self._half_at = 0
        self._mark = 0
        self._per_step = 0.0
        self._look_at_window = False
        self.sampling = False
        self.still: bool | None = None
        self.loss_rate: float | None = None
        self.alive = -1
        self.drawn: Array | None = None
        self.at_first: Array | None = None
        self._pairs = PairsInTime(experiment, ensemble.walkers) if tells_of_a_current(experiment) else None
        self._asymmetry: tuple[int, Asymmetry | None] = (-1, None)
        if not watched and len(self._moments) and self._moments[0] == 0:
            self.look()

    # --- saving

    def reached(self) -> dict[str, Any]:
        """How far these statistics are, for `go_on`."""
        return {
            "origin": self._origin,
            "sampling": self.sampling,
            "stretch_began": self._stretch_began,
            "pairs": {} if self._pairs is None else self._pairs.state(),
        }

    def go_on(self, reached: Mapping[str, Any]) -> None:
        """Take a restored ensemble's counts for as good as when they were saved."""
        self._origin, self._stretch_began = int(reached["origin"]), int(reached["stretch_began"])
        self.sampling = bool(reached["sampling"])
        # Averages are compared from here on, at the next of the marks that the run would have come to.
        self._mark = self._every
        while self._mark <= self.sampled:
            self._mark *= 2
        if self._pairs is not None:
            self._pairs.restore(reached.get("pairs", {}))

    # --- stepping

    @property
    def elapsed(self) -> int:
        """Steps since these statistics began, burn-in included."""
        return self._ensemble.step - self._origin

    @property
    def sampled(self) -> int:
        """Steps since burn-in was over; 0 before."""
        return self._ensemble.step - self._stretch_began if self.sampling else 0

    def begin_sampling(self) -> None:
        """Burn-in is over: count from now on."""
        self.sampling = self._look_at_window = True
        if self._watched and self._ensemble.step > self._origin:
            self._ensemble.clear()
        self._earlier = None
        self.at_first = self.some_walkers()
        self._begin_stretch()

    def some_walkers(self) -> Array:
        """Where some of the walkers are, always the same, (n, d)."""
        return self._ensemble.positions()[:: max(1, self._ensemble.walkers // _WALKERS)]

    def _begin_stretch(self) -> None:
        self._half = self.still = self.loss_rate = None
        self._half_at = 0
        self._stretch_began = self._ensemble.step
        self._mark = self._every
        if self._planned is not None:
            self._mark = max(self._every, self._planned // 2 // self._every * self._every)
        if self._pairs is not None and self.sampling:
            self._pairs.clear()
            self._pairs.take(0, self._ensemble.positions())

    def step(self, burn_in: int | None, cancelled: Callable[[], bool] | None, most: int | None = None) -> int:
        """Advance the walkers for about `CHUNK` seconds, by `most` steps at most; the number of steps taken.

        `burn_in` in steps, None while it is not known. Chunks end where burn-in does, where a claim or a moment of
        the series is due, and where averages are compared, so that nothing depends on how long a chunk took.
        """
        if not self.sampling and self._watched:
            self._slide()
        steps = _FIRST_CHUNK if self._per_step == 0 else max(1, int(CHUNK / self._per_step))
        if steps > self._every:
            steps -= steps % self._every
        if not self.sampling and burn_in is not None:
            steps = min(steps, burn_in - self.elapsed)
        if self.sampling:
            steps = min(steps, self._mark - self.sampled)
            if self._planned is not None and self._planned > self.sampled:
                steps = min(steps, self._planned - self.sampled)
            if self._pairs is not None:
                steps = min(steps, self._pairs.after(self.sampled) - self.sampled)
        upcoming = self._moments[self._moments > self._ensemble.step]
        if len(upcoming):
            steps = min(steps, int(upcoming[0]) - self._ensemble.step)
        if most is not None:
            steps = max(1, min(steps, most))
        began = time.perf_counter()
        done = self._ensemble.advance(steps, record=self._watched or self.sampling, cancelled=cancelled)
        if done > 0:
            spent = (time.perf_counter() - began) / done
            self._per_step = spent if self._per_step == 0 else 0.7 * self._per_step + 0.3 * spent
        if len(upcoming) and self._ensemble.step == upcoming[0]:
            self.look()
        if self._pairs is not None and self.sampling and done and self._pairs.wanted(self.sampled):
            self._pairs.take(self.sampled, self._ensemble.positions())
        if self.sampling and self.sampled == self._mark:
            self._compare()
        return done

    def _slide(self) -> None:
        """Forget: what is shown is of this stretch and the one before."""
        now = self._ensemble.step
        if now - self._stretch_began > max(_REACH * self.elapsed, 4 * _FIRST_CHUNK):
            self._earlier = self._ensemble.counts()
            self._ensemble.clear()
            self._stretch_began = now
            self._look_at_window = True

    def _compare(self) -> None:
        """Whether averages moved between the stretch up to the last mark and the one since."""
        counts = self._ensemble.counts()
        if self._half is not None:
            left = max(self._ensemble.walkers - self._half.lost, 1)
            self.loss_rate = (counts.lost - self._half.lost) / left / max(self.sampled - self._half_at, 1)
            z = math.nan if counts.time_batched else drift_between(self._half, after(counts, self._half))
            self.still = bool(z < DRIFTING)
        self._half, self._half_at = counts, self.sampled
        halfway = self._planned is not None and self.sampled < self._planned
        self._mark = self._planned if halfway and self._planned is not None else 2 * self.sampled

    # --- the window

    def better_window(
        self, domain: tuple[Interval, ...], wells: Callable[[], Array | None]
    ) -> tuple[Interval, ...] | None:
        """A window that holds the walkers where `domain` does not; looked for when sampling begins, and before
        that now and then, for walkers of which a fifth is outside. `wells` (m, axes) that it holds stay in it.
        """
        if not self._look_at_window:
            return None
        self._look_at_window = False
        drawn = self._ensemble.positions()[:, self._axes]
        return better_window(drawn, domain, 1e-3 if self.sampling else 0.2, wells())

    def rewindow(self, edges: tuple[Array, ...]) -> None:
        """Count anew in other bins."""
        self._ensemble.clear()
        self._recorder.rewindow(edges)
        self._earlier = None
        self._begin_stretch()

    # --- reading

    def counts(self) -> Counts:
        """What was counted lately (while settling) or since burn-in."""
        counts = self._ensemble.counts()
        return counts if self._earlier is None or counts.time_batched else added(counts, self._earlier)

    def asymmetry(self) -> Asymmetry | None:
        """What pairs of places in time tell of a current; None where they tell nothing, or nothing yet."""
        if self._pairs is None or not self.sampling:
            return None
        if self._asymmetry[0] != self.sampled:
            sums = self._pairs.sums()
            self._asymmetry = (self.sampled, None if sums is None else asymmetry(sums))
        return self._asymmetry[1]

    def look(self) -> NDArray[np.int32]:
        """Where the walkers are now, (bins…); notes the moment in the series."""
        positions = self._ensemble.positions()
        self.alive = int(np.isfinite(positions).all(axis=1).sum())
        self.drawn = sample(positions, self._axes)
        return self._recorder.record(self._ensemble.time, positions)

    def histograms(self) -> list[tuple[float, NDArray[np.int32], int]]:
        """The time, the histogram (bins…) and the number of walkers alive of every moment with the present bins."""
        return self._recorder.histograms()

    def series(self, predictions: dict[str, Prediction]) -> Series:
        """The moments so far, with their distances from the predictions."""
        return self._recorder.series(predictions)
