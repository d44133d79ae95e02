"""Independent groups of what was counted: the only source of every standard error."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.simulate.count.counts import Counts

TIME_GROUPS = 16
"""Stretches of time are neighbours and so correlated; merged to this many they are nearly independent."""


def merge(sums: Array, time_batched: bool) -> Array:
    """Add up neighbouring groups (first axis) where groups are stretches of time; else the sums as they are."""
    if not time_batched or len(sums) <= TIME_GROUPS:
        return sums
    starts = np.linspace(0, len(sums), TIME_GROUPS, endpoint=False).astype(int)
    return np.asarray(np.add.reduceat(sums, starts, axis=0))


def frequencies(counts: Counts) -> tuple[Array, Array]:
    """Recorded positions of each group (groups,), and their share in each bin and, last, outside: (groups, bins + 1).

    Groups without a single record are left out.
    """
    cells = np.column_stack([counts.histogram.reshape(counts.groups, -1), counts.outside]).astype(float)
    samples = merge(counts.samples.astype(float), counts.time_batched)
    cells = merge(cells, counts.time_batched)
    seen = samples > 0
    return samples[seen], cells[seen] / samples[seen, None]


def variance_of_mean(values: Array, samples: Array) -> Array:
    """The variance of the pooled mean Σ n_g v_g / Σ n_g from the spread of the groups' own means.

    Args:
        values: (groups, …) each group's mean.
        samples: (groups,) how many samples each group averages.

    Returns:
        (…), NaN with fewer than two groups.
    """
    groups = len(samples)
    if groups < 2:
        return np.full(values.shape[1:], np.nan)
    weights = samples / samples.sum()
    pooled = np.tensordot(weights, values, axes=1)
    spread = np.tensordot(weights**2, (values - pooled) ** 2, axes=1)
    return np.asarray(groups / (groups - 1) * spread)
