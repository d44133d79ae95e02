"""One generated sentence with the numbers: why the verdict is what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sgdtui.compare.asymmetry import Asymmetry
from sgdtui.compare.comparison import Comparison
from sgdtui.compare.motion import Losses, Motion
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.registry import PREDICTIONS

Range = tuple[float, float]

LEVEL = 1e-3
"""A prediction is called wrong below this p-value."""

AS_WRONG = 0.5
"""Fokker–Planck is as wrong as Gibbs from this share of the distance of Gibbs on."""


def number(value: float) -> str:
    """Three significant digits, as one would say it."""
    return f"{value:.3g}"


def unsettled() -> str:
    """The burn-in was short, or its needed length is not known."""
    return "Not settled: fewer than five relaxation times have passed, so the histogram still depends on the start."


def escaping(loss: float | None) -> str:
    """Walkers leave for good; `loss` per step where it is predicted."""
    if loss is None:
        return "Walkers escape for good, so no law is stationary."
    return f"Walkers escape for good, a share of {number(loss)} a step, so no law is stationary."


def escaped(motion: Motion) -> str:
    """Walkers were seen to leave."""
    if motion.lost >= 1:
        return f"All walkers escaped within {motion.steps} steps, so no law is stationary."
    rate = f", {number(motion.rate)} of those left a step by the end" if motion.rate is not None else ""
    return (
        f"Walkers escape for good, {_percent(motion.lost)} of them in {motion.steps} steps{rate}, so no law is "
        "stationary."
    )


def contradicted(loss: float, motion: Motion) -> str:
    """The chain is predicted to lose walkers that are still there."""
    return (
        f"The chain is predicted to lose a share of {number(loss)} a step, and yet after {motion.steps} steps "
        f"{_percent(motion.lost)} of the walkers are lost: one of the two is wrong."
    )


def far_noise() -> str:
    """Steps have no mean size: to be beyond 1e12 is no escape."""
    return (
        "The noise has so heavy a tail that single steps reach beyond 1e12, where walkers are no longer followed: "
        "whether the rest of them shows the law is not known."
    )


def diverging_scheme(losses: Losses) -> str:
    """Euler's scheme blows up, the equation does not."""
    stable = losses.stable_dt
    if stable is None:
        cure = "it may be at any dt, for the noise or the drift grows faster than the distance"
    else:
        known = "" if stable in losses.dts else "about "
        cure = f"at {known}dt = {number(stable)} fewer than one walker in a thousand would be lost"
    return (
        f"The scheme is unstable, not the equation: explicit Euler loses {_trials(losses)} in the same time, so that "
        f"what is measured is the scheme's; {cure}."
    )


def scheme_or_equation(losses: Losses) -> str:
    """Walkers are lost, by the scheme or by the equation."""
    return (
        f"Explicit Euler loses {_trials(losses)} in the same time: too few fewer to tell whether it is the scheme that "
        "diverges or the walkers that escape."
    )


def converged() -> str:
    """Nothing moves any more."""
    return (
        "Converged: every walker has come to where gradient and noise vanish, and nothing moves any more; where it "
        "came to rest depends on its start and its path."
    )


def not_normalisable(absence: Absence) -> str:
    """The formal stationary solution has infinite mass."""
    return f"The stationary solution cannot be normalised{_detail(absence)}; the walkers spread for ever."


def at_rest_all_the_same(absence: Absence) -> str:
    """No law over all space, and yet nothing that is measured moves."""
    return (
        f"The stationary solution over all space cannot be normalised{_detail(absence)}, and yet the averages of the "
        "walkers stand still: if they leave, it takes longer than this run."
    )


def unlike_columns(large: tuple[str, float], small: tuple[str, float]) -> str:
    """Columns whose sizes differ by orders of magnitude, so that no one step suits them."""
    (one, size), (other, least) = large, small
    return (
        f" The columns want standardizing (standardize: true): {one} is about {number(size)} and {other} about "
        f"{number(least)}, so that a step which is stable for one hardly moves the other."
    )


def gibbs(
    comparison: Comparison, prediction: Prediction, variance_range: Range | None, isotropic: bool = True
) -> str:
    """Gibbs agrees."""
    reason = "Gibbs holds"
    if variance_range is not None and isotropic and _constant(variance_range):
        reason = f"Σ is {number(variance_range[1])} everywhere, so Gibbs holds"
    temperature = f" at T = {number(prediction.temperature)}" if prediction.temperature is not None else ""
    p = comparison.p_value
    if p is not None and p < LEVEL:
        hidden = number(comparison.numerical_error)
        return f"{reason}{temperature} to within the numerical error {hidden}: {_distance(comparison)}."
    return f"{reason}{temperature}: {_distance(comparison)}, p = {_p(comparison)}."


def too_few(comparison: Comparison) -> str:
    """The sample cannot tell Gibbs from its closest rival."""
    if comparison.hindrance == "bias of dt":
        return f"How much of the difference is the bias of dt is not known: {_distance(comparison)}."
    if comparison.more_samples is None:
        hidden = number(comparison.numerical_error)
        return f"The numerical error ({hidden}) hides the difference from Gibbs: {_distance(comparison)}."
    if comparison.more_samples > 1:
        return (
            f"Too few samples to tell Gibbs from its closest rival: {_distance(comparison)}; about "
            f"{number(comparison.more_samples)} times more would tell."
        )
    return f"Too few independent groups of walkers for a test of Gibbs: {_distance(comparison)}."


def nothing_to_compare() -> str:
    """Nothing was recorded yet."""
    return "Nothing has been recorded yet."


def gibbs_unknown(absence: Absence) -> str:
    """No current, and Gibbs could not be worked out."""
    return f"No current flows, but Gibbs could not be worked out ({absence.reason}{_detail(absence)})."


def current_unknown(
    comparison: Comparison | None, absence: Absence | None, asymmetry: Asymmetry | None = None
) -> str:
    """Not Gibbs, but no prediction says whether probability circulates, nor do pairs of places yet."""
    first = "There is no Gibbs law" if comparison is None else f"Not Gibbs ({_distance(comparison)})"
    reason = f" ({absence.reason})" if absence is not None else ""
    sentence = f"{first}, and no prediction{reason} says whether probability circulates"
    if asymmetry is None or not math.isfinite(asymmetry.bound):
        return f"{sentence}."
    return (
        f"{sentence}; nor do the walkers yet, which may turn by up to {number(asymmetry.bound)} radians per unit t "
        f"({_time_order(asymmetry)})."
    )


def measured_circulation(asymmetry: Asymmetry, comparison: Comparison | None) -> str:
    """No prediction says so, but the order of places in time does."""
    against = f"; {_distance(comparison)}" if comparison is not None else ""
    return f"Nonequilibrium (measured): time has a direction, {_time_order(asymmetry)}{against}."


def no_circulation(asymmetry: Asymmetry) -> str:
    """A further sentence: that no current flows is measured."""
    return f" Measured: no circulation above {number(asymmetry.bound)} radians per unit t ({_time_order(asymmetry)})."


def _time_order(asymmetry: Asymmetry) -> str:
    steps = "one step" if asymmetry.lag == 1 else f"{asymmetry.lag} steps"
    return (
        f"T² = {number(asymmetry.statistic)} on {asymmetry.freedom} of pairs {steps} apart, "
        f"p = {number(asymmetry.p_value)}"
    )


def equilibrium(
    comparisons: Mapping[str, Comparison],
    predictions: Mapping[str, Prediction],
    absences: Mapping[str, Absence],
    *,
    is_sde: bool,
    eta: float | None,
    variance_range: Range | None,
    isotropic: bool,
    reshuffled: bool = False,
) -> str:
    """Not Gibbs, and no current."""
    comparison = comparisons.get("gibbs")
    own = _right(comparisons, is_sde)
    if comparison is None:
        absence = absences.get("gibbs")
        reason = f" ({absence.reason})" if absence is not None else ""
        return f"There is no Gibbs law to hold{reason}, and no current flows{own}."
    distance = _distance(comparison)
    fokker_planck = comparisons.get("fokker-planck")
    if reshuffled:
        return (
            "Every epoch visits each example once, so that the noise of its steps cancels over the epoch and is not "
            f"that of independent draws: {distance}{own}."
        )
    if variance_range is not None and not _constant(variance_range):
        both = _both_wrong(fokker_planck, comparison)
        if both is not None and not is_sde:
            step = f" η = {number(eta)}" if eta is not None else ""
            return (
                f"The step{step} is too long for the SDE limit: Fokker–Planck, which knows how Σ changes, is off by "
                f"TV {number(both[0])}, Gibbs by {number(both[1])}{own}."
            )
        low, high = map(number, variance_range)
        return (
            f"Σ ranges from {low} to {high} where the walkers are, so probability drifts to the quiet side: "
            f"{distance}{own}."
        )
    if not isotropic:
        return f"Σ is not a multiple of the identity, so no one temperature fits every direction: {distance}{own}."
    limit = fokker_planck if fokker_planck is not None else comparison
    if not is_sde and limit.agrees is False and variance_range is not None:
        step = f" η = {number(eta)}" if eta is not None else ""
        return (
            f"Σ is constant, so the SDE says Gibbs, but the step{step} is too long for the SDE limit: "
            f"{distance}{own}."
        )
    temperature = predictions["gibbs"].temperature
    chosen = f" at T = {number(temperature)}" if temperature is not None else ""
    return f"No current flows, and yet the law is not Gibbs{chosen}: {distance}{own}."


def nonequilibrium(
    comparisons: Mapping[str, Comparison],
    predictions: Mapping[str, Prediction],
    measured: tuple[float, float] | None,
    curl: float | None = None,
) -> str:
    """Probability circulates."""
    known = [
        p.entropy_production
        for name in ("fokker-planck", "gaussian")
        if (p := predictions.get(name)) is not None and p.entropy_production is not None
    ]
    production = number(known[0]) if known else "some"
    seen = ""
    if measured is not None:
        seen = f" (measured {number(measured[0])} ± {measured[1]:.1g})"
    sentence = (
        f"Probability circulates: the predicted current makes {production} nats of entropy per unit t{seen}"
    )
    if curl is not None:
        sentence += f", for −Σ⁻¹(2g/η + ∇·Σ) has curl {number(curl)}"
    if "gibbs" in comparisons:
        sentence += f"; {_distance(comparisons['gibbs'])}"
    return sentence + "."


def _detail(absence: Absence) -> str:
    return f": {absence.detail.rstrip('.')}" if absence.detail else ""


def _trials(losses: Losses) -> str:
    tried = [f"{_percent(s)} at dt = {number(dt)}" for dt, s in zip(losses.dts, losses.shares, strict=True)]
    return ", ".join(tried)


def _percent(share: float) -> str:
    return f"{number(100 * share)} %"


def _distance(comparison: Comparison) -> str:
    of, floor, name = comparison.distances, comparison.floor, PREDICTIONS[comparison.name].said
    if of.tv is not None and floor.tv is not None:
        return f"TV to {name} {number(of.tv)}, floor {number(floor.tv)}"
    if of.ks is not None and floor.ks is not None:
        return f"KS to {name} {number(of.ks)}, floor {number(floor.ks)}"
    return f"no distance to {name}"


def _right(comparisons: Mapping[str, Comparison], is_sde: bool) -> str:
    """What does agree, to end the sentence with."""
    for name in ("fokker-planck", "gaussian") if is_sde else ("transfer", "fokker-planck", "gaussian"):
        comparison = comparisons.get(name)
        if comparison is not None and comparison.agrees:
            distance = (
                comparison.distances.tv if comparison.distances.tv is not None else comparison.distances.ks
            )
            within = f" within {number(distance)}" if distance is not None else ""
            return f"; {PREDICTIONS[name].said} holds{within}"
    return ""


def _both_wrong(fokker_planck: Comparison | None, gibbs: Comparison) -> tuple[float, float] | None:
    """Their total variation distances where Fokker–Planck differs too, by no less than `AS_WRONG` of what Gibbs does:
    that Σ changes, which it knows, is not the reason then.
    """
    if fokker_planck is None or fokker_planck.agrees is not False:
        return None
    off, gibbs_off = fokker_planck.distances.tv, gibbs.distances.tv
    return None if off is None or gibbs_off is None or off < AS_WRONG * gibbs_off else (off, gibbs_off)


def _constant(variance_range: Range) -> bool:
    low, high = variance_range
    return high - low <= 0.01 * abs(high)


def _p(comparison: Comparison) -> str:
    return "unknown" if comparison.p_value is None else number(comparison.p_value)
