"""One run from beginning to end: pilot, burn-in, sampling, predictions, comparisons, variants."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.lab.compose import Clock, compose, no_counts
from sgdtui.lab.estimators import after, drift_between
from sgdtui.lab.judgement import appraise
from sgdtui.lab.pilot import Cancel, Cancelled
from sgdtui.lab.plan import Resolved, known_domain, resolve
from sgdtui.lab.predictions import Foresight, MeasuredLaw, bin_edges, foresee, with_measured
from sgdtui.lab.result import Result
from sgdtui.lab.series import SeriesRecorder, plan
from sgdtui.lab.snapshot import Transient
from sgdtui.lab.step_doubling import bias_by_companion
from sgdtui.lab.transient import transient
from sgdtui.model.experiment import Experiment
from sgdtui.model.loss import Interval
from sgdtui.simulate.count.counts import Counts

if TYPE_CHECKING:
    from sgdtui.simulate.ensemble import Ensemble
from sgdtui.lab.estimators import DRIFTING
from sgdtui.lab.plan import better_window
from sgdtui.settings.processes import core_count

Progress = Callable[[float, str], None]
"""Called with the share of the work that is done, 0 to 1, and what is being done."""


def run(
    experiment: Experiment | str | Path,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    variants: bool = True,
    on_the_way: bool = True,
    **changes: Any,
) -> Result:
    """Run an experiment, a preset by name, or a preset file, with `changes` as `--set` makes them.

    >>> run("double-well", eta=0.1, walkers=1024).verdict

    Args:
        experiment: what to run.
        threads: that step the walkers; one a core if None. The numbers do not depend on it.
        progress: called now and then.
        cancelled: asked now and then; once it says True the result so far is returned, with `complete` False.
        variants: whether to run the preset's variants too.
        on_the_way: whether to hold the histogram against p(x, t) while it settles (`series.transient`).
        changes: new values of dials.

    Raises:
        preset.problem.PresetError: the preset or a change is wrong.
        simulate.ensemble.Unsupported: a system that no kernel is built for.
    """
    asked = _asked(experiment, changes)
    wanted = [v.name for v in asked.variants] if variants else []
    parts = len(wanted) + 1

    def part(number: int) -> Progress | None:
        if progress is None:
            return None
        return lambda share, doing: progress((number + share) / parts, doing)

    result = _run_alone(asked, threads, part(0), cancelled, on_the_way)
    found: dict[str, Result] = {}
    for number, name in enumerate(wanted, start=1):
        if not result.complete or (cancelled is not None and cancelled()):
            return replace(result, variants=found, complete=False)
        from sgdtui.preset.change import variant

        other = variant(asked, name)
        if known_domain(other) is None and other.dimension == asked.dimension:
            other = replace(other, space=replace(other.space, domain=result.experiment.space.domain))
        # Its claims are the preset's own: the series must hit their times too.
        other = replace(other, expect=asked.expect)
        found[name] = _run_alone(other, threads, part(number), cancelled, on_the_way)
        if not found[name].complete:
            return replace(result, variants=found, complete=False)
    return replace(result, variants=found)


def _asked(experiment: Experiment | str | Path, changes: Mapping[str, Any]) -> Experiment:
    if not isinstance(experiment, Experiment):
        from sgdtui.preset.load import load

        experiment = load(str(experiment))
    if changes:
        from sgdtui.preset.change import changed

        experiment = changed(experiment, changes)
    return experiment


def _run_alone(
    experiment: Experiment,
    threads: int | None,
    progress: Progress | None,
    cancelled: Cancelled | None,
    on_the_way: bool,
) -> Result:
    tell = progress or _tell_nobody
    tell(0.0, "pilot run")
    try:
        resolved = resolve(experiment, cancelled)
    except Cancel:
        return _nothing(experiment, threads)
    walk = _Walk(resolved, known_domain(experiment) is None, threads)
    try:
        complete = walk.walk(tell, cancelled)
        return walk.result(complete, tell, cancelled, on_the_way)
    finally:
        walk.ensemble.close()


def _nothing(experiment: Experiment, threads: int | None) -> Result:
    """The result of a run that was stopped before its first step."""
    if experiment.space.domain is None:
        domain: tuple[Interval, ...] = known_domain(experiment) or ((-1.0, 1.0),) * len(experiment.space.axes)
        experiment = replace(experiment, space=replace(experiment.space, domain=domain))
    edges = bin_edges(experiment)
    snapshot = compose(
        experiment,
        phase="stopped",
        paused=False,
        generation=0,
        predictions_of=0,
        settled=False,
        clock=Clock(0, 0.0, 0.0, 0.0),
        counts=no_counts(experiment, edges),
        instant=None,
        alive=0,
        foresight=Foresight(edges),
        comparisons={},
        verdict=None,
        series=None,
        message="stopped before the first step",
    )
    return Result(snapshot, threads or core_count(), complete=False)


def _tell_nobody(_share: float, _doing: str) -> None:
    """Progress that nobody asked for."""


class _Walk:
    """The stepping of one run."""

    def __init__(self, resolved: Resolved, open_window: bool, threads: int | None) -> None:
        from sgdtui.simulate.ensemble import Ensemble

        self.resolved = resolved
        self.experiment = resolved.experiment
        self.open_window = open_window
        self.threads = threads or core_count()
        self.ensemble: Ensemble = Ensemble(self.experiment, threads=threads)
        self.edges = bin_edges(self.experiment)
        self.recorder = SeriesRecorder(self.experiment, self.edges)
        self.half: Counts | None = None
        self.instant: NDArray[np.int32] | None = None
        self.alive = 0

    def walk(self, tell: Progress, cancelled: Cancelled | None) -> bool:
        """Burn in, then sample. False if it was cancelled on the way."""
        run = self.experiment.run
        burn_in, steps = run.burn_in or 0, run.steps or 0
        total = burn_in + steps
        tell(0.0, "compiling")
        self.ensemble.compile()
        middle = burn_in + max(run.every, steps // 2 // run.every * run.every)
        moments = plan(self.experiment, total)
        stops = np.unique(np.concatenate([moments, [burn_in, middle, total]]))
        recorded = set(moments.tolist())
        for stop in stops[stops <= total].tolist():
            while self.ensemble.step < stop:
                burning = self.ensemble.step < burn_in
                self.ensemble.advance(
                    min(stop, burn_in if burning else total) - self.ensemble.step,
                    record=not burning,
                    cancelled=cancelled,
                )
                tell(self.ensemble.step / max(total, 1), "settling" if burning else "sampling")
                if cancelled is not None and cancelled():
                    self._look()
                    return False
            if stop in recorded or stop == total:
                self._look()
            if stop == burn_in:
                self._fit_window()
            if stop == middle:
                self.half = self.ensemble.counts()
        return True

    def _look(self) -> None:
        positions = self.ensemble.positions()
        self.alive = int(np.isfinite(positions).all(axis=1).sum())
        self.instant = self.recorder.record(self.ensemble.time, positions)

    def _fit_window(self) -> None:
        """Move a window that a pilot found where it turns out not to hold the walkers."""
        if not self.open_window:
            return
        drawn = self.ensemble.positions()[:, list(self.experiment.space.axes)]
        domain = better_window(drawn, self.experiment.space.domain or ())
        if domain is None:
            return
        self.experiment = replace(self.experiment, space=replace(self.experiment.space, domain=domain))
        self.edges = bin_edges(self.experiment)
        self.recorder.rewindow(self.edges)
        self.ensemble.change(self.experiment)

    def _bias_is_open(self, foresight: Foresight) -> bool:
        """Whether there is a prediction to hold against an SDE whose bias of dt no prediction gives."""
        stepped = self.experiment.dynamics.is_sde or self.experiment.system.form == "tumble"
        return stepped and foresight.dt_bias is None and bool(foresight.predictions)

    def _transient(self, foresight: Foresight) -> Transient | None:
        """The histograms on the way against p(x, t), unless the law has no density to speak of."""
        own = foresight.predictions.get("transfer")
        if own is not None and own.singular:
            return None
        burnt = self.experiment.run.burn_in or 0
        moments = self.recorder.histograms()
        # Once it has settled there is nothing on its way; with no burn-in all of the run is.
        until = burnt * self.experiment.time_step if burnt else math.inf
        return transient(self.experiment, self.edges, [m for m in moments if m[0] <= until * (1 + 1e-9)])

    def result(self, complete: bool, tell: Progress, cancelled: Cancelled | None, on_the_way: bool) -> Result:
        """Predictions, comparisons and the verdict on what was counted."""
        counts = self.ensemble.counts()
        tell(1.0, "predicting")
        settled = self.resolved.settled
        if complete and settled is None and self.half is not None:
            # No relaxation time is known: the run itself must show that nothing moved.
            drift = (
                float("nan") if counts.time_batched else drift_between(self.half, after(counts, self.half))
            )
            settled = bool(drift < DRIFTING)
        elif not complete:
            settled = False
        measured = None
        if counts.total:
            measured = MeasuredLaw(counts.histogram.sum(axis=0) / counts.total, self.ensemble.positions())
        *_, foresight = foresee(self.experiment, self.edges, measured)
        if measured is not None:
            foresight = with_measured(self.experiment, foresight, measured)
        if complete and settled and self._bias_is_open(foresight):
            tell(1.0, "the bias of dt")
            bias = bias_by_companion(self.experiment, counts, self.threads, cancelled)
            foresight = replace(foresight, dt_bias=bias)
        judged = appraise(self.experiment, counts, foresight, settled)
        way = self._transient(foresight) if on_the_way and complete else None
        seconds = self.ensemble.seconds
        snapshot = compose(
            self.experiment,
            phase="done" if complete else "stopped",
            paused=False,
            generation=0,
            predictions_of=0,
            settled=settled,
            clock=Clock(
                self.ensemble.step,
                self.ensemble.time,
                seconds,
                self.ensemble.walker_steps / seconds if seconds > 0 else 0.0,
            ),
            counts=counts,
            instant=self.instant,
            alive=self.alive,
            foresight=foresight,
            comparisons=judged.comparisons,
            verdict=judged.verdict,
            series=replace(self.recorder.series(foresight.predictions), transient=way),
            message="" if complete else "interrupted",
            relaxation_time=self.resolved.relaxation_time,
        )
        return Result(
            snapshot,
            self.threads,
            relaxation_from=self.resolved.origin,
            complete=complete,
            kernel_source=self.ensemble.kernel_source,
        )
