"""KS: the largest gap between distribution functions; in 2-D of the marginals, the larger one."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.sampling import Sampling


def _between(pair: Pair) -> float:
    return max(float(np.max(np.abs(f - g))) for f, g in pair.along)


def _influence(pair: Pair, _distance: float) -> Array:
    """A step at the largest gap."""
    widest = max(range(len(pair.along)), key=lambda axis: float(np.abs(pair.gap(axis)).max()))
    at = int(np.argmax(np.abs(pair.gap(widest))))
    return pair.over_bins((np.arange(len(pair.edges[widest]) - 1) < at).astype(float), widest)


def floor(sampling: Sampling) -> float:
    """An average over bridges: √(π/2) ln 2/√n for a continuous law."""
    return min(1.0, float(sampling.bridges[0].mean() / np.sqrt(sampling.slow)))


KOLMOGOROV_SMIRNOV = DistanceKind("ks", "KS", _between, _influence, floor, singular=True)
