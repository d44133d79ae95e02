"""What the generator of a chain in continuous time tells: how slow its slowest mode is."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array


def slowest_time(generator: Array) -> float | None:
    """One over the smallest rate that is not zero, of a dense matrix of rates."""
    rates = np.sort(-np.linalg.eigvals(generator).real)
    return float(1 / rates[1]) if len(rates) > 1 and rates[1] > 1e-300 else None
