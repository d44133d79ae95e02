"""A density on the line as a landscape to be searched: its logarithm is the integral of a force plus a level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.numerics.gauss_panels import NODES, ORDER, RUNNING, WEIGHTS


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """Log p(x) = ∫force + level(x), up to a constant.

    `fields` takes points (n,) to (n, 2 + m): the force, the level, and m functions to be averaged. `bounds` takes the
    ends of intervals, (n,) each, to what force and level lie between there: four arrays (n,), force first.
    `uncertainty` is how far force and level may be off, next to their size.
    """

    fields: Callable[[Array], Array]
    bounds: Callable[[Array, Array], tuple[Array, Array, Array, Array]]
    uncertainty: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Neighbouring intervals between `edges` (n + 1,); the `void` (n,) ones hold no probability.

    `push` (n,) is the force on void intervals, which lie about singular places that are crossed.
    """

    edges: Array
    void: NDArray[np.bool_]
    push: Array

    @property
    def widths(self) -> Array:
        """The width of each interval, (n,)."""
        return np.diff(self.edges)

    def split(self, chosen: NDArray[np.bool_]) -> tuple[Stretch, NDArray[np.intp]]:
        """The same with the chosen intervals halved, and the old index of every new interval."""
        index = np.flatnonzero(chosen)
        middle = (self.edges[index] + self.edges[index + 1]) / 2
        parent = np.repeat(np.arange(len(self.void)), 1 + chosen)
        return Stretch(np.insert(self.edges, index + 1, middle), self.void[parent], self.push[parent]), parent

    def with_edges(self, more: Array) -> Stretch:
        """The same with further edges, none of them within a void interval."""
        index = np.clip(np.searchsorted(self.edges, more, side="right") - 1, 0, len(self.void) - 1)
        inside = (more > self.edges[0]) & (more < self.edges[-1]) & ~self.void[index]
        edges = np.union1d(self.edges, more[inside])
        owner = np.clip(np.searchsorted(self.edges, edges[:-1], side="right") - 1, 0, len(self.void) - 1)
        return Stretch(edges, self.void[owner], self.push[owner])


def sampled(landscape: Landscape, left: Array, right: Array) -> tuple[Array, Array]:
    """The Gauss nodes (n, ORDER) of the intervals from `left` to `right` and the fields there, (n, ORDER, 2 + m)."""
    nodes = ((left + right) / 2)[:, None] + ((right - left) / 2)[:, None] * NODES
    if nodes.size == 0:
        return nodes, np.empty((0, ORDER, 2))
    with np.errstate(all="ignore"):
        values = np.asarray(landscape.fields(nodes.ravel())).reshape(*nodes.shape, -1)
    return nodes, values


def settle(values: Array, stretch: Stretch | None = None) -> Array:
    """Fields with what is no number made harmless, in place: no force where there is none, no probability there.

    On the void intervals of a stretch they are what the stretch says; without one, none is void.
    """
    force, level = values[..., 0], values[..., 1]
    nowhere = np.isnan(level) | np.isnan(force) | (level == np.inf)
    force[np.isnan(force)] = 0.0
    if stretch is not None:
        nowhere |= stretch.void[:, None]
        force[stretch.void] = stretch.push[stretch.void, None]
    level[nowhere] = -np.inf
    np.clip(force, -1e300, 1e300, out=force)
    return values


def potential(edges: Array, values: Array, anchor: int) -> tuple[Array, Array]:
    """U at the edges (n + 1,) and at the nodes (n, ORDER), zero at the left edge of the interval `anchor`.

    Summed outwards from there: far away U is so large that its rounding would drown everything else.
    """
    half = np.diff(edges) / 2
    with np.errstate(all="ignore"):
        steps = np.clip((values[..., 0] @ WEIGHTS) * half, -1e300, 1e300).astype(np.longdouble)
        behind = -np.cumsum(steps[:anchor][::-1])[::-1]
        ahead = np.cumsum(steps[anchor:])
        at_edges = np.clip(np.concatenate([behind, [0.0], ahead]), -1e304, 1e304).astype(np.float64)
        at_nodes = at_edges[:-1, None] + (values[..., 0] @ RUNNING.T) * half[:, None]
    return at_edges, at_nodes


def summit(edges: Array, values: Array, anchor: int) -> tuple[int, Array, Array]:
    """The interval with the largest density, and U anchored there at edges and nodes.

    Found again from each place found: seen from far away the summit is blurred by rounding.
    """
    for _ in range(8):
        _, at_nodes = potential(edges, values, anchor)
        with np.errstate(invalid="ignore"):
            height = np.max(at_nodes + values[..., 1], axis=1)
        best = int(np.nanargmax(np.where(np.isnan(height), -np.inf, height)))
        if best == anchor:
            break
        anchor = best
    return anchor, *potential(edges, values, anchor)
