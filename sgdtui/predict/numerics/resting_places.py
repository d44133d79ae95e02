"""Where walkers come to rest if the noise stops: the drift followed from many places at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array

_NONLINEAR = 0.3
"""A step is short enough where the drift at its end is as foreseen but for this share."""
_STILL = 1e-9
"""Of the width: a walker whose step is so short is at rest."""
_LONGEST = 1e9
"""Of the time in which the drift changes: the longest step."""
_FAR = 1e3
"""Widths of the box beyond which a walker runs away."""

Points = Callable[[Array], Array]
"""Points (n, d) to (n, d)."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where to look, (d,) ends; an axis runs round (`ring`) or ends in walls (`walled`), or it is open."""

    low: Array
    high: Array
    ring: NDArray[np.bool_]
    walled: NDArray[np.bool_]

    @property
    def width(self) -> Array:
        """(d,)"""
        return self.high - self.low

    def kept(self, x: Array) -> Array:
        """The same places within the walls and once round the rings."""
        x = np.where(self.walled, np.clip(x, self.low, self.high), x)
        return np.where(self.ring, self.low + np.mod(x - self.low, self.width), x)

    def between(self, x: Array, y: Array) -> Array:
        """The way from y to x, the short way round a ring, (…, d)."""
        way = x - y
        return np.where(self.ring, way - self.width * np.round(way / self.width), way)


def followed(
    drift: Points, jacobian: Points, points: Array, box: Box, most_steps: int = 200
) -> tuple[Array, NDArray[np.bool_]]:
    """The ends (n, d) of the ways along the drift, and which of them are at stable rest, (n,).

    By implicit Euler steps, linearised, so that narrow valleys cost no more than round ones; each walker's step is as
    long as its drift stays linear along it. One that is not at rest in the end runs away or goes round for ever.

    Args:
        drift: points (n, d) to velocities (n, d).
        jacobian: points (n, d) to ∂_j of the i-th velocity, (n, d, d).
        points: where the walkers start, (n, d).
        box: the walls, and the scale of it all.
    """
    x = box.kept(np.array(points, dtype=float))
    scale = float(np.max(box.width))
    identity = np.eye(x.shape[1])
    with np.errstate(all="ignore"):
        v = drift(x)
        step = 1e-2 * scale / np.maximum(_size(v), 1e-300)
        live: NDArray[np.bool_] = np.asarray(np.isfinite(v).all(axis=1))
        rest = np.zeros(len(x), dtype=bool)
        for _ in range(most_steps):
            now = np.flatnonzero(live & ~rest)
            if not len(now):
                break
            slope = jacobian(x[now])
            sound = np.isfinite(slope).all(axis=(1, 2))
            live[now[~sound]] = False
            now, slope = now[sound], slope[sound]
            # Where walkers are driven apart a step longer than the time of that would turn them round.
            apart = np.linalg.eigvalsh((slope + slope.transpose(0, 2, 1)) / 2)[:, -1]
            h = np.where(apart > 0, np.minimum(step[now], 0.5 / np.maximum(apart, 1e-300)), step[now])
            # Longer steps than this change nothing but the rounding of the matrix below.
            h = np.minimum(h, _LONGEST / np.maximum(np.abs(slope).max(axis=(1, 2)), 1e-300))
            matrix = identity - h[:, None, None] * slope
            way = np.linalg.solve(matrix, (h[:, None] * v[now])[..., None])[..., 0]
            ahead = box.kept(x[now] + way)
            there = drift(ahead)
            made = box.between(ahead, x[now])
            foreseen = v[now] + np.einsum("nij,nj->ni", slope, made)
            good = _size(there - foreseen) <= _NONLINEAR * np.maximum(_size(v[now]), _size(there))
            taken = now[good]
            x[taken], v[taken] = ahead[good], there[good]
            step[now] = np.where(good, 3.0, 0.3) * h
            still = good & (_size(made) <= _STILL * scale) & (apart <= 0)
            rest[now[still]] = True
            live[now] &= _size(x[now] - (box.low + box.high) / 2) <= _FAR * scale
            live[now] &= step[now] > 1e-300
    return x, rest


def _size(v: Array) -> Array:
    return np.asarray(np.sqrt(np.sum(v * v, axis=1)))


def merged(points: Array, box: Box, near: float = 1e-5) -> Array:
    """One of each cluster of places that are closer than `near` of the box's width, (m, d), the first met first."""
    found = np.zeros((0, points.shape[1]))
    for point in points:
        if not np.any(np.max(np.abs(box.between(point, found)) / box.width, axis=1) <= near):
            found = np.concatenate([found, point[None, :]])
    return found
