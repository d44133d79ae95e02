"""The drift vectors, honestly: four different things on one grid, each with its own name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DriftVectors:
    """Vector fields at `points`, the bin centres, each (axes, bins…), in units of x per unit t.

    gradient       -g, the mean displacement per unit time, exactly E[Δx]/η
    noise_induced  -∇·D, the noise-induced drift of probability: in the current, not in E[Δx]
    diffusive      -D ∇ln p of the law `of` (a prediction's name, or "measured")
    velocity       J/p, their sum: zero everywhere in equilibrium, circulating when not
    loss, variance the landscape (bins…) and the trace of Σ under them (loss None where there is none)
    """

    points: tuple[Array, ...]
    gradient: Array
    noise_induced: Array
    diffusive: Array | None
    velocity: Array | None
    of: str
    loss: Array | None
    variance: Array
