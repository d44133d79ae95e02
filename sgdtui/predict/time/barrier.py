"""The way over a barrier between two wells of a loss in any number of dimensions, and the time that it takes.

A string of places between the wells is let down to the valley floor (E, Ren and Vanden-Eijnden, J. Chem. Phys. 126
(2007) 164103); its highest place, sharpened, is the saddle. The time is that of Eyring and Kramers, exact for little
noise: 2π/(m|λ|) √(|det H_saddle|/det H_well) exp(ΔL/T), with the mobility m and the one curvature λ < 0 at the saddle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.fields import Fields
from sgdtui.predict.numerics.newton import newton

_IMAGES = 41
_ROUNDS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Barrier:
    """The highest point (d,) of the way from one well to another, and the logarithm of the mean time that it takes.

    `height` is in units of the temperature. `log_time` is of a time in units of t.
    """

    place: Array
    height: float
    log_time: float


def barrier(system: Fields, start: Array, end: Array, temperature: float, mobility: float) -> Barrier | None:
    """From the well at `start` (d,) to that at `end` (d,); None where no saddle is found between them."""
    top = _highest(system, start, end)
    if top is None:
        return None
    with np.errstate(all="ignore"):
        saddle = newton(system, top)
        if not np.linalg.norm(saddle - top) <= 0.5 * np.linalg.norm(end - start):
            return None
        curved, well = system.hessian(np.stack([saddle, start]))
        if not (np.all(np.isfinite(curved)) and np.all(np.isfinite(well))):
            return None
        at_saddle, at_well = np.linalg.eigvalsh(curved), np.linalg.eigvalsh(well)
        if not (at_saddle[0] < 0 and np.all(at_saddle[1:] > 0) and np.all(at_well > 0)):
            return None
        high, low = system.loss(np.stack([saddle, start]))
        height = float(high - low) / temperature
        prefactor = np.log(2 * np.pi / (mobility * -at_saddle[0]))
        determinants = (np.sum(np.log(np.abs(at_saddle))) - np.sum(np.log(at_well))) / 2
    return Barrier(saddle, height, float(prefactor + determinants + height)) if np.isfinite(height) else None


def _highest(system: Fields, start: Array, end: Array) -> Array | None:
    """The highest image of a string along the valley floor; None where the ends are higher."""
    share = np.linspace(0, 1, _IMAGES)[:, None]
    string = (1 - share) * start + share * end
    # Straight over a symmetric hill the string would stay on its ridge.
    random = np.random.default_rng(0).standard_normal(string.shape)
    string = string + 1e-3 * np.linalg.norm(end - start) * np.sin(np.pi * share) * random
    with np.errstate(all="ignore"):
        for _ in range(_ROUNDS):
            curvature = np.abs(np.linalg.eigvalsh(np.nan_to_num(system.hessian(string)))).max(axis=1)
            slope = system.gradient(string)
            pace = 0.5 / np.maximum(curvature, 1e-300)
            length = np.linalg.norm(slope, axis=1) * pace
            reach = 0.5 * np.linalg.norm(end - start) / _IMAGES
            pace *= np.minimum(1.0, reach / np.maximum(length, 1e-300))
            moved = string - pace[:, None] * slope
            moved[0], moved[-1] = start, end
            if not np.all(np.isfinite(moved)):
                return None
            string = _even(moved)
        values = system.loss(string)
    top = int(np.argmax(values))
    return string[top] if 0 < top < _IMAGES - 1 else None


def _even(string: Array) -> Array:
    """The same curve with its places at equal distances."""
    gaps = np.linalg.norm(np.diff(string, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(gaps)])
    if not along[-1] > 0:
        return string
    even = np.linspace(0, along[-1], len(string))
    return np.stack([np.interp(even, along, column) for column in string.T], axis=1)
