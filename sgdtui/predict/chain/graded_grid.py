"""Cells as wide as the chain's own step there asks for: the same number of them to a step everywhere.

In the coordinate u = ∫ dx/s(x), s the size of a step, the chain looks the same everywhere: geometric cells where noise
grows with distance, cells that shrink where noise dies, equal ones where it is constant.
"""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.jumps import jumps
from sgdtui.predict.chain.live_interval import Lair
from sgdtui.predict.chain.small_steps import step_moments
from sgdtui.predict.chain.step import Chain

_PER_STEP = 10.0
_FEWEST, _MOST = 1024, 1536
_STRETCH = 0.25
"""Beyond the bulk, cells never need to be narrower than this share of their distance from it over `_PER_STEP`."""
_SHARE = 1e-4
_DRIFTS = 0.02


def graded_grid(step: Chain, lair: Lair, low: float, high: float) -> Array:
    """Edges from low to high, (4 n + 1,), so that every second and every fourth of them make a grid too."""
    base = np.unique(np.concatenate([[low, high], lair.edges[(lair.edges > low) & (lair.edges < high)]]))
    parts = np.arange(8) / 8
    fine = np.append((base[:-1, None] + np.diff(base)[:, None] * parts).ravel(), base[-1])
    middle = (fine[1:] + fine[:-1]) / 2
    bottom, top = _bulk(lair)
    size = step_size(step, middle, _DRIFTS * (top - bottom))
    outside = np.maximum(np.maximum(bottom - middle, middle - top), 0.0)
    size = np.maximum(size, _STRETCH * outside)
    # Neither finer than rounding allows nor coarser than the law needs.
    size = np.clip(size, 1e-12 * np.maximum(np.abs(middle), 1e-300), (high - low) / 16)
    places = jumps(step, fine)
    u = np.concatenate([[0.0], np.cumsum(np.diff(fine) / size)])
    count = int(np.clip(np.ceil(_PER_STEP * u[-1] / 4), _FEWEST // 4, _MOST // 4))
    # Whole groups of four cells on either side of every jump, which is an edge of each of the three grids.
    ends = np.concatenate([[0.0], np.interp(places, fine, u), u[-1:]])
    groups = np.maximum(np.round(count * np.diff(ends) / u[-1]), 1).astype(int)
    pieces = [
        np.interp(np.linspace(a, b, 4 * n + 1), u, fine)[:-1]
        for a, b, n in zip(ends[:-1], ends[1:], groups, strict=True)
    ]
    grid = np.append(np.concatenate(pieces), high)
    grid[0] = low
    starts = np.cumsum(4 * groups)[:-1]
    grid[starts] = places
    return np.asarray(grid[np.append(True, np.diff(grid) > 0)]) if np.any(np.diff(grid) <= 0) else grid


def step_size(step: Chain, x: Array, most: float) -> Array:
    """How far the noise of a step leads, (n,); where there is next to none how far its drift does, at most `most`."""
    mean, spread = step_moments(step, x)
    with np.errstate(all="ignore"):
        noise = np.where(np.isfinite(spread), spread, step.spread(x))
        size = np.maximum(noise, np.minimum(np.abs(mean) / 4, most))
    finite = np.isfinite(size) & (size > 0)
    if not finite.any():
        return np.ones_like(x)
    return np.asarray(np.where(np.isfinite(size), np.maximum(size, size[finite].min()), size[finite].max()))


def _bulk(lair: Lair) -> tuple[float, float]:
    cumulated = np.concatenate([[0.0], np.cumsum(lair.mass)])
    low, high = np.interp([_SHARE, 1 - _SHARE], cumulated, lair.edges)
    return float(low), float(high)
