"""Whether a chain on the line comes back from far away: shown from its steps there, or not known.

Seen from a distance r ≫ 1 a step multiplies the distance by a random factor A. Where steps are small beside the
distance, and have a variance, the chain is a diffusion on that scale, of drift m and variance s² a step; its
stationary density falls like the integral of its slope d ln p/d ln r = 2 r m/s² - d ln s²/d ln r, and the law is
normalisable if and only if that is below -1 (Lamperti 1963). Otherwise: if E ln A > 0 walkers move away for good
(Furstenberg and Kesten); if r^κ(1 - E A^κ) stays above a positive number for some κ > 0, walkers return in a finite
mean time (Foster's criterion with the function r^κ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.outcomes import outcomes
from sgdtui.predict.chain.step import Chain

_DISTANCES = 10.0 ** np.arange(2.0, 5.1, 0.25)
"""In units of the window: far enough to be far, and near enough for small steps not to drown in rounding."""
_SMALL = 0.03
"""Steps of less than this share of the distance are small beside it."""
_MARGIN = 0.02
_POWERS = (2.0, 1.0, 0.5, 0.1, 0.02)
_CLOSEST = -50.0


@dataclass(frozen=True, slots=True)
class FarField:
    """What happens far away on one side: walkers return (True), do not (False) or nothing is shown (None); and why."""

    returns: bool | None
    reason: str = ""


def far_field(chain: Chain, centre: float, scale: float, side: float) -> FarField:
    """How the chain behaves at distances of 10² to 10⁵ `scale` from `centre`, towards `side` (-1 or 1)."""
    distance = scale * _DISTANCES
    x = centre + side * distance
    images, weights = outcomes(chain, x)
    with np.errstate(all="ignore"):
        change = side * (images - x[:, None]) / distance[:, None]
        if not np.all(np.isfinite(change)):
            return FarField(None)
        mean = np.sum(weights * change, axis=1)
        second = np.sum(weights * (change - mean[:, None]) ** 2, axis=1)
    has_variance = chain.shape is None or chain.shape.has_variance
    if has_variance and np.all(mean**2 + second < _SMALL**2):
        return _diffusing(distance, mean, second)
    return _multiplied(distance, change, weights)


def _diffusing(distance: Array, mean: Array, second: Array) -> FarField:
    """Small steps: by the slope of the stationary density of the diffusion that they amount to."""
    if not np.all(second > 0):
        return FarField(bool(np.all(mean < 0)) or None)
    spread = second * distance**2
    slope = 2 * mean / second - np.gradient(np.log(spread), np.log(distance))
    if np.all(slope < -1 - _MARGIN):
        return FarField(True)
    if not np.all(slope > -1 + _MARGIN):
        return FarField(None)
    if np.all(mean > 0) and np.all(2 * mean / second > 1 + _MARGIN):
        return FarField(False, "far out the steps lead away on average, and walkers leave for good")
    typical = float(np.median(slope))
    fall = f"falls off like |x|^{typical:.2g}" if typical < -_MARGIN else "does not fall off"
    return FarField(False, f"far out the noise outweighs the pull: a stationary density {fall}")


def _multiplied(distance: Array, change: Array, weights: Array) -> FarField:
    """Any steps: by the mean logarithm of the factor, and by Foster's criterion."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.maximum(np.where(change > -1, np.log1p(change), np.log(np.abs(1 + change))), _CLOSEST)
    exponent = np.sum(weights * logarithm, axis=1)
    for power in _POWERS:
        with np.errstate(over="ignore"):
            lost = -np.sum(weights * np.expm1(power * logarithm), axis=1)
            drop = distance**power * lost
        if np.all(lost > 0) and drop[-1] >= 0.5 * drop[0]:
            return FarField(True)
    if np.all(exponent > 1e-9):
        lost = -np.sum(weights * np.expm1(-_POWERS[-1] * logarithm), axis=1)
        if np.all(lost > 0):
            detail = f"walkers move away e-fold every {1 / exponent[-1]:.3g} steps"
            return FarField(False, f"the steps grow with distance: {detail}")
    return FarField(None)
