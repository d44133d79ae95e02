"""How long a system takes to forget where it started: one over the gap of its Fokker–Planck operator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion import Diffusion, diffusion

Array = NDArray[np.float64]
_CELLS = 800


def relaxation_time(experiment: Experiment) -> float | None:
    """1/gap in units of t; None where it is not known (no SDE, no window, more than one dimension)."""
    process = diffusion(experiment, "fokker-planck")
    if not isinstance(process, Diffusion) or experiment.dimension != 1 or experiment.space.domain is None:
        return None
    low, high = experiment.space.domain[0]
    return _line_gap(process, low, high)


def _line_gap(process: Diffusion, low: float, high: float) -> float | None:
    from scipy.linalg import eigh_tridiagonal

    centres = low + (np.arange(_CELLS) + 0.5) * (high - low) / _CELLS
    faces = (centres[:-1] + centres[1:]) / 2
    strength = process.tensor(faces[:, None])[:, 0, 0]
    drift = process.drift(faces[:, None])[:, 0] - process.divergence(faces[:, None])[:, 0]
    width = (high - low) / _CELLS
    with np.errstate(all="ignore"):
        potential = drift * width / strength
        up = strength / width**2 * np.where(np.abs(potential) < 1e-12, 1.0, potential / -np.expm1(-potential))
        down = up * np.exp(-potential)
    if not (np.isfinite(up).all() and np.isfinite(down).all() and (up > 0).all() and (down > 0).all()):
        return None
    leaving = np.append(up, 0.0) + np.insert(down, 0, 0.0)
    values = eigh_tridiagonal(leaving, -np.sqrt(up * down), eigvals_only=True, select="i", select_range=(0, 1))
    gap = float(values[1])
    return 1.0 / gap if gap > 0 else None
