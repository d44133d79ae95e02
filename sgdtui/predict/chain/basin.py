"""The interval from which steps without noise never escape: beyond it the chain diverges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.numerics.panel_density import FAR

_STEPS = 80


def escapes(chain: Chain, x: Array) -> NDArray[np.bool_]:
    """Whether the noiseless chain from each point passes all bounds, (n,)."""
    with np.errstate(all="ignore"):
        gone = ~np.isfinite(x)
        for _ in range(_STEPS):
            x = chain.mean(np.where(gone, 0.0, x))
            gone |= ~(np.abs(x) < 10 * FAR)
            if gone.all():
                break
    return gone


def trap(chain: Chain, centre: float, scale: float) -> tuple[float, float] | None:
    """The interval about `centre` without escapes, its ends infinite where there are none; None if it has no width."""
    if escapes(chain, np.array([centre]))[0]:
        return None
    ends = []
    for side in (-1.0, 1.0):
        radii = np.concatenate([[0.0], np.geomspace(1e-6 * scale, FAR, 500)])
        gone = escapes(chain, centre + side * radii)
        if not gone.any():
            ends.append(side * np.inf)
            continue
        first = int(np.argmax(gone))
        low, high = radii[first - 1], radii[first]
        for _ in range(5):
            inner = np.linspace(low, high, 66)
            at = int(np.argmax(np.append(escapes(chain, centre + side * inner[:-1]), True)))
            low, high = inner[max(at - 1, 0)], inner[at]
        ends.append(centre + side * low)
    low, high = ends
    return None if high - low < 1e-5 * scale else (low, high)


def reachable(chain: Chain, start: float, scale: float) -> tuple[float, float] | None:
    """The interval that walkers from `start` can ever reach, where the noise is bounded; None where it is not."""
    if chain.smooth_maps or (chain.shape is not None and not chain.shape.bounded):
        return None
    low, high = start - 1e-9 * scale, start + 1e-9 * scale
    with np.errstate(all="ignore"):
        for _ in range(4000):
            least, most = _extremes(chain, np.linspace(low, high, 257))
            if not (np.isfinite(least) and np.isfinite(most)) or most - least > 1e6 * scale:
                return None
            if least >= low - 1e-9 * scale and most <= high + 1e-9 * scale:
                margin = 1e-6 * (high - low)
                return low - margin, high + margin
            low, high = min(low, least), max(high, most)
    return None


def _extremes(chain: Chain, x: Array) -> tuple[float, float]:
    """The smallest and the largest place that one step can lead to from any of these points."""
    if chain.maps is not None:
        images = chain.maps(x)[0]
    elif chain.slices is not None:
        images = chain.slices(x)[0]
    else:
        assert chain.shape is not None
        mean, reach = chain.mean(x), chain.spread(x) * chain.shape.reach
        images = np.stack([mean - reach, mean + reach])
    return float(images.min()), float(images.max())
