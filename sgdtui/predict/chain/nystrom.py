"""The stationary density of a chain with smooth noise: Gauss panels finer than the noise, so that it converges
faster than any power of their width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.budget import afford, afford_dense, checkpoint
from sgdtui.predict.chain.cost import MOST_FACTORS
from sgdtui.predict.chain.jumps import jumps
from sgdtui.predict.chain.stationary_vector import stationary_vector
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import folded, runs
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.gauss_panels import Panels, panels
from sgdtui.predict.numerics.noise_distribution import NoiseShape

_WIDTH = 2.7
"""Widest panel in units of the noise's spread; with eight nodes a panel, a third of the spread between nodes."""
_MOST_NODES = 40_000
_FEWEST = 32
_MOVED = 0.38
_DENSE = 1200
_MOST_DENSE = 2500
_CHUNK = 2_000_000
_MOST_ENTRIES = 4_000_000
_MOST_TURNS = 24
_FAR_TAIL = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class SmoothLaw:
    """Masses at source points whose noise, taken together, is the law: P(x ≤ y) = Σ mass·F((y - mean)/spread)."""

    mass: Array
    mean: Array
    spread: Array
    shape: NoiseShape
    wall: Wall
    loss: float

    def distribution(self, at: Array) -> Array:
        """The distribution function, (n,)."""
        rows = max(1, _CHUNK // len(self.mass))
        parts = [
            folded(self.shape, self.wall, at[i : i + rows, None], self.mean, self.spread) @ self.mass
            for i in range(0, len(at), rows)
        ]
        return np.concatenate(parts)

    def density(self, at: Array) -> Array:
        """The density, (n,)."""
        rows = max(1, _CHUNK // len(self.mass))
        parts = [
            kernel(self.shape, self.wall, at[i : i + rows, None], self.mean, self.spread) @ self.mass
            for i in range(0, len(at), rows)
        ]
        return np.concatenate(parts)


def kernel(shape: NoiseShape, wall: Wall, at: Array, mean: Array, spread: Array) -> Array:
    """The density of x' = mean + spread·Z, folded by the walls, at `at`."""
    density = shape.density
    assert density is not None

    def plain(y: Array) -> Array:
        checkpoint()
        return density((y - mean) / spread) / spread

    if not wall.closed:
        return plain(at)
    length = wall.high - wall.low
    reach = min(shape.reach, 1e3)
    first = int(np.floor((np.min(mean - reach * spread) - wall.low) / length)) - 1
    last = int(np.ceil((np.max(mean + reach * spread) - wall.low) / length)) + 1
    total = np.zeros(np.broadcast_shapes(at.shape, mean.shape))
    if wall.kind == "periodic":
        for turn in range(first, last + 1):
            total += plain(at + turn * length)
    else:
        rise = at - wall.low
        for turn in range(first // 2 - 1, last // 2 + 2):
            start = wall.low + 2 * turn * length
            total += plain(start + rise) + plain(start - rise)
    return total


def smooth_law(chain: Chain, cut: Array, wall: Wall, refine: int = 0) -> SmoothLaw | None:
    """The stationary law between the ends of `cut`; None where the noise is too small somewhere for this method.

    `cut` are the edges of the first panels; they are cut again where the noise asks for it. `refine` halves every
    panel that many times; -1 joins them in pairs.
    """
    shape = chain.shape
    if shape is None or shape.density is None:
        return None
    found = _cut(chain, cut)
    if found is None:
        return None
    places = jumps(chain, cut)
    if refine < 0:
        found = np.append(found[:-1:2], found[-1])
    for _ in range(refine):
        found = np.sort(np.concatenate([found, (found[1:] + found[:-1]) / 2]))
    if refine % 2 == 0:
        # A kink so near to an edge that no node lies between is not seen: from one refinement to the next, edges move.
        found = np.concatenate([found[:1], found[1:-1] + _MOVED * np.diff(found)[1:], found[-1:]])
    found = np.union1d(found, places)
    resolved = _panels(chain, found)
    nodes, weights = resolved.nodes.ravel(), resolved.weights.ravel()
    mean, spread = chain.mean(nodes), chain.spread(nodes)
    if len(nodes) > _MOST_NODES or not np.all(np.isfinite(mean)) or not np.all(spread > 0):
        return None
    matrix = _matrix(shape, wall, nodes, weights, mean, spread)
    if matrix is None:
        return None
    mass, loss = stationary_vector(matrix)
    return SmoothLaw(mass, mean, spread, shape, wall, loss)


def _cut(chain: Chain, cut: Array) -> Array | None:
    """Edges of panels nowhere wider than the noise there allows; None where that takes too many.

    Where `cut` is finer than that its edges are thinned out first.
    """
    widest = _WIDTH * chain.spread((cut[1:] + cut[:-1]) / 2)
    if not np.all(widest > 0):
        return None
    share = np.concatenate([[0.0], np.cumsum(np.diff(cut) / widest)])
    whole = np.floor(share * max(1.0, _FEWEST / share[-1]))
    kept = np.append(True, np.diff(whole) > 0)
    kept[-1] = True
    cut = cut[kept]
    for _ in range(60):
        middle = (cut[1:] + cut[:-1]) / 2
        ends = chain.spread(np.concatenate([cut, middle]))
        local = np.minimum(np.minimum(ends[: len(cut) - 1], ends[1 : len(cut)]), ends[len(cut) :])
        wide = ~(np.diff(cut) <= _WIDTH * local)
        if not wide.any():
            return cut
        cut = np.sort(np.concatenate([cut, middle[wide]]))
        if len(cut) * 8 > _MOST_NODES:
            return None
    return None


def _panels(chain: Chain, cut: Array) -> Panels:
    """Panels that also close in on kinks and jumps of the drift and of the noise, both in units of the noise."""

    def evaluate(x: Array) -> Array:
        spread = chain.spread(x)
        with np.errstate(all="ignore"):
            return np.column_stack([(chain.mean(x) - x) / spread, np.log(spread)])

    # As if the law were as wide everywhere as its steps are: panels weigh by how many steps wide they are.
    return panels(cut, evaluate, lambda p: -p.values[..., 1], tolerance=1e-11)[0]


def _matrix(
    shape: NoiseShape, wall: Wall, nodes: Array, weights: Array, mean: Array, spread: Array
) -> Any | None:
    """The kernel between the nodes times their weights; None where it would take too much memory or time to solve."""
    count = len(nodes)
    if count <= _DENSE or not np.isfinite(shape.reach):
        if count > _MOST_DENSE or _turns(shape, wall, mean, spread) > _MOST_TURNS:
            return None
        afford_dense(f"a kernel between {count} nodes", count)
        rows = max(1, _CHUNK // count)
        parts = [kernel(shape, wall, nodes[i : i + rows, None], mean, spread) for i in range(0, count, rows)]
        return np.concatenate(parts) * weights[:, None]
    from scipy.sparse import csc_array

    reach = shape.reach * spread
    if _turns(shape, wall, mean, spread) > _MOST_TURNS:
        return None
    unfolded, target = _images(nodes, wall, float(np.min(mean - reach)), float(np.max(mean + reach)))
    first = np.searchsorted(unfolded, mean - reach)
    length = np.searchsorted(unfolded, mean + reach) - first
    if length.sum() > _MOST_ENTRIES or _fill(first, length, target) > MOST_FACTORS:
        return None
    entries = float(length.sum())
    afford(f"a kernel of {entries:.3g} entries", seconds=2e-7 * entries, bytes=64 * entries)
    row, owner = runs(first, length)
    assert shape.density is not None
    value = (
        shape.density((unfolded[row] - mean[owner]) / spread[owner]) / spread[owner] * weights[target[row]]
    )
    return csc_array((value, (target[row], owner)), shape=(count, count))


def _turns(shape: NoiseShape, wall: Wall, mean: Array, spread: Array) -> float:
    """How often the walls fold the furthest step."""
    if not wall.closed:
        return 0.0
    reach = min(shape.reach, _FAR_TAIL) * spread
    return float((np.max(mean + reach) - np.min(mean - reach)) / (wall.high - wall.low))


def _fill(first: NDArray[np.intp], length: NDArray[np.intp], target: NDArray[np.intp]) -> float:
    """About how many numbers the factors of the matrix hold: its size times its band, the reflected one too."""
    count = len(first)
    if not length.any():
        return 0.0
    own = np.arange(count)
    last = target[np.clip(first + length - 1, 0, len(target) - 1)]
    begin = target[np.clip(first, 0, len(target) - 1)]
    straight = np.maximum(np.abs(begin - own), np.abs(last - own))
    mirrored = np.maximum(np.abs(begin + own - count), np.abs(last + own - count))
    return 4.0 * count * float(min(straight.max(), 2 * mirrored.max()))


def _images(nodes: Array, wall: Wall, low: float, high: float) -> tuple[Array, NDArray[np.intp]]:
    """The nodes and their images behind the walls, in order, and the node that each is an image of."""
    if not wall.closed:
        return nodes, np.arange(len(nodes))
    length = wall.high - wall.low
    places, targets = [], []
    for turn in range(int(np.floor((low - wall.low) / length)), int(np.ceil((high - wall.low) / length))):
        mirrored = wall.kind == "reflect" and turn % 2 != 0
        places.append((wall.low + wall.high - nodes[::-1] if mirrored else nodes) + turn * length)
        targets.append(np.arange(len(nodes))[::-1] if mirrored else np.arange(len(nodes)))
    return np.concatenate(places), np.concatenate(targets)
