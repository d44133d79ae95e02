"""The p-value of a prediction: one statistic fixed beforehand, calibrated by the spread between groups."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.classes import assign, how_many
from sgdtui.compare.effective_size import effective_samples
from sgdtui.compare.groups import frequencies
from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts

_PRIOR = 0.25
"""Groups' worth of multinomial covariance in the covariance between groups."""


def p_value(counts: Counts, prediction: Prediction) -> float | None:
    """How probable frequencies at least this far from the prediction are, were it true.

    The statistic is Hotelling's T² of the groups' frequencies in a few classes of equal predicted mass: groups are
    independent and alike, so no model of the correlation in time is needed, and F(K - 1, G - K + 1) is its law.

    Returns:
        None where there is too little for any test (under sixty effective samples, or under five groups).
    """
    samples, shares = frequencies(counts)
    n_eff = effective_samples(counts)
    classes = how_many(len(samples), n_eff)
    if classes < 2:
        return None
    label, expected = assign(prediction, classes)
    if len(expected) < 2:
        return None
    indicator = np.equal.outer(label, np.arange(len(expected))).astype(np.float64)
    measured = shares @ indicator
    return hotelling(measured, expected, per_group=float(samples.mean()))


def hotelling(measured: Array, expected: Array, per_group: float) -> float:
    """P(T² at least this large) for group frequencies (groups, classes) about `expected` (classes,).

    The groups' covariance is joined by a quarter of a group's worth of multinomial covariance at the same scale, never
    below that of `per_group` independent samples: that keeps it invertible where a class was never visited and is
    without weight elsewhere. A class that should be empty is tested by whether it is.
    """
    from scipy.special import fdtrc

    impossible = expected <= 0
    if impossible.any() and float(measured[:, impossible].max()) > 0:
        return 0.0
    if (~impossible).sum() < 2:
        return 1.0
    measured, expected = measured[:, ~impossible], expected[~impossible]
    groups, q = len(measured), len(expected) - 1
    deviation = (measured.mean(axis=0) - expected)[:-1]
    covariance = np.atleast_2d(np.cov(measured[:, :-1], rowvar=False))
    multinomial = np.diag(expected[:-1]) - np.multiply.outer(expected[:-1], expected[:-1])
    scale = max(float(np.trace(np.linalg.solve(multinomial, covariance))) / q, 1.0 / max(per_group, 1.0))
    joined = ((groups - 1) * covariance + _PRIOR * scale * multinomial) / (groups - 1 + _PRIOR)
    t_squared = groups * float(deviation @ np.linalg.solve(joined, deviation))
    return float(fdtrc(q, groups - q, (groups - q) / (q * (groups - 1)) * t_squared))


def noncentrality_needed(groups: int, classes: int, level: float = 1e-3) -> float:
    """The noncentrality at which the test comes out below `level` about every second time."""
    from scipy.special import fdtri

    q = classes - 1
    return q * max(float(fdtri(q, groups - q, 1.0 - level)) - 1.0, 1.0)
