"""Where the copies of a network start: at random weights, at a minimum of its loss, or at weights that are given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.start import At, Normal

_DESCENTS = 12
_LOOK = 250
"""Steps of each descent; the lowest of them is then followed to its end."""
_AFFORDABLE = 4e10
"""Multiplications that all descents together may take: seconds."""
_EVALUATIONS = 1500
_POLISHED = 400
"""Up to so many weights the end of a descent is sharpened by Newton's method."""


def deviations(system: NetworkSystem, scale: float) -> Array:
    """The standard deviation of every weight at random weights of this scale, (P,): scale/√inputs; 0 of biases."""
    found = np.zeros(system.dimension)
    for layer in system.layers:
        found[layer.first : layer.first + layer.inputs * layer.outputs] = scale / np.sqrt(layer.inputs)
    return found


@dataclass(frozen=True, slots=True)
class Initial(At):
    """All copies at the same random weights."""

    seed: int = 0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class InitialEach(Normal):
    """Every copy at random weights of its own."""

    seed: int = 0
    scale: float = 1.0


class BestMinimum(At):
    """The lowest minimum that is found; it is looked for when it is first asked for."""

    __slots__ = ("system",)
    __match_args__ = ("point",)

    def __init__(self, system: NetworkSystem) -> None:
        object.__setattr__(self, "system", system)

    @property
    def point(self) -> tuple[float, ...]:
        """The weights, (P,)."""
        system: NetworkSystem = getattr(self, "system")  # noqa: B009
        return best_minimum(system)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BestMinimum) and getattr(other, "system") is getattr(self, "system")  # noqa: B009

    def __hash__(self) -> int:
        return hash(("best minimum", id(getattr(self, "system"))))  # noqa: B009

    def __repr__(self) -> str:
        return "BestMinimum()"


def random_weights(system: NetworkSystem, seed: int, scale: float) -> Array:
    """Random weights, (P,)."""
    normals = np.random.default_rng([0x1717, seed]).standard_normal(system.dimension)
    return np.asarray(normals * deviations(system, scale))


def initial(system: NetworkSystem, seed: int = 0, scale: float = 1.0) -> Initial:
    """All copies at the random weights of a seed."""
    point = random_weights(system, seed, scale)
    return Initial(tuple(float(value) for value in point), seed, scale)


def initial_each(system: NetworkSystem, seed: int = 0, scale: float = 1.0) -> InitialEach:
    """Every copy at random weights of its own."""
    spread = tuple(float(value) for value in deviations(system, scale))
    return InitialEach((0.0,) * system.dimension, spread, seed, scale)


@lru_cache(maxsize=8)
def best_minimum(system: NetworkSystem) -> tuple[float, ...]:
    """The lowest end of descents from seeded random weights (P,), sharpened where there are not too many weights."""
    fields = NetworkFields(system)
    work = 6.0 * len(system.rows) * system.dimension * _EVALUATIONS
    count = int(np.clip(_AFFORDABLE / work, 1, _DESCENTS))
    ends = [descended(fields, random_weights(system, seed, 1.0), _LOOK) for seed in range(count)]
    point, _ = descended(fields, min(ends, key=lambda end: end[1])[0], _EVALUATIONS)
    if system.dimension <= _POLISHED:
        point = sharpened(fields, point)
    return tuple(float(value) for value in point)


def descended(fields: NetworkFields, start: Array, steps: int) -> tuple[Array, float]:
    """The end (P,) of the way downhill from `start`, by so many steps of L-BFGS, and the loss there."""
    from scipy.optimize import minimize

    moving = np.arange(fields.dimension) >= fields.system.frozen

    def at(free: Array) -> tuple[float, Array]:
        checkpoint()
        point = np.where(moving, free, start)
        return fields.loss_and_gradient(point)

    found = minimize(
        at, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "ftol": 1e-15, "gtol": 1e-9}
    )
    return np.asarray(found.x, dtype=float), float(found.fun)


def sharpened(fields: NetworkFields, point: Array, steps: int = 30) -> Array:
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


def weights_of_file(system: NetworkSystem, arrays: list[Array]) -> Array:
    """The weights (P,) from the arrays of each layer: (outputs, inputs), then (outputs,) where it has biases.

    Raises ValueError where they do not fit.
    """
    wanted: list[tuple[int, ...]] = []
    for layer in system.layers:
        wanted.append((layer.outputs, layer.inputs))
        if layer.biases is not None:
            wanted.append((layer.outputs,))
    given = [tuple(array.shape) for array in arrays]
    if given != wanted:
        raise ValueError(f"it holds arrays of shapes {given}, and this network needs {wanted}")
    found = np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])
    if not np.all(np.isfinite(found)):
        raise ValueError("it holds a weight that is not a finite number")
    return found
