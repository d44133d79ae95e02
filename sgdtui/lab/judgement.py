"""Hold what was measured against what was foreseen: the comparisons and the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sgdtui.arrays import Array
from sgdtui.compare.agreement import Bias
from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.compare.motion import Motion
from sgdtui.compare.verdict import judge, verdict
from sgdtui.lab.dt_bias import has_dt_bias
from sgdtui.lab.estimators import flow_report, mean_curl
from sgdtui.lab.noise_seen import noise_at
from sgdtui.lab.predictions import Foresight
from sgdtui.lab.unlike_columns import advice_on_columns
from sgdtui.model.experiment import Experiment
from sgdtui.model.plain import plain
from sgdtui.model.system import law_of
from sgdtui.simulate.count.counts import Counts

ESCAPING = 1e-3
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
    motion: Motion | None = None,
    positions: Array | None = None,
    relaxation_time: float | None = None,
    asymmetry: Asymmetry | None = None,
) -> Appraisal:
    """Judge every prediction and give the verdict.

    `settled` and `relaxation_time` as in `plan.Resolved`; `restless` is the sentence for a run that cannot settle by
    construction and `unsettled` that for one that has not (empty: the usual one); `motion` and `positions` (walkers, d)
    are what the walkers were seen to do and where they are, where that is known; `asymmetry` is what pairs of their
    places in time tell.

    Where no relaxation time is known, walkers that have settled have done so within burn-in, which stands for it.
    """
    if relaxation_time is None:
        relaxation_time = (experiment.run.burn_in or experiment.run.steps or 1) * experiment.time_step
    known = foresight.dt_bias
    bias: Bias = None
    if not has_dt_bias(experiment):
        bias = 0.0
    elif known is not None:
        bias = known.step if known.step is not None else known.tv
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
    stepped = plain(experiment)
    noise = noise_at(stepped, positions) if positions is not None else None
    found = verdict(
        comparisons,
        foresight.predictions,
        foresight.absences,
        settled=settled,
        restless=restless,
        unsettled=unsettled,
        motion=motion,
        escaping=_escaping(experiment, counts, motion),
        far_noise=_far_noise(experiment),
        is_sde=experiment.dynamics.is_sde,
        dimension=experiment.dimension,
        periodic=any(wall.kind == "periodic" for wall in experiment.space.boundaries),
        momentum=experiment.dynamics.momentum or (0.0 if stepped.dynamics.is_plain else 1.0),
        eta=experiment.dynamics.eta,
        variance_range=noise.range if noise is not None else None,
        isotropic=noise.isotropic if noise is not None else stepped.system.isotropic,
        entropy_production=produced,
        relaxation_time=relaxation_time,
        asymmetry=asymmetry,
        curl=mean_curl(foresight.drift.curl, counts.histogram.sum(axis=0)) if foresight.drift else None,
        reshuffled=getattr(experiment.system, "draw", None) == "reshuffle",
    )
    if found.text in ("undecided", "no stationary law"):
        found = replace(found, why=found.why + advice_on_columns(experiment))
    return Appraisal(comparisons, found)


def _escaping(experiment: Experiment, counts: Counts, motion: Motion | None) -> bool:
    """Whether walkers are being lost still, and more than by accident."""
    if counts.lost <= ESCAPING * experiment.run.walkers:
        return False
    return motion is None or motion.rate is None or motion.rate > 0 or motion.lost >= 1


def _far_noise(experiment: Experiment) -> bool:
    """Whether single draws of the noise reach so far that |x| > 1e12 means nothing: they have no mean size."""
    law = law_of(experiment.system)
    return law is not None and law.kind == "stable" and law.shape is not None and law.shape < 1
