"""What one step may lead to, as finitely many places with weights: enough for averages over a step."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.numerics.noise_distribution import NoiseShape

_PIECES = 4_000
_FURTHEST = 1e6
_CROWDED = 12.0


@lru_cache(maxsize=64)
def pieces(shape: NoiseShape) -> tuple[Array, Array]:
    """A law with a distribution function cut into thin pieces, thinnest at its middle: places (m,), weights (m,)."""
    assert shape.distribution is not None
    reach = min(shape.reach, _FURTHEST)
    cuts = reach * np.sinh(np.linspace(-_CROWDED, _CROWDED, _PIECES + 1)) / np.sinh(_CROWDED)
    # From the lower tail on both sides, so that the upper one keeps its digits.
    tail = shape.distribution(-np.abs(cuts))
    masses = np.where(cuts[1:] <= 0, np.diff(tail), -np.diff(tail))
    middle = np.flatnonzero((cuts[:-1] < 0) & (cuts[1:] > 0))
    masses[middle] = 1.0 - tail[middle] - tail[middle + 1]
    masses = np.maximum(masses, 0.0)
    return (cuts[1:] + cuts[:-1]) / 2, masses / masses.sum()


def outcomes(chain: Chain, x: Array) -> tuple[Array, Array]:
    """Places that a step from each point leads to, (n, m), and their weights, (n, m)."""
    with np.errstate(all="ignore"):
        if chain.maps is not None:
            images, weights = chain.maps(x)
        elif chain.slices is not None:
            cuts, weights = chain.slices(x)
            images = (cuts[:, 1:] + cuts[:, :-1]) / 2
        else:
            assert chain.shape is not None
            places, weights = pieces(chain.shape)
            images = chain.mean(x)[:, None] + chain.spread(x)[:, None] * places
    return images, np.broadcast_to(weights, images.shape)
