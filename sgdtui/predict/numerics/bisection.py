"""Places on the line that cannot be shown to be harmless: intervals halved until what is left of them is a point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array

Predicate = Callable[[Array, Array], NDArray[np.bool_]]

_HALVINGS = 1100
_MOST = 1500
"""Intervals looked at in one pass: beyond it the places are no longer points."""


def unproven_places(cut: Array, proven: Predicate, hopeless: Predicate, thin: float) -> tuple[Array, bool]:
    """Intervals (m, 2), increasing, on which `proven` fails however small they are cut; whether all was looked at.

    Args:
        cut: increasing edges of the first intervals.
        proven: from arrays of lower and upper ends, whether nothing can be wrong on each.
        hopeless: the same, whether something is wrong all over it, so that halving it would find nothing.
        thin: the width at which an interval about zero is a point; elsewhere rounding decides.
    """
    low, high = cut[:-1], cut[1:]
    kept: list[Array] = []
    complete = True
    for _ in range(_HALVINGS):
        wrong = ~proven(low, high)
        low, high = low[wrong], high[wrong]
        if len(low) == 0:
            break
        middle = (low + high) / 2
        size = np.maximum(np.abs(low), np.abs(high))
        stop = hopeless(low, high) | (high - low <= np.maximum(thin, 4e-16 * size)) | (middle <= low)
        stop |= middle >= high
        kept.append(np.stack([low[stop], high[stop]], axis=1))
        low, middle, high = low[~stop], middle[~stop], high[~stop]
        if len(low) > _MOST:
            kept.append(np.stack([low, high], axis=1))
            complete = False
            break
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    found = np.concatenate(kept) if kept else np.empty((0, 2))
    return found[np.argsort(found[:, 0])], complete


def joined(intervals: Array) -> Array:
    """Neighbours that touch made one, (m, 2)."""
    if len(intervals) == 0:
        return intervals
    gap = intervals[1:, 0] > intervals[:-1, 1] + 4e-16 * np.abs(intervals[1:, 0])
    first = np.concatenate([[True], gap])
    last = np.concatenate([gap, [True]])
    return np.stack([intervals[first, 0], intervals[last, 1]], axis=1)


def snapped(x: float, scale: float, ends: tuple[float, float]) -> float:
    """The round number that a place found by halving stands for."""
    for end in ends:
        if abs(x - end) <= 1e-14 * max(abs(end), scale):
            return float(end)
    if abs(x) <= 1e-12 * scale:
        return 0.0
    short = float(f"{x:.12g}")
    return short if abs(short - x) <= 1e-9 * abs(x) * 1e-3 else x
