"""Directions in which nothing ever moves a walker: columns of data that say the same leave the weights some of these.

Along v nothing moves where v·g(x) = 0 and vᵀΣ(x)v = 0 at every x. What walkers have of such a direction at the start
they keep, so that their law lives on the subspace across it (the one that is reachable, or controllable).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.descent import scattered
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.start import At, Normal
from sgdtui.predict.numerics.minima import search_box
from sgdtui.predict.numerics.start import start_mean

_PLACES = 16
_NOTHING = 1e-10
"""Of the largest motion, coordinates scaled to move alike: what moves less does not."""


@lru_cache(maxsize=16)
def conserved_directions(experiment: Experiment) -> Array:
    """An orthonormal basis of the directions that are conserved, (d, m); m is nearly always 0.

    Found from gradients and Σ at seeded places all over the search box, and at the start.
    """
    system, box = fields(experiment), np.array(search_box(experiment))
    d = experiment.dimension
    places = np.vstack([start_mean(experiment), scattered(box, _PLACES + 2 * d)])
    with np.errstate(all="ignore"):
        pulls, noise = system.gradient(places), system.covariance(places)
    known = np.isfinite(pulls).all(axis=1) & np.isfinite(noise).all(axis=(1, 2))
    if not known.any():
        return np.zeros((d, 0))
    motions = np.concatenate([pulls[known], noise[known].reshape(-1, d)])
    # Rows of Σ are of another unit than the pull; what counts is only where they point.
    length = np.linalg.norm(motions, axis=1)
    motions = motions[length > 0] / length[length > 0, None]
    if not len(motions):
        return np.eye(d)
    scale = np.abs(motions).max(axis=0)
    still = scale <= 0
    scaled = motions / np.where(still, 1.0, scale)
    _, sizes, directions = np.linalg.svd(scaled, full_matrices=True)
    full = np.zeros(d)
    full[: len(sizes)] = sizes
    unseen = directions[full <= _NOTHING * sizes[0]].T / np.where(still, 1.0, scale)[:, None]
    return np.asarray(np.linalg.qr(unseen)[0]) if unseen.size else np.zeros((d, 0))


def across(directions: Array) -> Array:
    """An orthonormal basis of what is orthogonal to `directions` (d, m): (d, d - m)."""
    return np.linalg.qr(directions, mode="complete")[0][:, directions.shape[1] :]


def kept_spread(experiment: Experiment, directions: Array) -> Array | None:
    """The covariance (m, m) that walkers keep from their start along conserved `directions`.

    None where they start spread out in another way than normally, so that no normal law remains.
    """
    start = experiment.start
    if isinstance(start, At):
        return np.zeros((directions.shape[1],) * 2)
    if isinstance(start, Normal):
        deviation = np.resize(np.array(start.deviation, dtype=float), experiment.dimension)
        return np.asarray(directions.T @ (deviation[:, None] ** 2 * directions))
    widths = np.ptp(np.array(start.box, dtype=float), axis=1)
    across_box = np.abs(np.resize(widths, experiment.dimension)[:, None] * directions).max(initial=0.0)
    return np.zeros((directions.shape[1],) * 2) if across_box == 0 else None
