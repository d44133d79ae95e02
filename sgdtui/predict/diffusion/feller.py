"""Feller's classification of an end of the line, from the powers with which the speed and the scale density go there.

With U = ∫f/D and convention a the speed density is m = D^(a-1) exp(U), the scale density s = D^(-a) exp(-U). An end is
attracting if ∫s converges there, and the stationary density m can be normalised if ∫m does (Karlin and Taylor, A Second
Course in Stochastic Processes, §15.6): regular if both do, entrance or natural with a law if only ∫m does, exit or
attracting if only ∫s does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.line_ends import End, power_law

_CRITICAL = 1e-6
_STEEP = 30.0
_FAINT = 1e20
UNDERFLOW = 1e-290
"""A D below this has lost digits, or would make its inverse infinite: it counts as zero."""
_VANISHING, _BLOWING = 0.3, 0.05


@dataclass(frozen=True, slots=True)
class Approach:
    """Powers of the distance with which m and s go at an end (the inverse distance from zero at an infinite one).

    `drift_inward` is the Itô drift at a finite end, positive where it points away from it. `faint`: D only seems to
    vanish there, since it is too small for a floating point number.
    """

    end: End
    speed: float
    scale: float
    drift_inward: float
    faint: bool = False

    @property
    def speed_converges(self) -> bool:
        """Whether ∫m is finite at the end."""
        return self.speed > -1 + _CRITICAL

    @property
    def scale_converges(self) -> bool:
        """Whether ∫s is finite at the end, so that it attracts."""
        return self.scale > -1 + _CRITICAL


def approach(process: Diffusion, end: End) -> Approach:
    """How speed and scale density go at an end of the line."""
    a = process.convention
    limit = float(end.distance(np.array([end.last]))[0])
    # From where panels stop outwards over three octaves; at a far end the octaves lie before it.
    distance = limit * 2.0 ** (np.arange(25) / 8)
    x = 1 / distance * -end.side if end.infinite else end.at + end.side * distance
    drift, strength = drift_and_strength(process, x)
    good = np.isfinite(drift) & np.isfinite(strength) & (strength > 0)
    if good.sum() < 4:
        return _from_signs(end, drift)
    distance, drift, strength = distance[good], drift[good], strength[good]
    with np.errstate(all="ignore"):
        # U goes as `pull`·log(distance): the force along the distance, times the distance.
        direction = end.side * (1 / distance if end.infinite else distance)
        pulls = drift / strength * direction
        if end.infinite and np.max(pulls) > 1 and np.min(pulls) < -1:
            return Approach(
                end, np.inf, -np.inf, 0.0
            )  # up and down for ever: what it comes to is not seen here
        pull = _limit(distance, pulls)
        power = power_law(distance, np.log(strength))[1]
    speed, scale = pull + (a - 1) * power, -pull - a * power
    if end.infinite:  # ∫ … dx = ∫ … dz/z²
        speed, scale = speed - 2, scale - 2
    inward = _drift_inward(process, end, float(strength[0]), power, limit)
    return Approach(end, speed, scale, inward, bool(np.max(strength) < _FAINT * UNDERFLOW))


def drift_and_strength(process: Diffusion, x: Array) -> tuple[Array, Array]:
    """F and D at points (n,), (n,) each; whatever comes out, but D is 0 where it has no digits left."""
    points = x[:, None]
    with np.errstate(all="ignore"):
        strength = process.tensor(points)[:, 0, 0]
        return process.drift(points)[:, 0], np.where(np.abs(strength) < UNDERFLOW, 0.0, strength)


def _limit(distance: Array, value: Array) -> float:
    """The limit of a function at distance 0, where it goes as some power; else from a line through it."""
    if not np.all(np.isfinite(value)):
        return float(np.sign(np.nansum(np.sign(value)))) * np.inf
    near, away = value[0], value[-1]
    with np.errstate(all="ignore"):
        growth = float(np.log(abs(away / near)) / np.log(distance[-1] / distance[0]))
    if near == 0 or growth > _VANISHING:
        return 0.0
    if growth < -_BLOWING and abs(near) > _STEEP:
        return float(np.sign(near)) * np.inf
    return float(np.polyfit(distance / distance[-1], value, 1)[1])


def _from_signs(end: End, drift: Array) -> Approach:
    """Where nothing is a number: by the sign of what drift there is."""
    inward = float(np.nanmean(np.sign(drift) * end.side)) if np.isfinite(drift).any() else 0.0
    infinite = np.inf if inward > 0 else -np.inf
    return Approach(end, infinite, -infinite, inward)


def _drift_inward(process: Diffusion, end: End, strength: float, power: float, limit: float) -> float:
    if end.infinite:
        return 0.0
    at_end, _ = drift_and_strength(process, np.array([end.at]))
    near, _ = drift_and_strength(process, np.array([end.last]))
    far, _ = drift_and_strength(process, end.at + end.side * limit * np.array([1e3, 1e6]))
    drift = float(at_end[0] if np.isfinite(at_end[0]) else near[0])
    size = float(np.nanmax(np.abs(np.append(far, near)), initial=0.0))
    rise = process.convention * strength / limit if abs(power - 1) < 1e-3 else 0.0
    total = end.side * drift + rise
    return total if abs(total) > 1e-9 * max(size, rise) else 0.0
