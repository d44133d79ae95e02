"""KL(measured‖predicted), in nats."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.pair import ROUNDING, Pair
from sgdtui.compare.distances.sampling import Sampling


def _log_ratio(pair: Pair) -> Array:
    """ln(p/q) where walkers were seen, else 0."""
    p, q = pair.measured, pair.predicted
    assert q is not None
    return np.where(p > 0, np.log(np.where(p > 0, p, 1.0)) - np.log(np.where(q > 0, q, ROUNDING)), 0.0)


def _between(pair: Pair) -> float:
    return max(float(np.sum(pair.measured * _log_ratio(pair))), 0.0)


def _influence(pair: Pair, _distance: float) -> Array:
    return _log_ratio(pair)


def _floor(sampling: Sampling) -> float:
    """(bins - 1)/(2n) for well-filled bins."""
    return float(np.sum(sampling.poisson[1] * (1 - sampling.masses))) / sampling.n


KULLBACK_LEIBLER = DistanceKind("kl", "KL", _between, _influence, _floor)
