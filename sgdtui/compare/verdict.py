"""The verdict on a run, in the order of the contract, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping

from sgdtui.compare import why
from sgdtui.compare.agreement import judge
from sgdtui.compare.comparison import Comparison, Verdict
from sgdtui.predict.prediction import Absence, Prediction

__all__ = ["judge", "predicted_equilibrium", "verdict"]

SLIGHT_ESCAPE = 1e-8
"""A loss of walkers per step below this never shows."""

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
) -> Verdict:
    """Not settled → undecided; escaping or not normalisable → no stationary law; Gibbs agrees → gibbs; else
    predicted current zero → equilibrium, not gibbs; else nonequilibrium.

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
        curl: of F = -Σ⁻¹(2g/η + ∇·Σ), root mean square over the law, for the sentence.
        restless: why a run cannot settle by construction (undecided, with this sentence); empty where it may.
        unsettled: why a run has not settled, where more is known than that it has not.
    """
    if restless:
        return Verdict("undecided", restless)
    lawless = _no_stationary_law(predictions, absences, is_sde, escaping)
    # What has no stationary law and no relaxation time never settles: that is no reason to leave it undecided.
    timeless = all(prediction.relaxation_time is None for prediction in predictions.values())
    if lawless is not None and (settled is not False or timeless):
        return Verdict("no stationary law", lawless)
    if not settled:
        return Verdict("undecided", unsettled or why.unsettled())
    gibbs = comparisons.get("gibbs")
    if gibbs is not None and gibbs.agrees:
        return Verdict("gibbs", why.gibbs(gibbs, predictions["gibbs"], variance_range))
    if gibbs is not None and gibbs.agrees is None:
        return Verdict("undecided", why.too_few(gibbs))
    if gibbs is None and "gibbs" not in absences:
        return Verdict("undecided", why.nothing_to_compare())
    equilibrium = predicted_equilibrium(
        predictions, dimension=dimension, periodic=periodic, momentum=momentum
    )
    if equilibrium is None:
        return Verdict("undecided", why.current_unknown(gibbs, absences.get("fokker-planck")))
    if equilibrium:
        return Verdict(
            "equilibrium, not gibbs",
            why.equilibrium(
                comparisons, predictions, absences, is_sde=is_sde, eta=eta, variance_range=variance_range,
                isotropic=isotropic,
            ),
        )  # fmt: skip
    return Verdict("nonequilibrium", why.nonequilibrium(comparisons, predictions, entropy_production, curl))


def predicted_equilibrium(
    predictions: Mapping[str, Prediction], *, dimension: int, periodic: bool, momentum: float = 0.0
) -> bool | None:
    """Whether the predicted current is zero; None where no prediction says.

    On a line that does not close there is nowhere to circulate; else the SDE's entropy production decides.
    """
    if dimension == 1 and not periodic and momentum == 0:
        return True
    for name in ("fokker-planck", "gaussian"):
        prediction = predictions.get(name)
        if prediction is not None and prediction.entropy_production is not None:
            time = prediction.relaxation_time if prediction.relaxation_time is not None else 1.0
            return prediction.entropy_production * time <= SLIGHT_PRODUCTION
    return None


def _no_stationary_law(
    predictions: Mapping[str, Prediction], absences: Mapping[str, Absence], is_sde: bool, escaping: bool
) -> str | None:
    """Why there is none, from the first prediction that knows: the process's own, then the others."""
    for name in ("fokker-planck", "gibbs") if is_sde else ("transfer", "fokker-planck", "gibbs"):
        if name in predictions:
            loss = predictions[name].survival_loss
            if loss is not None and loss > SLIGHT_ESCAPE:
                return why.escaping(loss)
            break
        reason = absences[name].reason if name in absences else ""
        if reason == "not normalisable":
            return why.not_normalisable(absences[name])
        if reason == "degenerate noise":  # walkers keep to a part of space, of which Gibbs knows nothing
            break
    return why.escaping(None) if escaping else None
