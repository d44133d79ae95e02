"""What was predicted for a simulation, fitted to what it measured and held against it: the evidence for a verdict."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import Cancel
from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.motion import Motion
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.appraisal import appraisal
from sgdtui.lab.arrival import arrived
from sgdtui.lab.dt_bias import has_dt_bias
from sgdtui.lab.finer_steps import FinerSteps
from sgdtui.lab.judgement import ESCAPING, Appraisal, appraise
from sgdtui.lab.passage import bias_is_open
from sgdtui.lab.pilot import Cancelled
from sgdtui.lab.predictions import Foresight
from sgdtui.lab.predictor import Foreseen
from sgdtui.lab.snapshot import WellReport
from sgdtui.lab.step_doubling import Companions
from sgdtui.lab.unsettled import never_rests
from sgdtui.lab.wells import Settling, WatchedWells, settled_with_wells
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence
from sgdtui.predict.question import MeasuredLaw
from sgdtui.simulate.count.counts import Counts

if TYPE_CHECKING:
    from sgdtui.simulate.ensemble import Ensemble

_JUDGING = 0.08
"""Most of the worker's time that may go into judging."""


class Evidence:
    """Predictions, the measured bias of dt, comparisons and the verdict of one simulation.

    wells    what was last said about the wells; None where there is nothing to say
    settled  whether the run has settled, wells and all; None: not known
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._foreseen: Foreseen | None = None
        self._companion: Companions | None = None
        self._finer: FinerSteps | None = None
        self._fitted_samples = 0
        self._judged_at, self._judging_cost = -math.inf, 0.0
        self._watched = WatchedWells()
        self.wells: WellReport | None = None
        self.settled: bool | None = None
        self.appraisal = Appraisal({}, None)

    def forget_measured(self) -> None:
        """Statistics begin anew: only what was predicted is kept."""
        self.wells = self.settled = None
        self.appraisal = Appraisal({}, None)
        self._judged_at, self._judging_cost = -math.inf, 0.0
        self._fitted_samples = 0
        if self._companion is not None:
            self._companion.close()
            self._companion = None
        if self._finer is not None:
            self._finer.close()
            self._finer = None

    def judge_anew(self) -> None:
        """Judge at the next look, however recent the last judgement is."""
        self._judged_at = -math.inf

    # --- predictions

    def take(self, foreseen: Foreseen) -> None:
        """Predictions that came in."""
        self._foreseen = foreseen
        self.judge_anew()

    def to_fit(self, ensemble: Ensemble, ended: bool) -> tuple[Foreseen, MeasuredLaw] | None:
        """Complete predictions and the measured law to fit them to; None until there are twice as many samples as the
        last time, or until it has `ended`.
        """
        if self._foreseen is None or not self._foreseen.complete:
            return None
        counts = ensemble.counts()
        if not counts.total or counts.total <= (self._fitted_samples if ended else 2 * self._fitted_samples):
            return None
        self._fitted_samples = counts.total
        masses = counts.histogram.sum(axis=0) / counts.total
        return self._foreseen, MeasuredLaw(masses, ensemble.positions(), counts.total)

    def fitted_to(self, samples: int) -> bool:
        """Whether all is predicted, and what depends on the measured law is right for so many samples."""
        return self._foreseen is not None and self._foreseen.complete and self._foreseen.fitted_to == samples

    def shown_until_then(self, otherwise: Foresight) -> Foresight:
        """The predictions of before, where they have as many dimensions; else `otherwise`."""
        before = self._foreseen
        return (
            before.foresight
            if before is not None and len(before.edges) == len(otherwise.edges)
            else otherwise
        )

    # --- the bias of dt

    def _bias_is_open(self, experiment: Experiment) -> bool:
        """Whether there is a prediction, or a first passage, of an SDE whose bias of dt no prediction gives."""
        if self._foreseen is None or not self._foreseen.complete:
            return False
        foresight = self._foreseen.foresight
        if experiment.until is not None:
            return bias_is_open(experiment, foresight.passage)
        held = any(name != "transfer" for name in foresight.predictions)
        return has_dt_bias(experiment) and foresight.dt_bias is None and held

    def keep_step(
        self, experiment: Experiment, burn_in: int, sampled: int, most: int, cancelled: Cancelled | None
    ) -> None:
        """Let the companion at 2 dt take up to `most` steps after `sampled` recorded ones, where the bias is open."""
        if self._companion is None:
            if not self._bias_is_open(experiment):
                return
            known = replace(experiment, run=replace(experiment.run, burn_in=burn_in))
            self._companion = Companions(known, self._threads)
        self._companion.step(sampled, most, cancelled)

    def lags(self, experiment: Experiment, sampled: int) -> bool:
        """Whether the bias of dt is open and its companion has not come as far as `sampled` recorded steps."""
        if self._companion is not None:
            return self._companion.lag(sampled) > 0
        return self._bias_is_open(experiment)

    # --- the losses of finer steps

    def losses_are_open(self, experiment: Experiment, ensemble: Ensemble) -> bool:
        """Whether an SDE loses walkers, and it is not known yet whether it is its scheme that does."""
        if not experiment.dynamics.is_sde or ensemble.lost <= ESCAPING * ensemble.walkers:
            return False
        return self._finer is None or self._finer.losses is None

    def try_finer_steps(
        self, experiment: Experiment, ensemble: Ensemble, most: int, cancelled: Cancelled | None
    ) -> None:
        """Take up to `most` of the steps that tell whether finer ones lose fewer walkers."""
        if self._finer is None:
            self._finer = FinerSteps(experiment, ensemble.step, self._threads)
        self._finer.step(most, cancelled)

    # --- judging

    def weighed(
        self,
        experiment: Experiment,
        counts: Counts,
        edges: tuple[Array, ...],
        settled: bool | None,
        current: bool,
        ended: bool,
        motion: Motion | None = None,
        positions: Callable[[], Array] | None = None,
        state: Settling | None = None,
        allowed: Allowance | None = None,
        asymmetry: Asymmetry | None = None,
    ) -> Foresight:
        """The predictions for these very bins (none if they are not `current`), with the bias of dt as measured.

        Compares them with `counts`, as often as costs no more than a small share of the time, and when it has `ended`.
        What is said of the wells is paid from what is `allowed`.
        """
        foresight = Foresight(edges)
        began = time.monotonic()
        judging = ended or began - self._judged_at >= self._judging_cost / _JUDGING
        restless, unsettled = never_rests(experiment), ""
        if current and self._foreseen is not None and same_edges(self._foreseen.edges, edges):
            foresight = self._foreseen.foresight
            if state is not None and not restless:
                if judging and self._foreseen.complete:
                    self.wells = self._of_wells(experiment, foresight, settled, state, allowed or Allowance())
                settled, unsettled = settled_with_wells(state, settled, self.wells)
        self.settled = settled
        if current and experiment.until is not None and self._companion is not None:
            foresight = replace(foresight, passage_doubled=self._companion.passage_time())
        elif current and self._bias_is_open(experiment):
            bias = self._companion.bias(counts) if self._companion is not None and settled else None
            foresight = replace(foresight, dt_bias=bias)
        if judging:
            places = positions() if positions is not None else None
            if motion is not None and places is not None:
                losses = self._finer.losses if self._finer is not None else None
                motion = replace(motion, losses=losses, arrived=arrived(experiment, places))
            resolved = self._foreseen.resolved if self._foreseen is not None else None
            relaxation = resolved.relaxation_time if resolved is not None else None
            self.appraisal = appraisal(
                experiment,
                lambda: appraise(
                    experiment,
                    counts,
                    foresight,
                    settled,
                    restless,
                    unsettled,
                    motion,
                    places,
                    relaxation,
                    asymmetry,
                ),
            )
            self._judged_at = time.monotonic()
            self._judging_cost = self._judged_at - began
        return foresight

    def _of_wells(
        self,
        experiment: Experiment,
        foresight: Foresight,
        settled: bool | None,
        state: Settling,
        allowed: Allowance,
    ) -> WellReport | None:
        try:
            found = allowed.attempt(
                "wells", experiment, lambda: self._watched.report(experiment, foresight, settled, state)
            )
        except Cancel:  # what there is is told without them
            return None
        return None if isinstance(found, Absence) else found


def same_edges(one: tuple[Array, ...], other: tuple[Array, ...]) -> bool:
    """Whether two sets of bins are the same, axis by axis."""
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
