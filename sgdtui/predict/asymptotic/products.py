"""Growth of products of random matrices, by simulation: Λ(κ) = lim log E|A_n ⋯ A_1 u|^κ / n.

Walkers carry a direction; a step multiplies it by a matrix of its own, |A u|^κ is the walker's weight, and walkers are
drawn anew by their weights, so that those which count most are followed (Vanneste, Phys. Rev. E 81 (2010) 036701).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint

_WALKERS, _STEPS, _SETTLING = 2048, 120, 30
_REPLICATES = 16
_HALVINGS = 16

Factors = Callable[[np.random.Generator, int], Array]
"""A generator of random numbers and n to n random matrices, (n, d, d)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The κ at which Λ(κ) = 0 with its standard error over replicates; None where there is none, either because
    almost every walker `diverges` or because no step stretches enough.
    """

    index: float | None
    se: float = 0.0
    diverges: bool = False


def no_growth(factors: Factors, dimension: int, most: float = 64.0) -> Growth:
    """The κ > 0 up to `most` at which moments neither grow nor shrink."""
    if _rate(factors, dimension, 0.0, 0)[1] >= 0:
        return Growth(None, diverges=True)
    found = []
    for replicate in range(_REPLICATES):
        high = 1.0
        while _rate(factors, dimension, high, replicate)[0] < 0:
            high *= 2
            if high > most:
                return Growth(None)
        low = high / 2 if high > 1 else 0.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if _rate(factors, dimension, middle, replicate)[0] < 0:
                low = middle
            else:
                high = middle
        found.append((low + high) / 2)
    values = np.array(found)
    return Growth(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))))


def _rate(factors: Factors, dimension: int, power: float, seed: int) -> tuple[float, float]:
    """Λ(power), and the mean of log|A u| under the weights, with the random numbers of a seed."""
    random = np.random.default_rng([0x4B45, seed])
    directions = random.normal(size=(_WALKERS, dimension))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    growth, logarithm = 0.0, 0.0
    for step in range(_STEPS):
        checkpoint()
        moved = np.einsum("nij,nj->ni", factors(random, _WALKERS), directions)
        size = np.maximum(np.linalg.norm(moved, axis=1), 1e-300)
        weights = size**power
        total = weights.sum()
        if step >= _SETTLING:
            growth += float(np.log(total / _WALKERS))
            logarithm += float(weights @ np.log(size) / total)
        # Systematic resampling: one random number, so that each walker's heirs are its share to within one.
        ladder = np.cumsum(weights) / total
        chosen = np.searchsorted(ladder, (np.arange(_WALKERS) + random.random()) / _WALKERS)
        chosen = np.minimum(chosen, _WALKERS - 1)
        directions = moved[chosen] / size[chosen, None]
    taken = _STEPS - _SETTLING
    return growth / taken, logarithm / taken
