"""The distance that every prediction's error and every comparison is told in."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array


def total_variation(one: Array, other: Array, one_outside: float = 0.0, other_outside: float = 0.0) -> float:
    """Half the sum of |p - q| over bins of equal shape, and over one more bin for what lies outside them.

    In [0, 1] for two laws; half the change of mass where the two are not normalised.
    """
    return 0.5 * float(np.abs(one - other).sum() + abs(one_outside - other_outside))
