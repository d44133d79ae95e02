"""Hold what was measured against what was foreseen: the comparisons and the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.compare.agreement import Bias
from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.compare.verdict import judge, verdict
from sgdtui.lab.dt_bias import has_dt_bias
from sgdtui.lab.estimators import flow_report, mean_curl
from sgdtui.lab.predictions import Foresight
from sgdtui.model.experiment import Experiment
from sgdtui.simulate.count.counts import Counts

_ESCAPING = 1e-3
"""The share of lost walkers from which they count as escaping rather than as accidents of a long tail."""


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """Comparisons by prediction, and the verdict (None while nothing was recorded)."""

    comparisons: dict[str, Comparison]
    verdict: Verdict | None


def appraise(
    experiment: Experiment,
    counts: Counts,
    foresight: Foresight,
    settled: bool | None,
    restless: str = "",
    unsettled: str = "",
) -> Appraisal:
    """Judge every prediction and give the verdict.

    `settled` as in `plan.Resolved`; `restless` is the sentence for a run that cannot settle by construction and
    `unsettled` that for one that has not (empty: the usual one).
    """
    found = foresight.dt_bias
    bias: Bias = None
    if not has_dt_bias(experiment):
        bias = 0.0
    elif found is not None:
        bias = found.step if found.step is not None else found.tv
    # The transfer law is that of the chain at this very dt: its step is no error of it.
    by_name: dict[str, Bias] = {name: 0.0 if name == "transfer" else bias for name in foresight.predictions}
    comparisons = judge(counts, foresight.predictions, settled=settled, dt_bias=by_name)
    if not counts.total and not counts.lost:
        return Appraisal(comparisons, None)
    flow = flow_report(counts.flow, None)
    produced = None
    if (
        flow is not None
        and flow.entropy_production.value is not None
        and flow.entropy_production.se is not None
    ):
        produced = (flow.entropy_production.value, flow.entropy_production.se)
    return Appraisal(
        comparisons,
        verdict(
            comparisons,
            foresight.predictions,
            foresight.absences,
            settled=settled,
            restless=restless,
            unsettled=unsettled,
            escaping=counts.lost > _ESCAPING * experiment.run.walkers,
            is_sde=experiment.dynamics.is_sde,
            dimension=experiment.dimension,
            periodic=any(wall.kind == "periodic" for wall in experiment.space.boundaries),
            momentum=experiment.dynamics.momentum,
            eta=experiment.dynamics.eta,
            variance_range=_variance_range(foresight, counts),
            isotropic=experiment.system.isotropic,
            entropy_production=produced,
            curl=mean_curl(foresight.drift.curl, counts.histogram.sum(axis=0)) if foresight.drift else None,
        ),
    )


def _variance_range(foresight: Foresight, counts: Counts) -> tuple[float, float] | None:
    """The least and largest Σ (its trace over d) where 99 % of the walkers are."""
    drift = foresight.drift
    if drift is None or not counts.total:
        return None
    histogram = counts.histogram.sum(axis=0)
    order = np.sort(histogram.ravel())
    threshold = order[min(np.searchsorted(np.cumsum(order), 0.01 * order.sum()), len(order) - 1)]
    where = (histogram >= max(threshold, 1)) & np.isfinite(drift.variance)
    if not where.any():
        return None
    variance = drift.variance[where] / len(counts.edges)
    return float(variance.min()), float(variance.max())
