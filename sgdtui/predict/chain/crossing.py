"""How rarely a chain on the line crosses from one well to another, and how its law is shared between them.

Both from the kernel on Gauss nodes, whose states are then taken out one by one: rates far below rounding keep their
digits, where eigenvectors of nearly disconnected wells are noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.chain.nystrom import kernel
from sgdtui.predict.chain.state_reduction import mean_passage, stationary_masses
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.gauss_panels import ORDER, WEIGHTS, gauss_nodes

WIDTH = 2.0
"""Widest panel, in units of the noise's spread."""
_MOST_NODES = 1600
_KEEPS = 0.5
"""The least share of the steps from a place that end in the region, for it to be a part of the region."""
_MARGIN = 9.0
"""Standard deviations beyond the outermost wells that are taken along."""


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A chain on `nodes` (n,): row i of `hops` (n, n) leads from node i to the others."""

    nodes: Array
    hops: Array


def kernel_about(step: Chain, wall: Wall, places: Array, width: float = WIDTH) -> Kernel | None:
    """The kernel of a chain about some places of rest; None for noise without a density or too small for this."""
    nodes, weights = _nodes(step, wall, places, width)
    shape = step.shape
    if shape is None or shape.density is None or not np.isfinite(shape.reach) or not len(nodes):
        return None
    with np.errstate(all="ignore"):
        mean, spread = step.mean(nodes), step.spread(nodes)
        if not (np.all(spread > 0) and np.all(np.isfinite(mean))):
            return None
        hops = kernel(shape, wall, nodes, mean[:, None], spread[:, None]) * weights
    return _returning(nodes, hops, places) if np.all(np.isfinite(hops)) else None


def _returning(nodes: Array, hops: Array, places: Array) -> Kernel | None:
    """The kernel where a step keeps to it: steps so long that they leap over the wells and never come back (beyond a
    wall of x³, say) are no part of it. A state that is hardly ever left would hold all of the law. None where a well
    lies out there.
    """
    first, last = 0, len(nodes)
    while True:
        kept = hops[first:last, first:last].sum(axis=1) >= _KEEPS
        middle = int(np.argmin(np.abs(nodes[first:last] - np.median(places))))
        below, above = np.flatnonzero(~kept[:middle]), np.flatnonzero(~kept[middle:])
        if not kept[middle]:
            return None
        if not len(below) and not len(above):
            break
        last = first + middle + int(above[0]) if len(above) else last
        first = first + int(below[-1]) + 1 if len(below) else first
    if places.min() < nodes[first] or places.max() > nodes[last - 1]:
        return None
    part = hops[first:last, first:last]
    return Kernel(nodes[first:last], part / part.sum(axis=1, keepdims=True))


def crossing_steps(found: Kernel, start: float, target: float) -> float:
    """The mean number of steps from about `start` until the chain has come as far as `target`."""
    place = int(np.argmin(np.abs(found.nodes - start)))
    arrived = found.nodes >= target if target > start else found.nodes <= target
    return mean_passage(found.hops, place, np.flatnonzero(arrived))


def shares(found: Kernel, labels: NDArray[np.intp], count: int) -> Array:
    """The stationary law's share of each of `count` wells, (count,); `labels` (n,) say which well a node belongs to."""
    mass = stationary_masses(found.hops)
    return np.array([mass[labels == well].sum() for well in range(count)])


def _nodes(step: Chain, wall: Wall, places: Array, width: float) -> tuple[Array, Array]:
    """Nodes and weights of panels that the noise asks for; empty where that takes too many."""
    low, high = float(places.min()), float(places.max())
    size = max(high - low, 1e-3)
    with np.errstate(all="ignore"):
        ends = np.array([low, high])
        slope = (step.mean(ends + 1e-5 * size) - step.mean(ends - 1e-5 * size)) / (2e-5 * size)
        deviation = step.spread(ends) / np.sqrt(np.maximum(1 - slope**2, 1e-3))
    margin = _MARGIN * float(np.max(deviation)) if np.all(np.isfinite(deviation)) else size
    ends = np.array([wall.low, wall.high] if wall.closed else [low - margin, high + margin])
    cut = np.linspace(ends[0], ends[1], 9)
    nothing = np.zeros(0), np.zeros(0)
    for _ in range(30):
        middle = (cut[1:] + cut[:-1]) / 2
        with np.errstate(all="ignore"):
            at_cut, between = step.spread(cut), step.spread(middle)
        wide = ~(np.diff(cut) <= width * np.minimum(np.minimum(at_cut[1:], at_cut[:-1]), between))
        if not wide.any():
            return gauss_nodes(cut).ravel(), (np.diff(cut)[:, None] / 2 * WEIGHTS).ravel()
        cut = np.sort(np.concatenate([cut, middle[wide]]))
        if len(cut) * ORDER > _MOST_NODES:
            return nothing
    return nothing
