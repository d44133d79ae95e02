"""A chain whose steps leave room for what cells add: spreading mass evenly in a cell after every step is a random
motion of its own, and the steps are narrowed by as much.

For a smooth density p, replaced by its average in cells of width h(x), the mean of a function f changes by
∫ p (h²f'/12)' dx: a drift (h²)'/12 and a variance h²/6 a step, to second order in h. What is left is of fourth order.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.chain.outcomes import outcomes, pieces
from sgdtui.predict.chain.small_steps import step_moments
from sgdtui.predict.chain.step import Chain

_MOST = 0.5
"""Largest share of a step's variance that is taken away; where cells add more, they are too wide for this."""
_POINTS = 41


def compensated(chain: Chain, edges: Array) -> Chain:
    """The same chain, each step narrowed about its mean and shifted; unchanged where a step has no variance."""
    if chain.shape is not None and not chain.shape.has_variance:
        return chain
    if chain.maps is not None and not chain.smooth_maps:
        return chain
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    slope = np.gradient(width**2, middle)

    def corrections(x: Array) -> tuple[Array, Array, Array]:
        """Means of the steps from x, the factors by which they are narrowed, their shifts."""
        mean, spread = step_moments(chain, x)
        places, weights = _sampled(chain, x)
        with np.errstate(all="ignore"):
            places = np.nan_to_num(places, posinf=edges[-1], neginf=edges[0])
            added = np.sum(weights * np.interp(places, middle, width**2), axis=1) / 6
            shift = np.sum(weights * np.interp(places, middle, slope), axis=1) / 12
            share = np.where(spread > 0, added / spread**2, np.inf)
        usable = share <= _MOST
        return mean + x, np.sqrt(1 - np.where(usable, share, 0.0)), np.where(usable, shift, 0.0)

    if chain.shape is not None:

        def mean(x: Array) -> Array:
            return chain.mean(x) - corrections(x)[2]

        def spread(x: Array) -> Array:
            return chain.spread(x) * corrections(x)[1]

        return replace(chain, mean=mean, spread=spread)

    def narrowed(x: Array, images: Array) -> Array:
        centre, factor, shift = corrections(x)
        return (centre - shift)[:, None] + (images - centre[:, None]) * factor[:, None]

    if chain.slices is not None:
        cut = chain.slices

        def slices(x: Array) -> tuple[Array, Array]:
            ends, masses = cut(x)
            return narrowed(x, ends), masses

        return replace(chain, slices=slices)
    assert chain.maps is not None
    plain = chain.maps

    def maps(x: Array) -> tuple[Array, Array]:
        images, weights = plain(x)
        return narrowed(x, images), weights

    return replace(chain, maps=maps)


def _sampled(chain: Chain, x: Array) -> tuple[Array, Array]:
    """A few places that stand for all outcomes of a step, (n, m), and their weights."""
    if chain.shape is None:
        return outcomes(chain, x)
    every, weights = pieces(chain.shape)
    cumulated = np.cumsum(weights)
    groups = np.minimum((cumulated * _POINTS).astype(np.intp), _POINTS - 1)
    mass = np.bincount(groups, weights, _POINTS)
    few = np.bincount(groups, weights * every, _POINTS) / np.maximum(mass, 1e-300)
    with np.errstate(all="ignore"):
        places = chain.mean(x)[:, None] + chain.spread(x)[:, None] * few
    return places, np.broadcast_to(mass, places.shape)
