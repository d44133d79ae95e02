"""Newton's method for a zero of the gradient, and what kind of point it found."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.fields import Fields

_STEPS = 200
_FLAT = 1e-9
"""Of the largest curvature, coordinates scaled to be curved alike: what is less curved is flat."""


def newton(system: Fields, x: Array, most_steps: int = _STEPS) -> Array:
    """A zero of the gradient near `x`, by Newton's method with halved steps.

    Directions in which the gradient does not change are not moved in: the zero keeps their coordinate of `x`.
    """
    gradient = system.gradient(x[None, :])[0]
    for _ in range(most_steps):
        size = np.linalg.norm(gradient)
        if not np.isfinite(size) or size == 0:
            break
        hessian = system.hessian(x[None, :])[0]
        if not np.all(np.isfinite(hessian)):
            break
        step = -solved(hessian, gradient)
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


def solved(hessian: Array, gradient: Array) -> Array:
    """The s (d,) with `hessian` s = `gradient`, as nearly as may be, and without a part that the hessian does not see.

    A symmetric hessian is scaled to a unit diagonal first, so that units do not decide what is seen.
    """
    scale = np.sqrt(np.abs(np.diag(hessian)))
    seen = scale > 1e-150
    symmetric = np.abs(hessian - hessian.T).max() <= 1e-9 * np.abs(hessian).max()
    if not symmetric or not seen.any():
        return np.asarray(np.linalg.lstsq(hessian, gradient, rcond=1e-12)[0])
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=seen)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2 * np.outer(inverse, inverse))
    strong = np.abs(values) > 1e-12 * np.abs(values).max()
    step = inverse * (vectors[:, strong] @ ((vectors[:, strong].T @ (inverse * gradient)) / values[strong]))
    unseen = inverse[:, None] * vectors[:, ~strong & (np.abs(vectors[~seen]).sum(axis=0) < 1e-9)]
    if unseen.size:
        basis = np.linalg.qr(unseen)[0]
        step -= basis @ (basis.T @ step)
    return np.asarray(step)


def vanishes(gradient: Array, hessian: Array, length: float) -> bool:
    """Whether a gradient is nothing beside what the curvature makes of it over a `length` that matters."""
    return bool(np.linalg.norm(gradient) <= 1e-6 * np.linalg.norm(hessian) * length)


def is_stable(system: Fields, x: Array, length: float) -> bool:
    """Whether the gradient vanishes at `x` (see `vanishes`) and its linearisation pulls back from every side."""
    if not np.all(np.isfinite(x)):
        return False
    gradient, hessian = system.gradient(x[None, :])[0], system.hessian(x[None, :])[0]
    if not np.all(np.isfinite(hessian)) or not vanishes(gradient, hessian, length):
        return False
    return bool(np.all(np.linalg.eigvals(hessian).real > 1e-9 * np.abs(hessian).max()))


def is_flat(hessian: Array) -> bool:
    """Whether a loss with this Hessian (d, d) at a minimum is flat in some direction, whatever the coordinates' units.

    Units are taken out by scaling every coordinate to a curvature of one.
    """
    scale = np.sqrt(np.abs(np.diag(hessian)))
    if not np.all(np.isfinite(hessian)):
        return False
    if np.any(scale <= 1e-150):
        return True
    curvatures = np.linalg.eigvalsh((hessian + hessian.T) / 2 / np.outer(scale, scale))
    return bool(curvatures[0] <= _FLAT * max(curvatures[-1], 0.0))
