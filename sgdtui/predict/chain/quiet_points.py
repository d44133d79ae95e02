"""Points that no step moves a walker away from, where noise and drift both vanish: near one the chain multiplies the
distance by a random factor A, and whether walkers are drawn in or driven off is the sign of E ln|A|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.minimum import local_minima
from sgdtui.predict.chain.outcomes import outcomes
from sgdtui.predict.chain.step import Chain

_QUIET = 1e-7
_NEAR = 1e-6
_MOST = 16
_CLOSEST = -50.0


@dataclass(frozen=True, slots=True)
class QuietPoint:
    """A place that no step moves.

    `rates` are E ln|A| a step on the lower and the upper side; `crossed` says whether steps lead from one side to the
    other.
    """

    place: float
    rates: tuple[float, float]
    crossed: bool


def quiet_points(chain: Chain, low: float, high: float) -> tuple[QuietPoint, ...]:
    """All of them between `low` and `high`, in order; none where so many are found that the chain is at rest."""
    scale = high - low

    def restlessness(x: Array) -> Array:
        with np.errstate(all="ignore"):
            moved = np.abs(chain.mean(x[:, 0]) - x[:, 0]) + chain.spread(x[:, 0])
        return np.where(np.isfinite(moved), moved, np.inf)

    candidates = local_minima(restlessness, (low, high))
    least = restlessness(candidates[:, None])
    places = np.unique(np.round(candidates[least <= _QUIET * scale], 12))
    if len(places) > _MOST:
        return ()
    return tuple(_point(chain, float(place), low, high) for place in places)


def _point(chain: Chain, place: float, low: float, high: float) -> QuietPoint:
    scale = high - low
    rates, crossed = [], False
    for side, end in ((-1.0, low), (1.0, high)):
        distance = side * _NEAR * scale
        factor, weights = step_factors(chain, place, distance)
        with np.errstate(divide="ignore"):
            rates.append(float(weights @ np.maximum(np.log(np.abs(factor)), _CLOSEST)))
        far = abs(end - place)
        radii = np.geomspace(_NEAR * scale, max(far, 2 * _NEAR * scale), 129)
        images, _ = outcomes(chain, place + side * radii)
        crossed = crossed or not bool(np.all(side * (images - place) > 0))
    return QuietPoint(place, (rates[0], rates[1]), crossed)


def step_factors(chain: Chain, place: float, distance: float) -> tuple[Array, Array]:
    """The random factor by which a step multiplies a `distance` (with its sign) from a place: values and weights."""
    images, weights = outcomes(chain, np.array([place + distance]))
    return (images[0] - place) / distance, weights[0]
