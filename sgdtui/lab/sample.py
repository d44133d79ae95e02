"""A few real walkers to be watched: the same ones for as long as a run lasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgdtui.arrays import Array

WATCHED = 40
"""Walkers that are watched."""


def sample(positions: Array, axes: Sequence[int]) -> Array:
    """Where the watched walkers are on the drawn axes, (≤ WATCHED, axes), of `positions` (walkers, d).

    They are spread evenly over the walkers' numbers, so that they are of all groups. Not finite: lost.
    """
    walkers = len(positions)
    chosen = np.unique(np.linspace(0, walkers - 1, min(WATCHED, walkers)).round().astype(np.int64))
    return np.asarray(positions[chosen][:, list(axes)], dtype=np.float64)
