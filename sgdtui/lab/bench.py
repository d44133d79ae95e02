"""The walkers of a live run and what is known about them: everything that the worker thread alone may touch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.lab.appraise import Appraisal, appraise
from sgdtui.lab.compose import Clock, compose, no_counts
from sgdtui.lab.foreseer import Foreseen
from sgdtui.lab.foresight import Foresight, MeasuredLaw, bin_edges
from sgdtui.lab.measure import added, after, drift_between
from sgdtui.lab.pilot import Cancelled
from sgdtui.lab.resolve import RELAXATIONS, Resolved, has_no_rest, known_domain, with_domain
from sgdtui.lab.run import DRIFTING, better_window
from sgdtui.lab.series import SeriesRecorder, claimed_steps
from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import FALLBACK_INTERVAL
from sgdtui.model.start import Start
from sgdtui.simulate.count.counts import Counts

if TYPE_CHECKING:
    from sgdtui.simulate.ensemble import Ensemble

Array = NDArray[np.float64]

CHUNK = 0.02
"""Seconds of stepping between two looks at what is asked for."""
_FIRST_CHUNK = 16
_REACH = 0.25
"""Until the run has settled, statistics reach back over at least this share of the time since the last change."""
_JUDGING = 0.08
"""Most of the worker's time that may go into judging."""
_FAR = 2**62


class Bench:
    """One ensemble, its statistics in the making, and the predictions that came in for it."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.asked: Experiment | None = None
        self.experiment: Experiment | None = None
        self.ensemble: Ensemble | None = None
        self.resolved: Resolved | None = None
        self.foresight: Foresight | None = None
        self._foreseen: Foreseen | None = None
        self.edges: tuple[Array, ...] = ()
        self.phase = "compiling"
        self.message = ""
        self.generation = 0
        self.predictions_of = -1
        self._open_window = False
        self._begin()

    def _begin(self) -> None:
        """Forget all statistics: of a new generation nothing is known yet."""
        self._origin = self.ensemble.step if self.ensemble is not None else 0
        self._sampling = False
        self._look_at_window = False
        self._earlier: Counts | None = None
        self._stretch_began = self._origin
        self._half: Counts | None = None
        self._half_step = 0
        self._still: bool | None = None
        self._appraisal = Appraisal({}, None)
        self._judged_at, self._judging_cost = -math.inf, 0.0
        self._fitted_samples = 0
        self._per_step = 0.0
        self._alive = -1
        if self.experiment is not None:
            keep = np.array(sorted({e.at for e in self.experiment.expect if e.at is not None}))
            self._recorder = SeriesRecorder(self.experiment, self.edges, keep)
            self._claimed = claimed_steps(self.experiment, 2**24)

    # --- taking up an experiment ----------------------------------------------------------------------------------

    def turn(self, asked: Experiment) -> bool:
        """Take up an experiment that differs from the present one in numbers only; False if it does not."""
        if self.ensemble is None or self.experiment is None or self.phase == "failed":
            return False
        candidate = self._in_present_window(asked)
        if candidate is None or not self.ensemble.change(candidate):
            return False
        self._open_window = known_domain(asked) is None
        self.asked, self.experiment = asked, candidate
        self.edges = bin_edges(candidate)
        self.new_generation()
        return True

    def _in_present_window(self, asked: Experiment) -> Experiment | None:
        if known_domain(asked) is not None:
            return with_domain(asked)
        if self.experiment is None or asked.dimension != self.experiment.dimension:
            return None
        if asked.space.axes != self.experiment.space.axes:
            return None
        return replace(asked, space=replace(asked.space, domain=self.experiment.space.domain))

    def find_window(self, asked: Experiment, cancelled: Cancelled) -> None:
        """Take up a new experiment as far as its window; the walkers come with `build`. Raises `pilot.Cancel`."""
        self.asked = asked
        self._open_window = known_domain(asked) is None
        # Walkers that go on in a new landscape take their window with them, until it turns out not to hold them.
        kept = self._in_present_window(asked) if self._open_window and self.ensemble is not None else None
        self._following = kept if kept is not None else with_domain(asked, cancelled)
        self.phase = "compiling"

    @property
    def following(self) -> Experiment:
        """The experiment that `build` will take up, its domain known."""
        return self._following

    def build(self, state: Mapping[str, Any] | None) -> None:
        """Compile and place the walkers: from `state`, else where they are if they fit, else at the start.

        Raises `simulate.ensemble.Unsupported`.
        """
        from sgdtui.simulate.ensemble import Ensemble

        experiment = self._following
        ensemble = Ensemble(experiment, threads=self.threads)
        ensemble.compile()
        former = self.ensemble
        if state is not None:
            ensemble.restore(dict(state))
        elif (
            former is not None and self.experiment is not None and _same_walkers(self.experiment, experiment)
        ):
            ensemble.adopt(former.positions())
        self.ensemble, self.experiment = ensemble, experiment
        self.edges = bin_edges(experiment)
        if former is not None:
            former.close()
        if state is not None and "statistics" in state:
            self._go_on(state["statistics"])
        else:
            self.new_generation()

    @property
    def running(self) -> Experiment | None:
        """What was asked for, with the window that the walkers are counted in; None before there are any."""
        if self.asked is None or self.experiment is None or self.ensemble is None:
            return None
        return replace(self.asked, space=replace(self.asked.space, domain=self.experiment.space.domain))

    def state(self) -> dict[str, Any] | None:
        """All that `build` needs to go on with the same walkers, streams and statistics; None before there are any."""
        if self.ensemble is None:
            return None
        reached = {"origin": self._origin, "sampling": self._sampling, "stretch_began": self._stretch_began}
        return {**self.ensemble.state(), "statistics": reached}

    def _go_on(self, reached: Mapping[str, Any]) -> None:
        """The statistics of a restored ensemble are as good as when they were saved."""
        self.generation += 1
        self.resolved = None
        self._begin()
        self._origin, self._stretch_began = int(reached["origin"]), int(reached["stretch_began"])
        self._sampling = bool(reached["sampling"])
        self.phase = "sampling" if self._sampling else "settling"
        self.message = "resumed"

    def new_generation(self) -> None:
        """Begin the statistics anew; walkers and predictions stay as they are."""
        self.generation += 1
        if self.ensemble is not None:
            self.ensemble.clear()
        self.resolved = None
        self.message = "" if self.generation == 1 else "statistics restarted"
        self._begin()
        self.phase = "settling"

    def restart(self) -> None:
        """All walkers back to the start; what was predicted still holds."""
        if self.ensemble is None:
            return
        self.ensemble.restart()
        self._again("restarted")

    def scatter(self, start: Start) -> None:
        """All walkers to another place; what was predicted still holds."""
        if self.ensemble is None:
            return
        self.ensemble.scatter(start)
        self._again("walkers scattered")

    def _again(self, message: str) -> None:
        resolved, current = self.resolved, self.predictions_of == self.generation
        self.new_generation()
        self.resolved = resolved
        if current:
            self.predictions_of = self.generation
        self.message = message

    def take(self, foreseen: Foreseen) -> None:
        """Predictions that came in; those for another experiment or other bins are dropped."""
        if foreseen.asked is not self.asked or self.experiment is None:
            return
        if not _same_edges(foreseen.edges, self.edges):
            return
        if foreseen.error:
            self.message = foreseen.error
        self.foresight, self._foreseen = foreseen.foresight, foreseen
        self.predictions_of = self.generation
        self._judged_at = -math.inf
        if foreseen.resolved is not None:
            self.resolved = foreseen.resolved
            self.experiment = foreseen.resolved.experiment

    def law_to_fit(self) -> tuple[Foreseen, Experiment, MeasuredLaw] | None:
        """The measured law and the predictions to fit to it, each time that there are twice as many samples."""
        foreseen = self._foreseen
        current = foreseen is not None and foreseen.complete and self.predictions_of == self.generation
        if (
            foreseen is None
            or not current
            or not self._sampling
            or self.ensemble is None
            or self.experiment is None
        ):
            return None
        counts = self.ensemble.counts()
        if counts.total <= 2 * self._fitted_samples:
            return None
        self._fitted_samples = counts.total
        masses = counts.histogram.sum(axis=0) / counts.total
        return foreseen, self.experiment, MeasuredLaw(masses, self.ensemble.positions())

    def fail(self, message: str) -> None:
        """The run cannot go on as it is; another experiment or a restart may."""
        self.phase, self.message = "failed", message

    def close(self) -> None:
        """Let the walkers go."""
        if self.ensemble is not None:
            self.ensemble.close()

    # --- stepping -------------------------------------------------------------------------------------------------

    def ready(self, limit: float) -> bool:
        """Whether there is anything to step: walkers, some of them alive, and seconds left of `limit`."""
        if self.ensemble is None or self.phase in ("failed", "compiling", "pilot", "done"):
            return False
        if self._alive == 0:
            self.phase = "done"
            self.message = "all walkers have arrived" if self._until else "all walkers are lost"
            return False
        if self.ensemble.seconds > limit:
            self.phase, self.message = "done", f"stopped after {limit:.0f} s of stepping"
            return False
        return True

    @property
    def _until(self) -> bool:
        return self.experiment is not None and self.experiment.until is not None

    @property
    def burn_in(self) -> int | None:
        """Steps of burn-in since the last change; None while the relaxation time is still being worked out.

        A live run goes on as long as somebody looks, so an automatic burn-in is never cut by a budget.
        """
        if self.asked is None or self.experiment is None:
            return None
        given = self.asked.run.burn_in
        if given is not None or has_no_rest(self.experiment):
            return given or 0
        if self.resolved is None:
            return None
        burn_in = self.resolved.experiment.run.burn_in or 0
        if self.resolved.relaxation_time is not None:
            step = self.experiment.time_step
            burn_in = max(burn_in, math.ceil(RELAXATIONS * self.resolved.relaxation_time / step))
        return burn_in

    @property
    def settled(self) -> bool | None:
        """As far as is known now: in burn-in no; after it by the relaxation time, else by whether averages moved."""
        if self.burn_in is None:
            return None
        if not self._sampling:
            return False
        if self.resolved is None:
            return None
        if self.resolved.relaxation_time is None:
            return False if self.experiment is None or has_no_rest(self.experiment) else self._still
        step = self.resolved.experiment.time_step
        return self.burn_in * step >= RELAXATIONS * self.resolved.relaxation_time * (1 - 1e-9)

    def step(self, cancelled: Callable[[], bool]) -> None:
        """Advance the walkers for about `CHUNK` seconds."""
        ensemble, experiment = self.ensemble, self.experiment
        if ensemble is None or experiment is None:
            return
        since = ensemble.step - self._origin
        burn_in = self.burn_in
        if not self._sampling and burn_in is not None and since >= burn_in:
            self._begin_sampling()
        elif not self._sampling:
            self._slide()
        steps = _FIRST_CHUNK if self._per_step == 0 else max(1, int(CHUNK / self._per_step))
        every = experiment.run.every
        steps = max(steps // every * every, min(every, steps)) if steps > every else steps
        if not self._sampling and burn_in is not None:
            steps = min(steps, burn_in - since)
        upcoming = self._claimed[self._claimed > ensemble.step]
        if len(upcoming):
            steps = min(steps, int(upcoming[0]) - ensemble.step)
        began = time.perf_counter()
        done = ensemble.advance(steps, record=True, cancelled=cancelled)
        if done > 0:
            spent = (time.perf_counter() - began) / done
            self._per_step = spent if self._per_step == 0 else 0.7 * self._per_step + 0.3 * spent
        if len(upcoming) and ensemble.step == upcoming[0]:
            self._recorder.record(ensemble.time, ensemble.positions())
        if self._sampling:
            self._watch_for_drift()

    def _begin_sampling(self) -> None:
        if self.ensemble is None:
            return
        self._sampling = self._look_at_window = True
        if self.ensemble.step > self._origin:
            self.ensemble.clear()
        self._earlier = None
        self._stretch_began = self.ensemble.step
        self._half, self._half_step = None, 0
        self._judged_at = -math.inf
        self.phase = "sampling"
        self.message = ""

    def _slide(self) -> None:
        """Before the run has settled, let the statistics forget: they are of this stretch and the one before."""
        if self.ensemble is None:
            return
        now = self.ensemble.step
        if now - self._stretch_began > max(_REACH * (now - self._origin), 4 * _FIRST_CHUNK):
            self._earlier = self.ensemble.counts()
            self.ensemble.clear()
            self._stretch_began = now
            self._look_at_window = True

    def _watch_for_drift(self) -> None:
        """Compare each stretch of the run with the one before, twice as long every time."""
        if self.ensemble is None or self.resolved is None or self.resolved.relaxation_time is not None:
            return
        sampled = self.ensemble.step - self._stretch_began
        if self._half is None or sampled >= 2 * self._half_step:
            counts = self.ensemble.counts()
            if self._half is not None and not counts.time_batched:
                z = drift_between(self._half, after(counts, self._half))
                self._still = bool(z < DRIFTING) if math.isfinite(z) else None
            self._half, self._half_step = counts, max(sampled, 1)

    def refit_window(self) -> bool:
        """Move a window that nobody chose to where the walkers are; True if it moved.

        Once when sampling begins; before that only where a fifth of the walkers is outside.
        """
        if (
            not self._open_window
            or not self._look_at_window
            or self.ensemble is None
            or self.experiment is None
        ):
            return False
        self._look_at_window = False
        self._open_window = not self._sampling
        drawn = self.ensemble.positions()[:, list(self.experiment.space.axes)]
        domain = better_window(drawn, self.experiment.space.domain or (), 1e-3 if self._sampling else 0.2)
        if domain is None:
            return False
        self._fitted_samples = 0
        moved = replace(self.experiment, space=replace(self.experiment.space, domain=domain))
        if not self.ensemble.change(moved):
            return False
        self.experiment, self.edges = moved, bin_edges(moved)
        self.ensemble.clear()
        self._recorder.rewindow(self.edges)
        self._half, self._half_step, self._still = None, 0, None
        self._earlier = None
        self._stretch_began = self.ensemble.step
        self._appraisal = Appraisal({}, None)
        self.predictions_of = -1
        return True

    # --- showing --------------------------------------------------------------------------------------------------

    def counts(self) -> Counts:
        """What was counted lately (while settling) or since burn-in."""
        if self.ensemble is None or self.experiment is None:
            raise RuntimeError("there are no walkers yet")
        counts = self.ensemble.counts()
        return counts if self._earlier is None or counts.time_batched else added(counts, self._earlier)

    def snapshot(self, paused: bool, latest: Snapshot | None) -> Snapshot | None:
        """The present moment; while another experiment is compiled, the last one with the new phase."""
        if self.ensemble is None or self.experiment is None or self.phase in ("compiling", "pilot", "failed"):
            if latest is not None:
                return replace(latest, phase=self.phase, paused=paused, message=self.message)
            return self._blank(paused)
        counts = self.counts()
        positions = self.ensemble.positions()
        alive = np.isfinite(positions).all(axis=1)
        self._alive = int(alive.sum())
        instant = self._recorder.record(self.ensemble.time, positions)
        foresight = self._present_foresight()
        settled = self.settled
        self._judge(counts, settled)
        return compose(
            self.experiment,
            phase=self.phase,
            paused=paused,
            generation=self.generation,
            predictions_of=self.predictions_of,
            settled=settled,
            clock=self._clock(),
            counts=counts,
            instant=instant,
            alive=self._alive,
            foresight=self.foresight or foresight,
            comparisons=self._appraisal.comparisons,
            verdict=self._appraisal.verdict,
            series=self._recorder.series(foresight.predictions),
            message=self.message,
            relaxation_time=self.resolved.relaxation_time if self.resolved is not None else None,
        )

    def _present_foresight(self) -> Foresight:
        """The predictions if they are for these very bins and this experiment, else none."""
        if self.foresight is None or self.predictions_of != self.generation:
            return Foresight(self.edges)
        return self.foresight if _same_edges(self.foresight.edges, self.edges) else Foresight(self.edges)

    def _judge(self, counts: Counts, settled: bool | None) -> None:
        """Compare with the predictions, as often as costs no more than `_JUDGING` of the time."""
        now = time.monotonic()
        if self.experiment is None or now - self._judged_at < self._judging_cost / _JUDGING:
            return
        foresight = self._present_foresight()
        began = time.monotonic()
        self._appraisal = appraise(self.experiment, counts, foresight, settled if self._sampling else False)
        self._judged_at = time.monotonic()
        self._judging_cost = self._judged_at - began

    def _clock(self) -> Clock:
        ensemble = self.ensemble
        if ensemble is None:
            return Clock(0, 0.0, 0.0, 0.0)
        rate = ensemble.walker_steps / ensemble.seconds if ensemble.seconds > 0 else 0.0
        return Clock(ensemble.step, ensemble.time, ensemble.seconds, rate)

    def _blank(self, paused: bool) -> Snapshot | None:
        """A first picture, before there are walkers."""
        if self.asked is None:
            return None
        domain = known_domain(self.asked) or (FALLBACK_INTERVAL,) * len(self.asked.space.axes)
        experiment = with_domain(replace(self.asked, space=replace(self.asked.space, domain=domain)))
        edges = bin_edges(experiment)
        return compose(
            experiment,
            phase=self.phase,
            paused=paused,
            generation=self.generation,
            predictions_of=self.predictions_of,
            settled=None,
            clock=Clock(0, 0.0, 0.0, 0.0),
            counts=no_counts(experiment, edges),
            instant=None,
            alive=0,
            foresight=Foresight(edges),
            comparisons={},
            verdict=None,
            series=None,
            message=self.message,
        )


def _same_walkers(one: Experiment, other: Experiment) -> bool:
    """Whether the walkers of one can go on in the other: same form of place, same number."""
    return (
        one.dimension == other.dimension
        and (one.system.form in ("hops", "tumble")) == (other.system.form in ("hops", "tumble"))
        and one.run.walkers == other.run.walkers
    )


def _same_edges(one: tuple[Array, ...], other: tuple[Array, ...]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
