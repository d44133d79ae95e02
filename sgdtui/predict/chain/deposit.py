"""One step of a chain with normal noise on nodes that may be further apart than the step is wide.

By duality: the law is a mass on nodes, and a node sends to its neighbours what interpolation exact to degree six gives
of any smooth function at the places where the step ends, averaged over the noise by Gauss–Hermite
quadrature. All moments up to the sixth of the step are kept, so that nothing is diffused or delayed by the grid;
the error is that of interpolating the law itself, not the kernel. Along an axis on which the noise is wider than the
nodes are apart its density at the nodes serves as well, and is smoother: the trapezoidal rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array

_POINTS = 8
_BEHIND = 3
_CHUNK = 1_000_000
_WIDE = 1.17
"""Spread in cells from which the trapezoidal error of a normal density, 2 exp(-2π² spread²), is rounding."""
_REACH = 6.2
_NOTHING = 1e-17


@dataclass(frozen=True, slots=True, eq=False)
class Deposit:
    """One step on masses of nodes: `blocks` of columns, sparse (nodes, n), each with the numbers of its sources."""

    blocks: tuple[tuple[NDArray[np.intp], Any], ...]

    def step(self, mass: Array) -> Array:
        """The masses (nodes,) after a step."""
        return np.asarray(sum(block @ mass[sources] for sources, block in self.blocks))

    def lost(self) -> Array:
        """What each node sends out of the grid, (nodes,); of either sign, as the interpolation's weights are."""
        found = np.empty(sum(len(sources) for sources, _ in self.blocks))
        for sources, block in self.blocks:
            found[sources] = 1 - block.sum(axis=0)
        return found


def deposit(mean: Array, factor: Array, edges: tuple[Array, Array], periodic: tuple[bool, bool]) -> Deposit:
    """What each node sends to each in a step.

    Args:
        mean: (n, 2) where each node goes without noise; nodes are the middles of the cells between `edges`, row by row.
        factor: (n, 2, 2) lower triangular S of the step mean + S Z.
    """
    cells = (len(edges[0]) - 1, len(edges[1]) - 1)
    width = np.array([e[1] - e[0] for e in edges])
    origin = np.array([(e[0] + e[1]) / 2 for e in edges])
    place = (mean - origin) / width
    spread = factor / width[:, None]
    own = np.stack([spread[:, 0, 0], spread[:, 1, 1]], axis=1)
    # Sources of about the same spread, so that one window fits all and few atoms serve the narrow ones.
    kind = 2 * (own[:, 0] >= _WIDE) + (own[:, 1] >= _WIDE)
    order = np.lexsort((np.abs(spread).sum(axis=2).max(axis=1), kind))
    blocks, start = [], 0
    while start < len(order):
        same = int(np.searchsorted(kind[order], kind[order[start]], side="right"))
        reach = np.abs(spread[order[start:same]]).sum(axis=2) * _REACH
        size = np.maximum.accumulate(np.prod(2 * reach + _POINTS + 2, axis=1))
        most = _CHUNK / np.arange(1, len(size) + 1)
        stop = start + max(1, int(np.sum(size <= most)))
        chosen = order[start:stop]
        blocks.append((chosen, _block(place[chosen], spread[chosen], int(kind[chosen[0]]), cells, periodic)))
        start = stop
    return Deposit(tuple(blocks))


def _atoms(spread: Array) -> tuple[Array, Array]:
    """Places and weights of atoms of the normal law that lie closer than cells, for `spread` (cells) below `_WIDE`."""
    widest = float(np.max(spread, initial=0.0))
    z, weights = np.polynomial.hermite_e.hermegauss(
        3 if widest < 0.1 else 5 if widest < 0.3 else 7 if widest < 0.6 else 11 if widest < 0.85 else 17
    )
    return z, weights / weights.sum()


def _block(
    place: Array, spread: Array, kind: int, cells: tuple[int, int], periodic: tuple[bool, bool]
) -> Any:
    """The columns (nodes, n) of sources at `place` (n, 2) with `spread` (n, 2, 2), both in units of cells.

    `kind` is 2 where they are wide along the first axis, plus 1 where wide along the second.
    """
    from scipy.sparse import csc_array

    slanted = bool(np.any(spread[:, 1, 0]))
    if kind >= 2:
        left, shares = _densities(place[:, None, 0], spread[:, 0, 0], np.max(spread[:, 0, 0]))  # (n, 1, w)
        z = (left[:, None] + np.arange(shares.shape[2]) - place[:, 0, None]) / spread[:, 0, 0, None]
    else:
        atoms, weights = _atoms(np.abs(spread[:, 0, 0]))
        along = place[:, 0, None] + spread[:, 0, 0, None] * atoms
        left, shares = _shares(along[:, :, None], np.ones(1))  # (n, atoms, w)
        z = np.broadcast_to(atoms, along.shape)
    middle = place[:, 1, None] + (spread[:, 1, 0, None] * z if slanted else 0.0)  # (n, z or 1)
    if kind % 2:
        below, others = _densities(middle, spread[:, 1, 1], np.max(spread[:, 1, 1]))
    else:
        u, u_weights = _atoms(np.abs(spread[:, 1, 1]))
        below, others = _shares(middle[:, :, None] + spread[:, 1, 1, None, None] * u, u_weights)
    if kind >= 2:
        local = np.swapaxes(shares, 1, 2) * others
    elif slanted:
        local = np.swapaxes(shares * weights[:, None], 1, 2) @ others
    else:
        local = np.einsum("naw,a->nw", shares, weights)[:, :, None] * others
    rows, kept_rows = _indices(left, local.shape[1], cells[0], periodic[0])
    columns, kept_columns = _indices(below, local.shape[2], cells[1], periodic[1])
    kept = kept_rows[:, :, None] & kept_columns[:, None, :] & (np.abs(local) > _NOTHING)
    target = (rows[:, :, None] * cells[1] + columns[:, None, :])[kept].astype(np.int32)
    pointer = np.concatenate([[0], np.cumsum(kept.sum(axis=(1, 2)))]).astype(np.int32)
    matrix = csc_array((local[kept], target, pointer), shape=(cells[0] * cells[1], len(place)))
    matrix.sum_duplicates()
    return matrix


def _densities(middle: Array, spread: Array, widest: float) -> tuple[NDArray[np.intp], Array]:
    """Normal densities about `middle` (n, groups) at the nodes of a window, (n, groups, w), and where it starts."""
    start = np.floor(middle.min(axis=1) - _REACH * widest).astype(np.intp)
    size = int(np.ceil(float(np.max(np.ptp(middle, axis=1))) + 2 * _REACH * widest)) + 2
    z = (start[:, None, None] + np.arange(size) - middle[:, :, None]) / spread[:, None, None]
    return start, np.exp(-(z**2) / 2) / (np.sqrt(2 * np.pi) * spread[:, None, None])


def _shares(places: Array, weights: Array) -> tuple[NDArray[np.intp], Array]:
    """Weights of the nodes of a window (n, groups, w) for `places` (n, groups, m) of `weights` (m,), and where each
    window starts, (n,).
    """
    below = np.floor(places).astype(np.intp)
    flat = below.reshape(len(places), -1)
    start = flat.min(axis=1) - _BEHIND
    size = int((flat.max(axis=1) - flat.min(axis=1)).max()) + _POINTS
    basis = _weights(places - below) * weights[:, None]  # (n, groups, m, 8)
    window = np.zeros((places.shape[0], places.shape[1], size))
    offset = below - _BEHIND - start[:, None, None]
    rows, groups = np.ogrid[: places.shape[0], : places.shape[1]]
    for m in range(places.shape[2]):
        for k in range(_POINTS):
            window[rows, groups, offset[:, :, m] + k] += basis[:, :, m, k]
    return start, window


@lru_cache(maxsize=1)
def _pieces() -> Array:
    """Coefficients (powers, 8) of the weights of nodes -3 … 4 as polynomials of a place in [0, 1].

    Hermite's interpolation of degree nine between two nodes, from the values there and four derivatives, which are
    central differences over seven nodes (the kernel Λ₆,₄ of Cottet et al., M2AN 48, 2014): exact for polynomials of
    degree six, and four times differentiable, so that a sum over many sources leaves no ripple of the nodes' period.
    """
    nodes = np.arange(-_BEHIND, _BEHIND + 1.0)
    factorials = np.array([1.0, 1.0, 2.0, 6.0, 24.0])
    # derivative[d] @ values on seven nodes is the d-th derivative at their middle.
    derivative = np.linalg.inv(np.vander(nodes, increasing=True))[:5] * factorials[:, None]
    powers = 2 * len(derivative)
    ends = np.zeros((powers, powers))
    for d in range(len(derivative)):
        ends[d, d] = factorials[d]
        ends[len(derivative) + d] = [_falling(n, d) for n in range(powers)]
    given = np.zeros((powers, _POINTS))
    given[: len(derivative), :-1] = derivative
    given[len(derivative) :, 1:] = derivative
    return np.asarray(np.linalg.solve(ends, given), dtype=float)


def _falling(power: int, times: int) -> float:
    """The `times`-th derivative of x^power at one."""
    return float(np.prod([power - i for i in range(times)])) if times else 1.0


def _weights(share: Array) -> Array:
    """The weights of nodes -3 … 4 at places in [0, 1), (…, 8)."""
    return np.asarray(np.vander(share.ravel(), len(_pieces()), increasing=True) @ _pieces()).reshape(
        *share.shape, -1
    )


def _indices(
    start: NDArray[np.intp], size: int, cells: int, periodic: bool
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    found = start[:, None] + np.arange(size)
    if periodic:
        return found % cells, np.ones(found.shape, dtype=bool)
    return found, (found >= 0) & (found < cells)
