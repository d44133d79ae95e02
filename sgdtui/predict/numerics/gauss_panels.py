"""An interval cut into panels of Gauss points, cut again wherever a function is not yet smooth on its panel.

A jump or a kink is closed in by halving, so that integrals of piecewise smooth functions are good to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array

ORDER = 8
NODES, WEIGHTS = np.polynomial.legendre.leggauss(ORDER)
_MAX_PANELS = 30_000
_PASSES = 60


def _lagrange(at: Array) -> Array:
    """Values at `at` (m,) of the polynomials that are one at one Gauss node and zero at the others, (m, ORDER)."""
    legendre = np.polynomial.legendre.legvander
    return np.asarray(np.linalg.solve(legendre(NODES, ORDER - 1).T, legendre(at, ORDER - 1).T).T)


def _running_integral() -> Array:
    """Matrix that takes values at the nodes to the integral from -1 to each node, (ORDER, ORDER)."""
    half = (NODES[:, None] + 1) / 2
    points = half * (NODES[None, :] + 1) - 1
    return np.stack([half[i, 0] * WEIGHTS @ _lagrange(points[i]) for i in range(ORDER)])


RUNNING = _running_integral()
TO_HALVES = np.stack([_lagrange((NODES - 1) / 2), _lagrange((NODES + 1) / 2)])
"""Values at the nodes to values at the nodes of the left and the right half, (2, ORDER, ORDER)."""


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """Adjacent intervals `edges` (n + 1,), Gauss `nodes` (n, ORDER), `values` (n, ORDER, k) of k functions."""

    edges: Array
    nodes: Array
    values: Array

    @property
    def half_widths(self) -> Array:
        """Half the width of each panel, (n,)."""
        return np.diff(self.edges) / 2

    @property
    def weights(self) -> Array:
        """Integration weights of the nodes, (n, ORDER)."""
        return np.asarray(self.half_widths[:, None] * WEIGHTS)


def gauss_nodes(edges: Array) -> Array:
    """The Gauss nodes between neighbouring edges, (n, ORDER)."""
    return (edges[:-1, None] + edges[1:, None]) / 2 + np.diff(edges)[:, None] / 2 * NODES


def _values(evaluate: Callable[[Array], Array], nodes: Array) -> Array:
    if nodes.size == 0:
        return np.empty((0, ORDER, 0))
    return np.asarray(evaluate(nodes.ravel())).reshape(*nodes.shape, -1)


def panels(
    edges: Array,
    evaluate: Callable[[Array], Array],
    log_density: Callable[[Panels], Array],
    additive: int = 0,
    tolerance: float = 1e-12,
) -> tuple[Panels, Array]:
    """Panels on which `exp(log_density)` and the functions are resolved, and log_density (n, ORDER) on them.

    Args:
        edges: the first cut, increasing, (n + 1,).
        evaluate: points (m,) to the values of k functions there, (m, k).
        log_density: panels to the logarithm of a density, up to a constant, at their nodes, (n, ORDER).
        additive: how many of the first functions must be integrated to an absolute error (they are summed into an
            exponent) wherever there is any probability; the others are weighted by it.
        tolerance: of every integral, relative to the total probability.
    """
    current = Panels(edges, gauss_nodes(edges), _values(evaluate, gauss_nodes(edges)))
    checked = np.zeros(len(edges) - 1, dtype=bool)
    for _ in range(_PASSES):
        logarithm = log_density(current)
        density, unresolved = _density(current, logarithm, tolerance)
        reach = np.max(density, axis=1, initial=0.0) * 2 * current.half_widths
        heavy = reach > 1e-18
        thick = current.half_widths > 4e-15 * np.maximum(
            np.abs(current.edges[:-1]), np.abs(current.edges[1:])
        )
        wanted = ((heavy & ~checked) | unresolved) & thick
        if not wanted.any() or len(current.nodes) > _MAX_PANELS:
            break
        index = np.flatnonzero(wanted)
        middle = (current.edges[index] + current.edges[index + 1]) / 2
        halves = np.stack([current.edges[index], middle, current.edges[index + 1]], axis=1)
        nodes = np.stack([gauss_nodes(row) for row in halves])  # (m, 2, ORDER)
        values = np.asarray(evaluate(nodes.ravel())).reshape(len(index), 2, ORDER, -1)
        with np.errstate(all="ignore"):
            foreseen = np.einsum("hij,mjk->mhik", TO_HALVES, current.values[index])
            wrong = np.abs(foreseen - values)
            wrong[np.isnan(wrong)] = 0.0
            scale = np.max(density[index], axis=1)[:, None, None, None]
            wrong[..., additive:] *= scale / (1 + np.abs(values[..., additive:]))
            error = np.max(wrong, axis=(1, 2, 3)) * 2 * current.half_widths[index]
        split = (error > tolerance) | unresolved[index]
        checked[index[~split]] = True
        chosen = index[split]
        if len(chosen) == 0:
            continue
        current, checked = _cut(current, checked, chosen, nodes[split], values[split])
    return current, log_density(current)


def _density(current: Panels, logarithm: Array, tolerance: float) -> tuple[Array, NDArray[np.bool_]]:
    """The density at the nodes, normalised, and which panels do not yet integrate it."""
    with np.errstate(all="ignore"):
        finite = np.where(np.isnan(logarithm), -np.inf, logarithm)
        peak = np.max(finite + np.log(current.weights))
        if not np.isfinite(peak):
            return np.zeros_like(logarithm), np.zeros(len(logarithm), dtype=bool)
        mass = np.exp(finite + np.log(current.weights) - peak)
        total = mass.sum()
        density = mass / total / current.weights
        smooth = np.where(np.isfinite(finite), finite, -1e6 + peak)
        halves = np.einsum("hij,nj->nhi", TO_HALVES, smooth)
        again = np.exp(halves - peak) @ WEIGHTS * current.half_widths[:, None] / 2
        unresolved = np.abs(again.sum(axis=1) - mass.sum(axis=1)) > tolerance * total
    return density, unresolved


def _cut(
    current: Panels, checked: NDArray[np.bool_], chosen: NDArray[np.intp], nodes: Array, values: Array
) -> tuple[Panels, NDArray[np.bool_]]:
    middle = (current.edges[chosen] + current.edges[chosen + 1]) / 2
    edges = np.insert(current.edges, chosen + 1, middle)
    count = np.ones(len(current.nodes), dtype=int)
    count[chosen] = 2
    new_nodes = np.repeat(current.nodes, count, axis=0)
    new_values = np.repeat(current.values, count, axis=0)
    first = np.cumsum(count)[chosen] - 2
    for half in (0, 1):
        new_nodes[first + half], new_values[first + half] = nodes[:, half], values[:, half]
    return Panels(edges, new_nodes, new_values), np.repeat(checked, count)
