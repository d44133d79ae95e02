"""The verdict on a run, in the order of the contract, and the sentence that says why."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sgdtui.compare import why
from sgdtui.compare.agreement import judge
from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.compare.motion import Motion
from sgdtui.predict.prediction import Absence, Prediction

__all__ = ["judge", "predicted_equilibrium", "verdict"]

SLIGHT_ESCAPE = 1e-8
"""A loss of walkers per step below this never shows."""

OF_THE_METHOD = ("not found", "too costly")
"""Reasons of absence that say nothing about the law."""

_MANY = 30
"""Walkers that should be lost, from which it means something that they are not."""

SLIGHT_PRODUCTION = 1e-4
"""Entropy (nats) produced in one relaxation time, below which a predicted current counts as zero: the currents
of a grid's own error, whose production is of second order in it, stay well below."""


def verdict(
    comparisons: Mapping[str, Comparison],
    predictions: Mapping[str, Prediction],
    absences: Mapping[str, Absence],
    *,
    settled: bool | None,
    escaping: bool = False,
    is_sde: bool = False,
    dimension: int = 1,
    periodic: bool = False,
    momentum: float = 0.0,
    eta: float | None = None,
    variance_range: tuple[float, float] | None = None,
    isotropic: bool = True,
    entropy_production: tuple[float, float] | None = None,
    curl: float | None = None,
    restless: str = "",
    unsettled: str = "",
    motion: Motion | None = None,
    far_noise: bool = False,
    reshuffled: bool = False,
    relaxation_time: float | None = None,
    asymmetry: Asymmetry | None = None,
) -> Verdict:
    """Not settled → undecided; escaping or not normalisable → no stationary law; Gibbs agrees → gibbs; else
    predicted current zero → equilibrium, not gibbs; else nonequilibrium. Where nothing predicts a current or none, what
    was measured of the direction of time tells.

    "No stationary law" is only said where it is shown: by losses that were measured or follow from the chain, or by a
    stationary solution that cannot be normalised. A method that failed shows nothing, and what is seen to stand still
    does not spread.

    Args:
        comparisons: from `judge`.
        predictions: by name.
        absences: by name, with their reasons.
        settled: False: known not to be; None: not known. Neither keeps a system that has no stationary law and no
            predicted relaxation time from being called one.
        escaping: walkers are being lost, as measured.
        is_sde: whether the SDE was simulated rather than the chain; the chain's own law comes first for the chain.
        dimension: coordinates of the system, all of them.
        periodic: some axis is periodic, so that a current may run round it.
        momentum: of the dynamics; with it a position alone is no Markov state.
        eta: the learning rate, for the sentence.
        variance_range: least and largest Σ (trace over d) where the walkers are, for the sentence.
        isotropic: whether Σ is a multiple of the identity, for the sentence.
        entropy_production: measured, per unit t, and its standard error, for the sentence.
        relaxation_time: the longest time in units of t that walkers are known to need, for where no prediction has one.
        curl: of F = -Σ⁻¹(2g/η + ∇·Σ), root mean square over the law, for the sentence.
        restless: why a run cannot settle by construction (undecided, with this sentence); empty where it may.
        unsettled: why a run has not settled, where more is known than that it has not.
        asymmetry: what pairs of places in time tell of a current, which counts where no prediction does.
        motion: what the walkers were seen to do.
        far_noise: the noise has no mean size, so that a walker beyond 1e12 has not escaped.
        reshuffled: batches are those of shuffled epochs, for the sentence.
    """
    seen = motion or Motion()
    if restless:
        return Verdict("undecided", restless)
    if seen.arrived and not any(comparison.agrees for comparison in comparisons.values()):
        return Verdict("undecided", why.converged())
    if escaping:
        doubt = _doubt(absences, seen, far_noise)
        if doubt:
            return Verdict("undecided", doubt)
        return Verdict("no stationary law", why.escaped(seen) if seen.lost else why.escaping(None))
    # What has no stationary law and no relaxation time never settles: that is no reason to leave it undecided.
    timeless = all(prediction.relaxation_time is None for prediction in predictions.values())
    if settled is not False or timeless:
        lawless = _no_stationary_law(predictions, absences, is_sde, seen)
        if lawless is not None:
            return lawless
    if not settled:
        return Verdict("undecided", unsettled or why.unsettled())
    gibbs = comparisons.get("gibbs")
    if gibbs is not None and gibbs.agrees:
        return Verdict("gibbs", why.gibbs(gibbs, predictions["gibbs"], variance_range, isotropic))
    if gibbs is not None and gibbs.agrees is None:
        return Verdict("undecided", why.too_few(gibbs))
    if gibbs is None and "gibbs" not in absences:
        return Verdict("undecided", why.nothing_to_compare())
    equilibrium = predicted_equilibrium(
        predictions,
        dimension=dimension,
        periodic=periodic,
        momentum=momentum,
        relaxation_time=relaxation_time,
    )
    if equilibrium is None and "gibbs" in predictions and not periodic and momentum == 0:
        # Where Σ is one and the same multiple of the identity, Gibbs is the SDE's own law, which has no current.
        constant = variance_range is not None and np.ptp(variance_range) <= 1e-9 * abs(variance_range[1])
        equilibrium = True if constant and isotropic else None
    measured = ""
    if equilibrium is None and asymmetry is not None and asymmetry.circulates is not None:
        if asymmetry.circulates:
            return Verdict("nonequilibrium", why.measured_circulation(asymmetry, gibbs))
        equilibrium, measured = True, why.no_circulation(asymmetry)
    if equilibrium is None:
        return Verdict("undecided", why.current_unknown(gibbs, absences.get("fokker-planck"), asymmetry))
    unknown = absences.get("gibbs")
    if equilibrium and gibbs is None and unknown is not None and unknown.reason in OF_THE_METHOD:
        return Verdict("undecided", why.gibbs_unknown(unknown) + measured)
    if equilibrium:
        return Verdict(
            "equilibrium, not gibbs",
            why.equilibrium(
                comparisons, predictions, absences, is_sde=is_sde, eta=eta, variance_range=variance_range,
                isotropic=isotropic, reshuffled=reshuffled,
            )
            + measured,
        )  # fmt: skip
    return Verdict("nonequilibrium", why.nonequilibrium(comparisons, predictions, entropy_production, curl))


def predicted_equilibrium(
    predictions: Mapping[str, Prediction],
    *,
    dimension: int,
    periodic: bool,
    momentum: float = 0.0,
    relaxation_time: float | None = None,
) -> bool | None:
    """Whether the predicted current is zero; None where no prediction says.

    On a line that does not close there is nowhere to circulate; else the SDE's entropy production decides, in the
    relaxation time of the prediction itself, else in the one that is given. Without either only none at all is none.
    """
    if dimension == 1 and not periodic and momentum == 0:
        return True
    for name in ("fokker-planck", "gaussian"):
        prediction = predictions.get(name)
        if prediction is not None and prediction.entropy_production is not None:
            time = prediction.relaxation_time if prediction.relaxation_time is not None else relaxation_time
            if time is None:
                return prediction.entropy_production <= 0
            return prediction.entropy_production * time <= SLIGHT_PRODUCTION
    return None


def _doubt(absences: Mapping[str, Absence], seen: Motion, far_noise: bool) -> str:
    """Why walkers that are lost need not have escaped; empty where they have."""
    if far_noise:
        return why.far_noise()
    known = absences.get("fokker-planck")
    if seen.losses is None or (known is not None and known.reason == "not normalisable"):
        return ""
    if seen.losses.of_the_scheme:
        return why.diverging_scheme(seen.losses)
    return "" if seen.losses.of_the_equation else why.scheme_or_equation(seen.losses)


def _no_stationary_law(
    predictions: Mapping[str, Prediction], absences: Mapping[str, Absence], is_sde: bool, seen: Motion
) -> Verdict | None:
    """What the first prediction that knows says of there being no law: the process's own, then the others.

    The laws of another process (the SDE's, of a chain) count only beside averages that were seen to move. None where
    nothing speaks against a law.
    """
    linear = predictions.get("gaussian")
    if linear is not None and linear.relaxation_time is not None:
        return None  # a linear system that is pulled back from every side has a law, whatever else says
    names = ("fokker-planck", "gibbs") if is_sde else ("transfer", "fokker-planck", "gibbs")
    for name in names:
        if name in predictions:
            loss = predictions[name].survival_loss
            if loss is None or loss <= SLIGHT_ESCAPE:
                return None
            if _missing(loss, seen):
                return Verdict("undecided", why.contradicted(loss, seen))
            return Verdict("no stationary law", why.escaping(loss))
        reason = absences[name].reason if name in absences else ""
        if reason == "degenerate noise":  # walkers keep to a part of space, of which Gibbs knows nothing
            return None
        if reason == "not normalisable":
            if seen.still:
                return Verdict("undecided", why.at_rest_all_the_same(absences[name]))
            if name == names[0] or seen.still is False or not seen.steps:
                return Verdict("no stationary law", why.not_normalisable(absences[name]))
    return None


def _missing(loss: float, seen: Motion) -> bool:
    """Whether many walkers should be lost by now, at this loss a step, and nearly none are."""
    expected = -math.expm1(-loss * seen.steps)
    return expected * seen.walkers > _MANY and seen.lost < expected / 3
