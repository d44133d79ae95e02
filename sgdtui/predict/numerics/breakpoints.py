"""Where functions on the line have kinks and jumps: the zeros of their switches, each found to rounding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression.interval import enclosure
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.switches import Switch
from sgdtui.predict.numerics.bisection import joined, unproven_places

MOST = 2000
"""More breakpoints than this are not looked for: what is left of them is closed in by halving panels."""
_POINT = 1e-18


def breakpoints(found: Iterable[Switch], variable: str, values: Mapping[str, float], cut: Array) -> Array:
    """The zeros (or whole values) of the switches between the ends of `cut`, increasing, at most `MOST`."""
    places = [_zeros(switch, variable, values, cut) for switch in found]
    every = np.unique(np.concatenate([np.empty(0), *places]))
    return every if len(every) <= MOST else np.empty(0)


def _zeros(switch: Switch, variable: str, values: Mapping[str, float], cut: Array) -> Array:
    def at(x: Array) -> Array:
        return evaluate(switch.value, {**values, variable: x})

    def proven(low: Array, high: Array) -> NDArray[np.bool_]:
        below, above = enclosure(switch.value, {**values, variable: (low, high)}, low.shape)
        if switch.whole:
            return np.asarray((np.floor(below) == np.floor(above)) & (below != np.floor(below)))
        return np.asarray((below > 0) | (above < 0))

    def hopeless(low: Array, high: Array) -> NDArray[np.bool_]:
        places = low[:, None] + (high - low)[:, None] * np.array([0.0, 0.3, 0.7, 1.0])
        value = at(places)
        still = np.ptp(value, axis=1) == 0 if switch.whole else np.all(value == 0, axis=1)
        return np.asarray(still | np.isnan(value).all(axis=1))

    found, complete = unproven_places(cut, proven, hopeless, _POINT * float(np.min(np.diff(cut))))
    if not complete:
        return np.empty(0)
    ends = joined(found)
    with np.errstate(all="ignore"):
        value = np.abs(at(ends) - np.round(at(ends)) if switch.whole else at(ends))
    value = np.where(np.isnan(value), np.inf, value)
    # A stretch on which the switch is zero throughout has two ends, a point has one.
    wide = ends[:, 1] - ends[:, 0] > 1e-9 * float(cut[-1] - cut[0])
    best = ends[np.arange(len(ends)), np.argmin(value, axis=1)] if len(ends) else np.empty(0)
    return np.concatenate([best[~wide], ends[wide].ravel()])
