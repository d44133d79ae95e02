"""The walkers of a live run and what is known about them: everything that the worker thread alone may touch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.lab.compose import Clock, compose, no_counts
from sgdtui.lab.judgement import Appraisal, appraise
from sgdtui.lab.pilot import Cancelled
from sgdtui.lab.plan import RELAXATIONS, Resolved, has_no_rest, known_domain, with_domain
from sgdtui.lab.predictions import Foresight, MeasuredLaw, bin_edges
from sgdtui.lab.predictor import Foreseen
from sgdtui.lab.recording import Statistics
from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import FALLBACK_INTERVAL
from sgdtui.model.start import Start
from sgdtui.simulate.count.counts import Counts

if TYPE_CHECKING:
    from sgdtui.simulate.ensemble import Ensemble


_JUDGING = 0.08
"""Most of the worker's time that may go into judging."""


class Bench:
    """One ensemble, its statistics in the making, and the predictions that came in for it.

    asked       the experiment as it was asked for; `experiment` the same with its window, and in time its lengths
    generation  grows whenever the statistics begin anew; `predictions_of` is the one that `foresight` is of
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.asked: Experiment | None = None
        self.experiment: Experiment | None = None
        self.ensemble: Ensemble | None = None
        self.statistics: Statistics | None = None
        self.resolved: Resolved | None = None
        self.foresight: Foresight | None = None
        self.edges: tuple[Array, ...] = ()
        self.phase = "compiling"
        self.message = ""
        self.generation = 0
        self.predictions_of = -1
        self._foreseen: Foreseen | None = None
        self._following: Experiment | None = None
        self._open_window = False
        self._from_start = False
        self._appraisal = Appraisal({}, None)
        self._judged_at, self._judging_cost = -math.inf, 0.0
        self._fitted_samples = 0

    # --- taking up an experiment ----------------------------------------------------------------------------------

    def turn(self, asked: Experiment) -> bool:
        """Take up an experiment that differs from the present one in numbers only; False if it does not."""
        if self.ensemble is None or self.experiment is None or self.phase == "failed":
            return False
        candidate = self._in_present_window(asked)
        if candidate is None or not self.ensemble.change(candidate):
            return False
        self._open_window = known_domain(asked) is None
        self._from_start = False
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

    def find_window(self, asked: Experiment, cancelled: Cancelled) -> Experiment:
        """The experiment with its window, which `build` will take up. Raises `pilot.Cancel`."""
        self.asked = asked
        self._open_window = known_domain(asked) is None
        # Walkers that go on in a new landscape take their window with them, until it turns out not to hold them.
        kept = self._in_present_window(asked) if self._open_window and self.ensemble is not None else None
        self._following = kept if kept is not None else with_domain(asked, cancelled)
        self.phase = "compiling"
        return self._following

    def build(self, experiment: Experiment, state: Mapping[str, Any] | None) -> None:
        """Compile and place the walkers: from `state`, else where they are if they fit, else at the start.

        Raises `simulate.ensemble.Unsupported`.
        """
        from sgdtui.simulate.ensemble import Ensemble

        ensemble = Ensemble(experiment, threads=self.threads)
        ensemble.compile()
        former, before = self.ensemble, self.experiment
        self._from_start = False
        if state is not None:
            ensemble.restore(dict(state))
        elif former is not None and before is not None and _same_walkers(before, experiment):
            ensemble.adopt(former.positions())
        else:
            self._from_start = True
        self.ensemble, self.experiment = ensemble, experiment
        self.edges = bin_edges(experiment)
        if former is not None:
            former.close()
        if state is not None and "statistics" in state:
            self._begin(ensemble, experiment, "resumed").go_on(state["statistics"])
            self.phase = "sampling" if state["statistics"]["sampling"] else "settling"
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
        if self.ensemble is None or self.statistics is None:
            return None
        return {**self.ensemble.state(), "statistics": self.statistics.reached()}

    def _begin(self, ensemble: Ensemble, experiment: Experiment, message: str) -> Statistics:
        """A new generation, of which nothing is known yet."""
        self.generation += 1
        self.resolved = None
        self.message = message
        self.phase = "settling"
        self._appraisal = Appraisal({}, None)
        self._judged_at, self._judging_cost = -math.inf, 0.0
        self._fitted_samples = 0
        self.statistics = Statistics(ensemble, experiment, self.edges)
        return self.statistics

    def new_generation(self) -> None:
        """Begin the statistics anew; walkers and predictions stay as they are."""
        if self.ensemble is None or self.experiment is None:
            return
        self.ensemble.clear()
        self._begin(self.ensemble, self.experiment, "statistics restarted" if self.generation else "")

    def restart(self) -> None:
        """All walkers back to the start; what was predicted still holds."""
        if self.ensemble is not None:
            self.ensemble.restart()
            self._from_start = True
            self._again("restarted")

    def scatter(self, start: Start) -> None:
        """All walkers to another place; what was predicted still holds."""
        if self.ensemble is not None:
            self.ensemble.scatter(start)
            self._from_start = False
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
        if foreseen is None or not current or self.experiment is None or self.ensemble is None:
            return None
        if self.statistics is None or not self.statistics.sampling:
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
        if self.ensemble is None or self.statistics is None:
            return False
        if self.phase in ("failed", "compiling", "pilot", "done"):
            return False
        if self.statistics.alive == 0:
            stops = self.experiment is not None and self.experiment.until is not None
            self.phase = "done"
            self.message = "all walkers have arrived" if stops else "all walkers are lost"
            return False
        if self.ensemble.seconds > limit:
            self.phase, self.message = "done", f"stopped after {limit:.0f} s of stepping"
            return False
        return True

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
        burn_in = self.burn_in
        if burn_in is None or self.statistics is None or self.experiment is None:
            return None
        if not self.statistics.sampling:
            return False
        if self.resolved is None:
            return None
        if self.resolved.relaxation_time is None:
            return False if has_no_rest(self.experiment) else self.statistics.still
        reached = burn_in * self.experiment.time_step
        return reached >= RELAXATIONS * self.resolved.relaxation_time * (1 - 1e-9)

    def step(self, cancelled: Callable[[], bool]) -> None:
        """Advance the walkers for one chunk."""
        statistics = self.statistics
        if statistics is None:
            return
        was_sampling = statistics.sampling
        statistics.step(self.burn_in, cancelled)
        if statistics.sampling and not was_sampling:
            self.phase, self.message = "sampling", ""
            self._judged_at = -math.inf
        if self.resolved is not None and self.resolved.relaxation_time is None:
            statistics.watch_for_drift()

    def refit_window(self) -> bool:
        """Move a window that nobody chose to where the walkers are; True if it moved."""
        if (
            not self._open_window
            or self.statistics is None
            or self.ensemble is None
            or self.experiment is None
        ):
            return False
        domain = self.statistics.better_window(self.experiment.space.domain or ())
        self._open_window = not self.statistics.sampling
        if domain is None:
            return False
        moved = replace(self.experiment, space=replace(self.experiment.space, domain=domain))
        if not self.ensemble.change(moved):
            return False
        self.experiment, self.edges = moved, bin_edges(moved)
        self.statistics.rewindow(self.edges)
        self._appraisal = Appraisal({}, None)
        self._fitted_samples = 0
        self.predictions_of = -1
        return True

    # --- showing --------------------------------------------------------------------------------------------------

    def snapshot(self, paused: bool, latest: Snapshot | None) -> Snapshot | None:
        """The present moment; while another experiment is compiled, the last one with the new phase."""
        statistics, experiment, ensemble = self.statistics, self.experiment, self.ensemble
        nothing_to_show = statistics is None or experiment is None or ensemble is None
        if nothing_to_show or self.phase in ("compiling", "pilot", "failed"):
            if latest is not None:
                return replace(latest, phase=self.phase, paused=paused, message=self.message)
            return self._blank(paused)
        assert statistics is not None
        assert experiment is not None
        assert ensemble is not None
        counts = statistics.counts()
        instant = statistics.look()
        foresight = self._present_foresight()
        settled = self.settled
        self._judge(experiment, counts, foresight, settled if statistics.sampling else False)
        rate = ensemble.walker_steps / ensemble.seconds if ensemble.seconds > 0 else 0.0
        return compose(
            experiment,
            phase=self.phase,
            paused=paused,
            generation=self.generation,
            predictions_of=self.predictions_of,
            settled=settled,
            clock=Clock(ensemble.step, ensemble.time, ensemble.seconds, rate),
            counts=counts,
            instant=instant,
            alive=statistics.alive,
            # Predictions of the run before are shown until the new ones come, where they can be: in as many dimensions.
            foresight=self.foresight
            if self.foresight is not None and len(self.foresight.edges) == len(self.edges)
            else foresight,
            comparisons=self._appraisal.comparisons,
            verdict=self._appraisal.verdict,
            series=statistics.series(foresight.predictions),
            message=self.message,
            relaxation_time=self.resolved.relaxation_time if self.resolved is not None else None,
            expected=self._expected(foresight, ensemble.time),
        )

    def _expected(self, foresight: Foresight, time: float) -> Array | None:
        """p(x, t) of walkers that are on their way from the experiment's start; None where they are not."""
        on_their_way = self._from_start and self.phase == "settling" and foresight.way is not None
        return foresight.way.at(time) if on_their_way and foresight.way is not None else None

    def _present_foresight(self) -> Foresight:
        """The predictions if they are for these very bins and this experiment, else none."""
        if self.foresight is None or self.predictions_of != self.generation:
            return Foresight(self.edges)
        return self.foresight if _same_edges(self.foresight.edges, self.edges) else Foresight(self.edges)

    def _judge(
        self, experiment: Experiment, counts: Counts, foresight: Foresight, settled: bool | None
    ) -> None:
        """Compare with the predictions, as often as costs no more than `_JUDGING` of the time."""
        began = time.monotonic()
        if began - self._judged_at < self._judging_cost / _JUDGING:
            return
        self._appraisal = appraise(experiment, counts, foresight, settled)
        self._judged_at = time.monotonic()
        self._judging_cost = self._judged_at - began

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
