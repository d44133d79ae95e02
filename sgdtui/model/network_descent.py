"""Downhill on the loss of a network, from where one stands to the minimum below."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint

EVALUATIONS = 1500
"""Steps of a descent that goes to its end."""
POLISHED = 400
"""Up to so many weights the end of a descent is sharpened by Newton's method."""


class Descends(Protocol):
    """What a descent needs to know."""

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Which weights move, (P,)."""

    def loss_and_gradient(self, point: Array) -> tuple[float, Array]:
        """Both at one place (P,)."""

    def gradient(self, x: Array) -> Array:
        """At points (n, P), (n, P)."""

    def hessian(self, x: Array) -> Array:
        """At points (n, P), (n, P, P)."""


def descended(fields: Descends, start: Array, steps: int) -> tuple[Array, float]:
    """The end (P,) of the way downhill from `start`, by so many steps of L-BFGS, and the loss there."""
    from scipy.optimize import minimize

    moving = np.asarray(fields.moving, dtype=bool)

    def at(free: Array) -> tuple[float, Array]:
        checkpoint()
        point = np.where(moving, free, start)
        return fields.loss_and_gradient(point)

    found = minimize(
        at, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "ftol": 1e-15, "gtol": 1e-9}
    )
    return np.asarray(found.x, dtype=float), float(found.fun)


def sharpened(fields: Descends, point: Array, steps: int = 30) -> Array:
    """A few steps of Newton's method, each taken only where the gradient gets smaller; flat directions stay."""
    gradient = fields.gradient(point[None])[0]
    for _ in range(steps):
        size = np.linalg.norm(gradient)
        if size < 1e-13:
            break
        values, vectors = np.linalg.eigh(fields.hessian(point[None])[0])
        seen = values > 1e-10 * values[-1]
        if np.any(values < -1e-8 * values[-1]):
            break
        ahead = point - vectors[:, seen] @ ((vectors[:, seen].T @ gradient) / values[seen])
        there = fields.gradient(ahead[None])[0]
        if np.linalg.norm(there) >= size:
            break
        point, gradient = ahead, there
    return point
