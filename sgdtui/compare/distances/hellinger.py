"""Hellinger's distance, √(½ Σ(√p - √q)²), in [0, 1]."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.sampling import Sampling

_LEAST = 1e-12


def _between(pair: Pair) -> float:
    assert pair.predicted is not None
    return float(np.sqrt(0.5 * np.sum((np.sqrt(pair.measured) - np.sqrt(pair.predicted)) ** 2)))


def _influence(pair: Pair, distance: float) -> Array:
    p, q = pair.measured, pair.predicted
    assert q is not None
    return np.where(p > 0, 1 - np.sqrt(q / np.where(p > 0, p, 1.0)), 0.0) / (4 * max(distance, _LEAST))


def _floor(sampling: Sampling) -> float:
    """√((bins - 1)/(8n)) for well-filled bins."""
    n = sampling.n
    return min(1.0, float(np.sqrt(np.sum(sampling.poisson[2] * (1 - sampling.masses)) / (2 * n))))


HELLINGER = DistanceKind("hellinger", "H", _between, _influence, _floor, in_report=False)
