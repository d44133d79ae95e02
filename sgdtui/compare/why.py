"""One generated sentence with the numbers: why the verdict is what it is."""

from __future__ import annotations

from collections.abc import Mapping

from sgdtui.compare.comparison import Comparison
from sgdtui.predict.prediction import Absence, Prediction

NAMES = {
    "gibbs": "Gibbs",
    "fokker-planck": "Fokker–Planck",
    "transfer": "the chain's own law",
    "gaussian": "the Gaussian",
}

Range = tuple[float, float]

LEVEL = 1e-3
"""A prediction is called wrong below this p-value."""


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


def not_normalisable(absence: Absence) -> str:
    """The formal stationary solution has infinite mass."""
    detail = f": {absence.detail.rstrip('.')}" if absence.detail else ""
    return f"The stationary solution cannot be normalised{detail}; the walkers spread for ever."


def gibbs(comparison: Comparison, prediction: Prediction, variance_range: Range | None) -> str:
    """Gibbs agrees."""
    reason = "Gibbs holds"
    if variance_range is not None and _constant(variance_range):
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


def current_unknown(comparison: Comparison | None, absence: Absence | None) -> str:
    """Not Gibbs, but no prediction says whether probability circulates."""
    first = "There is no Gibbs law" if comparison is None else f"Not Gibbs ({_distance(comparison)})"
    reason = f" ({absence.reason})" if absence is not None else ""
    return f"{first}, and no prediction{reason} says whether probability circulates."


def equilibrium(
    comparisons: Mapping[str, Comparison],
    predictions: Mapping[str, Prediction],
    absences: Mapping[str, Absence],
    *,
    is_sde: bool,
    eta: float | None,
    variance_range: Range | None,
    isotropic: bool,
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
    if variance_range is not None and not _constant(variance_range):
        low, high = map(number, variance_range)
        return (
            f"Σ ranges from {low} to {high} where the walkers are, so probability drifts to the quiet side: "
            f"{distance}{own}."
        )
    if not isotropic:
        return f"Σ is not a multiple of the identity, so no one temperature fits every direction: {distance}{own}."
    if not is_sde and fokker_planck is not None and fokker_planck.agrees is False:
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


def _distance(comparison: Comparison) -> str:
    of, floor, name = comparison.distances, comparison.floor, NAMES.get(comparison.name, comparison.name)
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
            return f"; {NAMES[name]} holds{within}"
    return ""


def _constant(variance_range: Range) -> bool:
    low, high = variance_range
    return high - low <= 0.01 * abs(high)


def _p(comparison: Comparison) -> str:
    return "unknown" if comparison.p_value is None else number(comparison.p_value)
