"""Where the copies of a network start: at random weights, at a minimum of its loss, or at weights that are given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_descent import EVALUATIONS, POLISHED, descended, sharpened
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.start import At, Normal

_DESCENTS = 12
_LOOK = 250
"""Steps of each descent; the lowest of them is then followed to its end."""
_AFFORDABLE = 4e10
"""Multiplications that all descents together may take: seconds."""


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
    work = 6.0 * len(system.rows) * system.dimension * EVALUATIONS
    count = int(np.clip(_AFFORDABLE / work, 1, _DESCENTS))
    ends = [descended(fields, random_weights(system, seed, 1.0), _LOOK) for seed in range(count)]
    point, _ = descended(fields, min(ends, key=lambda end: end[1])[0], EVALUATIONS)
    if system.dimension <= POLISHED:
        point = sharpened(fields, point)
    return tuple(float(value) for value in point)


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
