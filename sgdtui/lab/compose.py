"""Put one moment of a run together as a `Snapshot`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.compare.effective_size import (
    MomentErrors,
    cumulative_effective_samples,
    effective_samples,
    standard_errors,
)
from sgdtui.lab.estimators import cell_volume, flow_report, mean_curl, observed, share_error
from sgdtui.lab.foretold import foretold
from sgdtui.lab.misplaced import misplaced
from sgdtui.lab.passage import passage_report
from sgdtui.lab.predictions import Foresight
from sgdtui.lab.pulls import pulls
from sgdtui.lab.snapshot import Observed, Series, Snapshot, WellReport
from sgdtui.model.experiment import Experiment
from sgdtui.simulate.count.counts import Counts


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a run stands: steps, time (the sum of learning rates), seconds of stepping, walker-steps per second."""

    step: int
    time: float
    seconds: float
    rate: float


def compose(
    experiment: Experiment,
    *,
    phase: str,
    paused: bool,
    generation: int,
    predictions_of: int,
    settled: bool | None,
    clock: Clock,
    counts: Counts,
    instant: NDArray[np.int32] | None,
    alive: int,
    foresight: Foresight,
    comparisons: dict[str, Comparison],
    verdict: Verdict | None,
    series: Series | None,
    message: str,
    relaxation_time: float | None = None,
    wells: WellReport | None = None,
    expected: Array | None = None,
    sample: Array | None = None,
    asymmetry: Asymmetry | None = None,
) -> Snapshot:
    """The snapshot; `instant` (bins…) counts the walkers' places now, of which `alive` are finite (None: unknown), and
    `expected` is the probability that p(x, t) gives each bin now; `sample` (n, axes) places of watched walkers.
    """
    errors = standard_errors(counts)
    predicted = None
    for name in ("fokker-planck", "gaussian"):
        if name in foresight.predictions and predicted is None:
            predicted = foresight.predictions[name].entropy_production
    volume = cell_volume(counts.edges)
    names = [name for name, _ in experiment.observe]
    return Snapshot(
        experiment=experiment,
        phase=phase,
        paused=paused,
        generation=generation,
        predictions_of=predictions_of,
        settled=settled,
        step=clock.step,
        time=clock.time,
        seconds=clock.seconds,
        rate=clock.rate,
        walkers=experiment.run.walkers,
        lost=counts.lost,
        samples=counts.total,
        effective_samples=effective_samples(counts) if counts.total else 0.0,
        edges=counts.edges,
        density=errors.density,
        density_se=errors.density_se,
        instant=np.zeros_like(volume) if instant is None else instant / max(alive, 1) / volume,
        expected=None if expected is None else expected / volume,
        outside=errors.outside,
        mean=errors.mean,
        mean_se=errors.mean_se,
        covariance=errors.covariance,
        covariance_se=errors.covariance_se,
        observables=_observables(experiment, errors, counts),
        predictions=foresight.predictions,
        absences=foresight.absences,
        comparisons=comparisons,
        drift=foresight.drift,
        flow=flow_report(
            counts.flow,
            predicted,
            mean_curl(foresight.drift.curl, counts.histogram.sum(axis=0)) if foresight.drift else None,
        ),
        passage=passage_report(
            counts.passage,
            None if experiment.dynamics.schedule is not None else experiment.time_step,
            foresight.passage,
            tuple(names),
            experiment.dynamics.is_sde,
            foresight.passage_doubled,
        ),
        verdict=verdict,
        series=series,
        message=message,
        relaxation_time=relaxation_time,
        wells=wells,
        dt_bias=foresight.dt_bias,
        best_fit=foresight.best_fit,
        sample=sample,
        misplaced=misplaced(counts, foresight.predictions),
        pulls=pulls(foresight.drift, errors.density),
        foretold=foretold(foresight.predictions, experiment.dynamics.is_sde),
        network=foresight.network,
        numbers=foresight.numbers,
        asymmetry=asymmetry,
    )


def _observables(experiment: Experiment, errors: MomentErrors, counts: Counts) -> dict[str, Observed]:
    """The averages of what is observed, by name; a condition's is a share."""
    worth = cumulative_effective_samples(counts) if counts.total else 0.0
    found = {}
    for (name, expression), value, se in zip(
        experiment.observe, errors.observables, errors.observables_se, strict=True
    ):
        if expression.is_condition:
            se = share_error(float(value), float(se), worth)
        found[name] = observed(value, se)
    return found


def no_counts(experiment: Experiment, edges: tuple[Array, ...]) -> Counts:
    """Counts before anything was counted."""
    d, m = experiment.dimension, len(experiment.observe)
    shape = tuple(len(axis_edges) - 1 for axis_edges in edges)
    return Counts(
        edges=edges,
        samples=np.zeros(1, dtype=np.int64),
        histogram=np.zeros((1, *shape), dtype=np.int64),
        outside=np.zeros(1, dtype=np.int64),
        first=np.zeros((1, d)),
        second=np.zeros((1, d, d)),
        observables=np.zeros((1, m)),
        lost=0,
    )
