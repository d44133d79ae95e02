"""How strongly each of the drift vectors pulls where the walkers are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.drift_vectors import DriftVectors

KINDS = ("gradient", "noise_induced", "diffusive", "velocity")

SEEN = 0.02
"""The share of the highest density above which a place counts for the largest length."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A vector field's length, in units of x per unit t: `mean` over the measured law, `largest` where the density is
    above `SEEN` of its peak.
    """

    mean: float
    largest: float


def pulls(drift: DriftVectors | None, density: Array) -> dict[str, Pull]:
    """By the field's name in `DriftVectors`; a field that is not known, or only on other bins, is left out."""
    found: dict[str, Pull] = {}
    if drift is None or not np.max(density, initial=0.0) > 0:
        return found
    seen = density > SEEN * float(np.max(density))
    for kind in KINDS:
        field = getattr(drift, kind)
        if field is None or field.shape[1:] != density.shape:
            continue
        length = np.sqrt((field**2).sum(axis=0))
        known = np.isfinite(length)
        weight = np.where(known, density, 0.0)
        if not (known & seen).any() or not weight.sum() > 0:
            continue
        mean = float((np.where(known, length, 0.0) * weight).sum() / weight.sum())
        found[kind] = Pull(mean, float(length[known & seen].max()))
    return found
