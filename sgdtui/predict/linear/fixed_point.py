"""The point about which a system is linearised: the lowest minimum of its loss, or a stable zero of its drift."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.predict.numerics.minima import lowest_minima, search_box
from sgdtui.predict.numerics.start import start_mean

_STEPS = 200
_SEEDS = 24


def fixed_point(experiment: Experiment, system: Fields) -> Array | None:
    """The point (d,), sharpened by Newton's method; None where none is found.

    Of minima that tie the nearest to the start is taken. A drift that is no gradient is searched from the start,
    the middle of the domain and seeded random places; the stable zero nearest to the start wins.
    """
    start = start_mean(experiment)
    if system.has_loss and experiment.dimension <= 2:
        minima = lowest_minima(experiment, system)
        if len(minima) == 0:
            return None
        nearest = minima[np.argmin(np.linalg.norm(minima - start, axis=1))]
        sharpened = newton(system, nearest)
        box = np.array(search_box(experiment))
        close = np.all(np.abs(sharpened - nearest) <= 1e-3 * (box[:, 1] - box[:, 0]))
        at_edge = np.any((nearest <= box[:, 0] + 1e-9) | (nearest >= box[:, 1] - 1e-9))
        return sharpened if close or at_edge else nearest
    seeds = [start]
    box = np.array(search_box(experiment))
    if not system.has_loss:
        rng = np.random.default_rng(0)
        seeds += [box.mean(axis=1), *rng.uniform(box[:, 0], box[:, 1], size=(_SEEDS, len(box)))]
    found = [newton(system, seed) for seed in seeds]
    stable = [x for x in found if is_stable(system, x)]
    if not stable:
        return None
    return min(stable, key=lambda x: float(np.linalg.norm(x - start)))


def newton(system: Fields, x: Array) -> Array:
    """A zero of the gradient near `x`, by Newton's method with halved steps."""
    gradient = system.gradient(x[None, :])[0]
    for _ in range(_STEPS):
        size = np.linalg.norm(gradient)
        if not np.isfinite(size) or size == 0:
            break
        hessian = system.hessian(x[None, :])[0]
        if not np.all(np.isfinite(hessian)):
            break
        step = -np.linalg.lstsq(hessian, gradient, rcond=1e-12)[0]
        shrink = 1.0
        while shrink > 1e-6:
            ahead = x + shrink * step
            there = system.gradient(ahead[None, :])[0]
            if np.linalg.norm(there) < size:
                break
            shrink /= 2
        else:
            break
        x, gradient = ahead, there
        if np.linalg.norm(step) < 1e-14 * (1 + np.linalg.norm(x)):
            break
    return x


def is_stable(system: Fields, x: Array) -> bool:
    """Whether the gradient vanishes at `x` and its linearisation pulls back from every side."""
    if not np.all(np.isfinite(x)):
        return False
    gradient, hessian = system.gradient(x[None, :])[0], system.hessian(x[None, :])[0]
    if not np.all(np.isfinite(hessian)) or np.linalg.norm(gradient) > 1e-6 * (1 + np.linalg.norm(hessian)):
        return False
    return bool(np.all(np.linalg.eigvals(hessian).real > 1e-9 * max(np.abs(hessian).max(), 1e-12)))
