"""The gradient noise where the walkers are: in all dimensions, those that are not drawn too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields

_WORK = 2_000_000
"""Walkers looked at times examples times entries of Σ."""
_MOST = 512
_TAILS = (0.005, 0.995)
_ROUND = 1e-6
"""Of its size: Σ that is so close to a multiple of the identity is one."""


@dataclass(frozen=True, slots=True)
class NoiseSeen:
    """`range` is the least and largest Σ (its trace over d) of 99 % of the walkers; `isotropic` whether Σ is a
    multiple of the identity at each.
    """

    range: tuple[float, float]
    isotropic: bool


def noise_at(experiment: Experiment, positions: Array) -> NoiseSeen | None:
    """What Σ is at some of the walkers at `positions` (n, d); None where there is none, or no walker is left."""
    if not experiment.system.has_fields:
        return None
    alive = positions[np.isfinite(positions).all(axis=1)]
    if not len(alive):
        return None
    system, d = fields(experiment), experiment.dimension
    examples = len(getattr(system, "examples", (0,)))
    count = int(np.clip(_WORK // (examples * d**2), 16, _MOST))
    with np.errstate(all="ignore"):
        matrices = system.covariance(alive[:: max(1, len(alive) // count)][:count])
    matrices = matrices[np.isfinite(matrices).all(axis=(1, 2))]
    if not len(matrices):
        return None
    size = np.trace(matrices, axis1=1, axis2=2) / d
    uneven = np.abs(matrices - size[:, None, None] * np.eye(d)).max(axis=(1, 2))
    low, high = np.quantile(size, _TAILS)
    return NoiseSeen((float(low), float(high)), bool(np.all(uneven <= _ROUND * np.abs(size))))
