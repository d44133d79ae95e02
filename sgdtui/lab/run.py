"""One run from beginning to end: pilot, burn-in, sampling, predictions, comparisons, variants."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sgdtui.lab.allowance import HEADLESS, Allowance
from sgdtui.lab.dt_bias import has_dt_bias
from sgdtui.lab.pilot import Cancel, Cancelled
from sgdtui.lab.plan import Resolved, known_domain, resolve
from sgdtui.lab.predictions import foresee, with_measured
from sgdtui.lab.predictor import Foreseen
from sgdtui.lab.result import Result
from sgdtui.lab.simulation import Simulation, blank
from sgdtui.lab.snapshot import Snapshot, Transient
from sgdtui.lab.transient import transient
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Absence
from sgdtui.settings.processes import core_count

Progress = Callable[[float, str], None]
"""Called with the share of the work that is done, 0 to 1, and what is being done."""

Offer = Callable[[Callable[[], Result]], None]
"""Called with a way to make the result so far."""


def run(
    experiment: Experiment | str | Path | Mapping[str, Any],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    variants: bool = True,
    on_the_way: bool = True,
    budget: float = HEADLESS,
    offer: Offer | None = None,
    **changes: Any,
) -> Result:
    """Run an experiment, a preset by name, a preset file, or a mapping such as a preset file holds, with `changes` as
    `--set` makes them.

    >>> run("double-well", eta=0.1, walkers=1024).verdict
    >>> run({"loss": "x**2/2", "noise": "1 + x**2"}, eta=0.2)

    Args:
        experiment: what to run.
        threads: that step the walkers; one a core if None. The numbers do not depend on it.
        progress: called now and then.
        cancelled: asked now and then; once it says True the result so far is returned, with `complete` False.
        variants: whether to run the preset's variants too.
        on_the_way: whether to hold the histogram against p(x, t) while it settles (`series.transient`).
        budget: seconds of one core that each prediction may take; what would take more is absent, too costly.
        offer: given, whenever there is more of it, a way to make the result so far, from any thread; for callers who
            cannot wait until `cancelled` is looked at.
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

    result = _run_alone(asked, threads, part(0), cancelled, on_the_way, budget, offer)
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
        if offer is not None:
            offer(partial(replace, result, variants=dict(found), complete=False))
        found[name] = _run_alone(other, threads, part(number), cancelled, on_the_way, budget, None)
        if not found[name].complete:
            return replace(result, variants=found, complete=False)
    return replace(result, variants=found)


def _asked(experiment: Experiment | str | Path | Mapping[str, Any], changes: Mapping[str, Any]) -> Experiment:
    if not isinstance(experiment, Experiment):
        from sgdtui.preset.load import load

        experiment = load(experiment)
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
    budget: float,
    offer: Offer | None,
) -> Result:
    tell = progress or _tell_nobody
    give = offer or _tell_nobody
    threads = threads or core_count()
    allowed = Allowance(budget, cancelled, lambda doing: tell(0.0, doing))
    give(lambda: Result(blank(experiment), threads, complete=False))
    tell(0.0, "pilot run")
    try:
        resolved = resolve(experiment, cancelled, allowed)
    except Cancel:
        return Result(blank(experiment), threads, complete=False)
    simulation = Simulation(
        threads, planned=resolved.experiment.run.steps, watched=False, allowance=lambda: allowed
    )
    try:
        tell(0.0, "compiling")
        simulation.take_up(experiment, resolved)
        give(lambda: _result(simulation, resolved, None))
        if not _step_to_the_end(simulation, tell, cancelled):
            return _result(simulation, resolved, None)
        allowed.tell = lambda doing: tell(1.0, doing)
        try:
            _predict(simulation, experiment, resolved, allowed)
            while simulation.ready():
                tell(1.0, "the bias of dt: a run at 2 dt")
                simulation.step(cancelled)
                if _is(cancelled):
                    raise Cancel
            return _result(simulation, resolved, allowed, on_the_way)
        except Cancel:
            return _result(simulation, resolved, None)
    finally:
        simulation.close()


def _is(cancelled: Cancelled | None) -> bool:
    return cancelled is not None and cancelled()


def _step_to_the_end(simulation: Simulation, tell: Progress, cancelled: Cancelled | None) -> bool:
    """Burn in, then record. False if it was cancelled on the way."""
    while simulation.ready():
        try:
            simulation.step(cancelled)
        except Cancel:
            return False
        tell(simulation.share, simulation.phase)
        if _is(cancelled):
            return False
    return True


def _predict(simulation: Simulation, asked: Experiment, resolved: Resolved, allowed: Allowance) -> None:
    """Predict for the window that the simulation came to, and for the law that it measured."""
    experiment = simulation.experiment
    if experiment is None:
        return
    *_, foresight = foresee(experiment, simulation.edges, allowance=allowed)
    found = replace(resolved, experiment=experiment)
    simulation.take(Foreseen(asked, simulation.edges, foresight, found, complete=True))
    to_fit = simulation.law_to_fit()
    if to_fit is not None:
        foreseen, experiment, law = to_fit
        fitted = with_measured(experiment, foreseen.foresight, law, allowed)
        simulation.take(replace(foreseen, foresight=fitted, fitted_to=law.samples))


def _result(
    simulation: Simulation, resolved: Resolved, allowed: Allowance | None, on_the_way: bool = False
) -> Result:
    """The result as it stands; with no allowance that of a run that was interrupted, of which no more is predicted."""
    complete = allowed is not None
    if not complete:
        simulation.phase, simulation.message = "stopped", "interrupted"
    with np.errstate(all="ignore"):
        snapshot = simulation.snapshot()
    assert snapshot is not None
    if on_the_way and allowed is not None and snapshot.series is not None:
        way = _transient(simulation, snapshot, allowed)
        snapshot = replace(snapshot, series=replace(snapshot.series, transient=way))
    return Result(
        snapshot,
        simulation.threads,
        relaxation_from=resolved.origin,
        complete=complete,
        kernel_source=simulation.kernel_source,
    )


def _transient(simulation: Simulation, snapshot: Snapshot, allowed: Allowance) -> Transient | None:
    """The histograms on the way against p(x, t), unless the law has no density to speak of."""
    own = snapshot.predictions.get("transfer")
    if (own is not None and own.singular) or simulation.recording is None:
        return None
    experiment = snapshot.experiment
    burnt = experiment.run.burn_in or 0
    # Once it has settled there is nothing on its way; with no burn-in all of the run is.
    until = burnt * experiment.time_step if burnt else math.inf
    moments = [m for m in simulation.recording.histograms() if m[0] <= until * (1 + 1e-9)]
    step_error = 0.0
    if has_dt_bias(experiment):
        step_error = math.nan if snapshot.dt_bias is None else snapshot.dt_bias.tv
    found = allowed.attempt(
        "p(x, t)", experiment, lambda: transient(experiment, simulation.edges, moments, step_error)
    )
    return None if isinstance(found, Absence) else found


def _tell_nobody(*_told: object) -> None:
    """What nobody asked for."""
