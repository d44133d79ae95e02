"""What copies of a network are asked at record times: losses, accuracies, traces, the largest curvature, balances.

All are exact, of all rows, and vectorised over copies (see `sgdtui.model.network_passes`); the largest curvature of
many weights is that of Lanczos' method, to a millionth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.network_passes import Pass, split
from sgdtui.model.start import At, Start, Uniform

_AT_ONCE = 400_000
"""Numbers of one layer over rows and copies that are worked out together: they stay in the cache."""
_RATE, _OF_A_LAYER = 1.5e9, 4e-9
"""Multiplications a second; seconds of one activation."""
_DENSE = 48
"""Up to so many weights the largest eigenvalue is that of the whole matrix."""
_KRYLOV, _CLOSE = 64, 1e-6

_INDEXED = re.compile(r"(balance|output|H|Sigma)_([0-9]+)\Z")


class NetworkQuantities:
    """The quantities of a network whose copies start at `start`."""

    def __init__(self, system: NetworkSystem, start: Start) -> None:
        self.system = system
        self.start = start
        self.fields = NetworkFields(system)

    # --- what they cost

    def seconds(self, name: str) -> float:
        """About how long one copy takes on one core."""
        rows, weights = len(self.system.rows), self.system.dimension
        units = sum(self.system.hidden) + self.system.outputs
        forward = rows * (2.0 * weights / _RATE + units * _OF_A_LAYER)
        if name.startswith("test_"):
            return forward * len(self.system.test_rows) / rows
        if name == "lambda_max":
            return 4 * forward * (weights if weights <= _DENSE else 24)
        if name == "trH":
            return (3 + self.system.outputs) * forward
        return {"loss": 1, "accuracy": 1, "trSigma": 2.5}.get(name, 1 / rows) * forward

    # --- what they are

    def at(self, names: Collection[str], x: Array) -> dict[str, Array]:
        """Each of the names at points (n, P), (n,)."""
        width = max(self.system.inputs, self.system.outputs, *self.system.hidden, 1)
        size = max(1, _AT_ONCE // (len(self.system.rows) * width))
        parts = [self._some(names, x[i : i + size]) for i in range(0, len(x), size)]
        if not parts:
            return {name: np.zeros(0) for name in names}
        return {name: np.concatenate([part[name] for part in parts]) for name in names}

    def _some(self, names: Collection[str], x: Array) -> dict[str, Array]:
        checkpoint()
        one = Pass(self.system, x, self.system.rows)
        ways: dict[str, Callable[[], Array]] = {
            "loss": lambda: one.losses.mean(axis=-1) + self._penalty(x),
            "accuracy": lambda: one.right.mean(axis=-1),
            "norm": lambda: np.sqrt((x**2).sum(axis=-1)),
            "trH": lambda: (
                one.curvature_traces().mean(axis=-1) + self.system.ridge * self.fields.moving.sum()
            ),
            "trSigma": lambda: self._trace_of_noise(one),
            "lambda_max": lambda: self._largest(one),
            "test_loss": lambda: Pass(self.system, x, self.system.test_rows).losses.mean(axis=-1),
            "test_accuracy": lambda: Pass(self.system, x, self.system.test_rows).right.mean(axis=-1),
        }
        return {
            name: np.asarray(ways[name]() if name in ways else self._indexed(name, x), dtype=float)
            for name in names
        }

    def _penalty(self, x: Array) -> Array:
        return np.asarray(0.5 * self.system.ridge * (x**2).sum(axis=-1) + 0.5 * self.system.label_noise**2)

    def _trace_of_noise(self, one: Pass) -> Array:
        trace = one.squares().mean(axis=-1) - (one.gradient() ** 2).sum(axis=-1)
        if self.system.label_noise:
            slopes = (one.output_gradients(0) ** 2).sum(axis=-1).mean(axis=-1)
            trace = trace + self.system.label_noise**2 * slopes
        return np.asarray(trace)

    def _indexed(self, name: str, x: Array) -> Array:
        match = _INDEXED.match(name)
        assert match is not None
        kind, index = match.group(1), int(match.group(2))
        if kind == "balance":
            return balance(self.system, index, x)
        if kind == "output":
            row = self.system.rows[index - 1 : index]
            said = Pass(self.system, x, row).shares[..., 0, :]
            return np.asarray(said[..., int(row[0, -1]) if self.system.loss == "softmax" else 0])
        centre, of_hessian, of_noise = directions(self.system, middle(self.start, self.system.dimension))
        axis = (of_hessian if kind == "H" else of_noise)[:, index - 1]
        return np.asarray((x - centre) @ axis)

    def _largest(self, one: Pass) -> Array:
        """The largest eigenvalue of H, (copies,)."""
        moving = self.fields.moving
        free = np.flatnonzero(moving)
        if len(free) > _DENSE:
            found = _lanczos(lambda v: one.hessian_times(v) * moving, one.weights.shape, moving)
            return np.asarray(found + self.system.ridge)
        units = np.eye(len(moving))[free]
        columns = [one.hessian_times(np.broadcast_to(unit, one.weights.shape)) for unit in units]
        matrix = np.stack(columns, axis=-1)[..., free, :]
        values = np.linalg.eigvalsh((matrix + matrix.swapaxes(-1, -2)) / 2)
        return np.asarray(values[..., -1] + self.system.ridge)


def balance(system: NetworkSystem, layer: int, x: Array) -> Array:
    """|W|² + |b|² of a hidden layer (1 is the first) less |W|² of the next, (n,): what gradient flow keeps where the
    activation is relu or linear (Du, Hu and Lee 2018), and a step of SGD moves by O(η²).
    """
    own, biases = split(system.layers[layer - 1], x)
    following, _ = split(system.layers[layer], x)
    return np.asarray(
        (own**2).sum(axis=(-2, -1)) + (biases**2).sum(axis=-1) - (following**2).sum(axis=(-2, -1))
    )


def middle(start: Start, dimension: int) -> tuple[float, ...]:
    """The place that copies start around, (P,)."""
    if isinstance(start, At):
        point = np.array(start.point)
    elif isinstance(start, Uniform):
        point = np.mean(np.array(start.box), axis=1)
    else:
        point = np.array(start.mean)
    return tuple(float(value) for value in np.resize(point, dimension))


@lru_cache(maxsize=8)
def minimum_below(system: NetworkSystem, start: tuple[float, ...]) -> tuple[float, ...]:
    """The minimum downhill of a place, (P,)."""
    return tuple(float(value) for value in NetworkFields(system).minimum_near(np.array(start)))


@lru_cache(maxsize=8)
def directions(system: NetworkSystem, start: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """The minimum below a place (P,), and there the eigenvectors of H and of Σ as columns (P, P), the stiffest first.

    The largest number of each is positive.
    """
    fields, place = NetworkFields(system), np.array(minimum_below(system, start))
    found = []
    for matrix in (fields.hessian(place[None])[0], fields.covariance(place[None])[0]):
        vectors = np.linalg.eigh(matrix)[1][:, ::-1]
        largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
        found.append(vectors * np.sign(largest))
    return place, found[0], found[1]


def _lanczos(times: Callable[[Array], Array], shape: tuple[int, ...], moving: Array) -> Array:
    """The largest eigenvalue of each of a stack of symmetric matrices, known by their products with (copies, P), by
    Lanczos' method with full orthogonalisation, until its own bound of the error is small.
    """
    copies, weights = shape
    v = np.broadcast_to(np.random.default_rng(0x1A).standard_normal(weights) * moving, shape)
    basis = [v / np.linalg.norm(v, axis=-1, keepdims=True)]
    alphas: list[Array] = []
    betas: list[Array] = []
    top = np.zeros(copies)
    for step in range(min(_KRYLOV, int(moving.sum()))):
        checkpoint()
        w = times(basis[-1])
        alphas.append((w * basis[-1]).sum(axis=-1))
        for _ in range(2):
            for b in basis:
                w = w - (w * b).sum(axis=-1, keepdims=True) * b
        size = np.linalg.norm(w, axis=-1)
        if step % 8 == 7 or step + 1 == min(_KRYLOV, int(moving.sum())):
            count = len(alphas)
            tridiagonal = np.zeros((copies, count, count))
            place = np.arange(count)
            tridiagonal[:, place, place] = np.stack(alphas, axis=-1)
            if betas:
                beside = np.stack(betas, axis=-1)
                tridiagonal[:, place[1:], place[:-1]] = tridiagonal[:, place[:-1], place[1:]] = beside
            values, vectors = np.linalg.eigh(tridiagonal)
            top = values[:, -1]
            if np.all(size * np.abs(vectors[:, -1, -1]) <= _CLOSE * np.abs(top)):
                break
        betas.append(size)
        basis.append(w / np.maximum(size, 1e-300)[:, None])
    return top
