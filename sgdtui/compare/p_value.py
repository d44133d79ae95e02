"""The p-value of a prediction: one statistic fixed beforehand, calibrated by the spread between groups."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.classes import assign, how_many
from sgdtui.compare.effective_size import effective_samples
from sgdtui.compare.groups import frequencies
from sgdtui.compare.step_bias import EXTRAPOLATION, StepBias
from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts

_PRIOR = 0.25
"""Groups' worth of multinomial covariance in the covariance between groups."""
_NEVER = 1e-15
"""A class that is predicted to hold less is empty: rounding knows no difference."""

_UNSEEN = 0.05
"""The p-value of no bias between dt and 4 dt above which the run at 4 dt helps to extrapolate."""


def p_value(counts: Counts, prediction: Prediction, bias: StepBias | None = None) -> float | None:
    """How probable frequencies at least this far from the prediction are, were it true.

    The statistic is Hotelling's T² of the groups' frequencies in a few classes of equal predicted mass: groups are
    independent and alike, so no model of the correlation in time is needed, and F(K - 1, G - K + 1) is its law.

    Where walkers took Euler steps of the SDE that the prediction is of, the `bias` of dt is taken out first: as the
    predicted laws tell it, or group by group by extrapolation of the runs at dt, 2 dt, …, so that the errors of the
    others count as those of the first do. What that may leave over enters as an error along the bias itself. A
    prediction that was sampled has its own error too (`Prediction.draws`).

    Returns:
        None where there is too little for any test (under sixty effective samples, or under five groups).
    """
    samples, shares = frequencies(counts)
    n_eff = worth(effective_samples(counts), prediction, bias)
    groups = min([len(samples), *(len(run) for run in bias.coarser)]) if bias is not None else len(samples)
    classes = how_many(groups, n_eff)
    if classes < 2:
        return None
    label, expected = assign(prediction, classes)
    if len(expected) < 2:
        return None
    indicator = np.equal.outer(label, np.arange(len(expected))).astype(np.float64)
    measured = shares @ indicator
    sampled = None if prediction.draws is None else multinomial(expected) / prediction.draws
    if bias is None or (not bias.coarser and bias.cells is None):
        return hotelling(measured, expected, per_group=float(samples.mean()), error=sampled)
    # A class that the SDE never visits is visited by Euler's steps, so it is tested like any other.
    alike = np.maximum(expected, 0) + np.maximum(measured.mean(axis=0), 0)
    alike = alike / alike.sum()
    per_group = float(samples.mean())
    if bias.coarser:
        runs = np.stack([measured[:groups], *(run[:groups] @ indicator for run in bias.coarser)])
        corrected, left, per_group = extrapolated(runs, bias.left, per_group, alike)
    else:
        assert bias.cells is not None
        shift = bias.cells @ indicator
        corrected, left = measured - shift, bias.left**2 * np.multiply.outer(shift, shift)
    return hotelling(
        corrected, expected, per_group, error=left if sampled is None else left + sampled, alike=alike
    )


def extrapolated(runs: Array, left: float, per_group: float, alike: Array) -> tuple[Array, Array, float]:
    """Frequencies at dt = 0 from those at dt, 2 dt and, where it is given, 4 dt: `runs` (runs, groups, classes).

    Three runs leave more of the part of second order than two, so that at 4 dt is used only where it shows no bias:
    where the noise is all that is to be fought.

    Returns:
        (groups, classes); a covariance of what is left of the bias, a share `left` of it; and how many samples a group
        is worth, of `per_group`.
    """
    if len(runs) == 3:
        change = runs[2] - runs[0]
        unseen = hotelling(change, np.zeros(change.shape[1]), per_group / 2, alike=alike)
        runs = runs if unseen > _UNSEEN else runs[:2]
    shift = (runs[1] - runs[0]).mean(axis=0)
    weights = EXTRAPOLATION[len(runs) - 1]
    return (
        np.tensordot(weights, runs, axes=1),
        left**2 * np.multiply.outer(shift, shift),
        per_group / float(weights @ weights),
    )


def worth(n_eff: float, prediction: Prediction, bias: StepBias | None) -> float:
    """Independent samples that the test is worth, of `n_eff` that were recorded.

    Extrapolation adds the variances of runs that are equally long; draws of a sampled prediction are few or many
    beside the recorded ones.
    """
    inverse = (1.0 if bias is None else float(bias.weights @ bias.weights)) / max(n_eff, 1e-300)
    if prediction.draws is not None:
        inverse += 1.0 / prediction.draws
    return 1.0 / inverse


def multinomial(expected: Array) -> Array:
    """The covariance of the frequencies in one draw from classes of probability `expected`, (classes, classes)."""
    return np.asarray(np.diag(expected) - np.multiply.outer(expected, expected))


def hotelling(
    measured: Array,
    expected: Array,
    per_group: float,
    error: Array | None = None,
    alike: Array | None = None,
) -> float:
    """P(T² at least this large) for group frequencies (groups, classes) about `expected` (classes,).

    The groups' covariance is joined by a quarter of a group's worth of multinomial covariance at the same scale, never
    below that of `per_group` independent samples: that keeps it invertible where a class was never visited and is
    without weight elsewhere. A class that should be empty is tested by whether it is.

    Args:
        error: (classes, classes) a further covariance of the mean's deviation, which is not seen between groups.
        alike: (classes,) probabilities for the multinomial covariance; `expected` if None. With them a class that
            should be empty is tested like the others.
    """
    from scipy.special import fdtrc

    impossible = expected <= _NEVER if alike is None else alike <= _NEVER
    if alike is None and impossible.any() and float(measured[:, impossible].max()) > 0:
        return 0.0
    kept = ~impossible
    if kept.sum() < 2:
        return 1.0
    measured, expected = measured[:, kept], expected[kept]
    groups, q = len(measured), len(expected) - 1
    deviation = (measured.mean(axis=0) - expected)[:-1]
    covariance = np.atleast_2d(np.cov(measured[:, :-1], rowvar=False))
    shape = multinomial(expected if alike is None else alike[kept])[:-1, :-1]
    scale = max(float(np.trace(np.linalg.solve(shape, covariance))) / q, 1.0 / max(per_group, 1.0))
    joined = ((groups - 1) * covariance + _PRIOR * scale * shape) / (groups - 1 + _PRIOR) / groups
    if error is not None:
        joined = joined + error[np.ix_(kept, kept)][:-1, :-1]
    t_squared = float(deviation @ np.linalg.solve(joined, deviation))
    return float(fdtrc(q, groups - q, (groups - q) / (q * (groups - 1)) * t_squared))


def noncentrality_needed(groups: int, classes: int, level: float = 1e-3) -> float:
    """The noncentrality at which the test comes out below `level` about every second time."""
    from scipy.special import fdtri

    q = classes - 1
    return q * max(float(fdtri(q, groups - q, 1.0 - level)) - 1.0, 1.0)
