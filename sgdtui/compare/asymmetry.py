"""Whether time has a direction in what was measured: the test for a current where no prediction tells.

A stationary process is in equilibrium if and only if E[f(x) g(x') − g(x) f(x')] = 0 for all functions f and g of the
place, with x' the place some steps after x (Kolmogorov; Onsager 1931). For coordinates that is the area that is swept
(Ghanta, Neu and Teitsworth, Phys. Rev. E 95, 032128, 2017): HC − CHᵀ per unit time in linear theory, with covariance C.

All pairs of functions are tested at once by Hotelling's T² over independent groups of walkers, at a few lags, with the
least p-value times the number of lags (Bonferroni).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array

LEVEL = 1e-3
"""A circulation is called measured below this p-value; so often it is where there is none."""

SLIGHT_TURNING = 7e-3
"""Radians turned while a relaxation time passes, below which a circulation counts as none: at two coordinates of one
rate it produces 2·.007² = 1e-4 nats in that time, as slight as a predicted current may be."""

EXCLUDED_TURNING = 0.1
"""That nothing turns is said where no more radians than these in a relaxation time are left possible."""

_FORGOTTEN = 0.02
"""An autocorrelation is taken to be at least so large: what has been forgotten altogether tells no rate."""

_NO_SPREAD = 1e-9
"""Of the largest eigenvalue: a direction in which groups differ less than this is no direction."""


@dataclass(frozen=True, slots=True, eq=False)
class PairSums:
    """Sums over pairs of places a lag apart, for `functions` f of the place, by independent group of walkers.

    lags       (K,) in steps
    time_step  of one step, in units of t
    first, second (p,) the functions of each pair; the first `coordinates` functions are coordinates, in some frame
    turned     (K, groups, p) sums of f_first f_second' − f_second f_first'
    pairs      (K, groups) how many places
    kept       (K, functions) sums of f f' over all groups, and `size` (K, functions) those of f²
    back       (d, coordinates) from those back to the coordinates x, about their middle; None where there is no way
    """

    lags: tuple[int, ...]
    time_step: float
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    turned: Array
    pairs: Array
    kept: Array
    size: Array
    coordinates: int
    back: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Asymmetry:
    """What pairs of places in time tell.

    statistic    Hotelling's T² of all pairs of functions at the lag that tells most, of so many degrees of `freedom`
    p_value      of it, times the number of lags
    lag          that one, in steps
    bound        the largest rate of turning, in radians per unit t, that is left possible between any two coordinates
                 at `LEVEL`, all of these and all lags together; infinite where none is excluded
    turning      the same in radians while the two forget where they were
    slight       whether no pair of functions at all is left more than `SLIGHT_TURNING` of these
    area_rate    (d, d) E[x_i x_j' − x_j x_i'] per unit time at the lag of one step, and `area_rate_se`; None where
                 there are too many coordinates
    """

    statistic: float
    freedom: int
    p_value: float
    lag: int
    bound: float
    turning: float
    slight: bool
    area_rate: Array | None = None
    area_rate_se: Array | None = None

    @property
    def circulates(self) -> bool | None:
        """Whether something turns; None where it may or may not."""
        if self.p_value < LEVEL and not self.slight:
            return True
        return False if self.turning <= EXCLUDED_TURNING else None


def asymmetry(sums: PairSums) -> Asymmetry | None:
    """The test and its bound; None where there are no pairs of functions, or too few groups for them."""
    lags = len(sums.lags)
    tests: list[tuple[float, float, int, int]] = []
    bounds, turnings = [], []
    for k, lag in enumerate(sums.lags):
        means = _means(sums, k)
        if means is None:
            continue
        statistic, freedom, p_value = _hotelling(means)
        if freedom:
            tests.append((p_value, statistic, freedom, lag))
        bound, turning = _left_possible(sums, k, means, lags)
        bounds.append(bound)
        turnings.append(turning)
    if not tests:
        return None
    p_value, statistic, freedom, lag = min(tests, key=lambda test: (test[0], -test[1] / test[2]))
    rate, error = _area_rate(sums)
    among = sums.second < sums.coordinates
    angles = np.min(turnings, axis=0)
    return Asymmetry(
        statistic=statistic,
        freedom=freedom,
        p_value=min(1.0, lags * p_value),
        lag=lag,
        bound=float(np.min(bounds, axis=0)[among].max()) if among.any() else math.inf,
        turning=float(angles[among].max()) if among.any() else math.inf,
        slight=bool(angles.max() <= SLIGHT_TURNING),
        area_rate=rate,
        area_rate_se=error,
    )


def _means(sums: PairSums, k: int) -> Array | None:
    """(groups, p) what turned in a lag, for each group that has pairs; None where there are too few to test."""
    seen = sums.pairs[k] > 0
    if seen.sum() < len(sums.first) + 2 or not len(sums.first):
        return None
    means: Array = sums.turned[k][seen] / sums.pairs[k][seen, None]
    return means if np.isfinite(means).all() else None


def _hotelling(means: Array) -> tuple[float, int, float]:
    """T² of (groups, p) means against zero, the directions p that it is of, and its p-value by Fisher's F."""
    from scipy.special import fdtrc  # not at the top: the first picture does not wait for it

    groups = len(means)
    scale = means.std(axis=0, ddof=1)
    moving = scale > 0
    scaled = means[:, moving] / scale[moving]
    if not scaled.size:
        return 0.0, 0, 1.0
    sizes, axes = np.linalg.eigh(np.atleast_2d(np.cov(scaled, rowvar=False)))
    held = sizes > _NO_SPREAD * sizes[-1]
    along = scaled.mean(axis=0) @ axes[:, held]
    statistic = float(groups * np.sum(along**2 / sizes[held]))
    p = int(held.sum())
    return statistic, p, float(fdtrc(p, groups - p, statistic * (groups - p) / (p * (groups - 1))))


def _left_possible(sums: PairSums, k: int, means: Array, lags: int) -> tuple[Array, Array]:
    """(p,) the largest turning of each pair of functions that a lag leaves possible: per unit t, and per relaxation.

    Two functions of equal size that turn at the rate ω and forget at γ have E[f g' − g f'] = 2 sin(ωs) exp(−γs) after
    a time s; ω is bounded by the sine's argument, and exp(−γs) is the geometric mean of the two autocorrelations.
    """
    from scipy.special import stdtrit

    groups, among = len(means), max(1, math.comb(sums.coordinates, 2))
    quantile = -stdtrit(groups - 1, LEVEL / (2 * among * lags))
    largest = np.abs(means.mean(axis=0)) + quantile * means.std(axis=0, ddof=1) / np.sqrt(groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = sums.size[k] / sums.pairs[k].sum()
        kept = np.abs(sums.kept[k]) / sums.size[k]
        both = np.sqrt(kept[sums.first] * kept[sums.second]).clip(_FORGOTTEN, 1 - 1e-12)
        sine = largest / (2 * both * np.sqrt(size[sums.first] * size[sums.second]))
    angle = np.where(np.isfinite(sine) & (sine < 1), np.arcsin(np.clip(sine, 0, 1)), np.inf)
    return angle / (sums.lags[k] * sums.time_step), angle / -np.log(both)


def _area_rate(sums: PairSums) -> tuple[Array | None, Array | None]:
    """(d, d) E[x_i x_j' − x_j x_i'] per unit time at the lag of one step, and its standard error."""
    if sums.back is None or sums.lags[0] != 1 or (sums.pairs[0] > 0).sum() < 2:
        return None, None
    seen = sums.pairs[0] > 0
    among = sums.second < sums.coordinates
    found = np.zeros((int(seen.sum()), sums.coordinates, sums.coordinates))
    means = sums.turned[0][seen][:, among] / sums.pairs[0][seen, None]
    found[:, sums.first[among], sums.second[among]] = means
    found[:, sums.second[among], sums.first[among]] = -means
    rates = sums.back @ found @ sums.back.T / sums.time_step
    rates = (rates - rates.transpose(0, 2, 1)) / 2  # to the last digit
    return rates.mean(axis=0), rates.std(axis=0, ddof=1) / np.sqrt(len(rates))
