"""TV: half the L1 distance; the largest difference that the two laws give to any event."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.kolmogorov_smirnov import floor as ks_floor
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.sampling import Sampling
from sgdtui.total_variation import total_variation


def _between(pair: Pair) -> float:
    assert pair.predicted is not None
    return total_variation(pair.measured, pair.predicted)


def _influence(pair: Pair, _distance: float) -> Array:
    assert pair.predicted is not None
    return np.asarray(np.sign(pair.measured - pair.predicted) / 2)


def _floor(sampling: Sampling) -> float:
    """Σ√(p(1-p)/(2πn)) for well-filled bins. TV is never below KS, so what a slow mode does to KS it does to TV."""
    absolute = sampling.poisson[0]
    alone = float(np.sum(absolute * np.sqrt(1 - sampling.masses))) / (2 * sampling.n)
    return min(1.0, max(alone, ks_floor(sampling)))


TOTAL_VARIATION = DistanceKind("tv", "TV", _between, _influence, _floor)
