"""W1 = ∫|F - G| dx over the window, in units of x; in 2-D of the marginals, the larger one."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.sampling import Sampling


def _between(pair: Pair) -> float:
    return max(_area(pair.gap(axis), edges) for axis, edges in enumerate(pair.edges))


def _area(gap: Array, edges: Array) -> float:
    """With the gap linear within a bin, a change of sign inside one included."""
    a, b = gap[:-1], gap[1:]
    total = np.abs(a) + np.abs(b)
    crossing = a * b < 0
    mean = np.where(crossing, (a * a + b * b) / np.where(total > 0, 2 * total, 1.0), total / 2)
    return float(np.sum(mean * np.diff(edges)))


def _influence(pair: Pair, _distance: float) -> Array:
    """The integral of sign(G - F)."""
    gaps = [pair.gap(axis) for axis in range(len(pair.edges))]
    areas = [np.abs(gap[1:] + gap[:-1]) @ np.diff(axis) for gap, axis in zip(gaps, pair.edges, strict=True)]
    largest = int(np.argmax(areas))
    slope = np.sign(gaps[largest][1:] + gaps[largest][:-1]) * np.diff(pair.edges[largest])
    return pair.over_bins(-np.cumsum(slope), largest)


def _floor(sampling: Sampling) -> float:
    return float(sampling.bridges[1].mean() / np.sqrt(sampling.slow))


WASSERSTEIN = DistanceKind("w1", "W₁", _between, _influence, _floor, plain="W1", singular=True)
