"""Integrals over rectangular cells of a function that may jump or bend along curves: the cells are cut along them.

Where no switch of the function (see `expression.switches`) changes sign a cell is left to Gauss's rule. Cells on a
curve are halved until the curve is straight in them, then cut along its chord into triangles; what lies at a crossing
of curves is halved further and ends as cells too small to matter. The error is of third order in the smallest width.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array

Field = Callable[[Array, Array], Array]
"""Coordinates x, y of one shape (or that broadcast together) to values of that shape."""

_LEAST_HALVINGS = 2
_MOST_HALVINGS = 9
_MOST_CELLS = 150_000
_STRAIGHT = 0.001
"""How far a switch may be from a plane over a cell, as a share of its range there, to be cut along a chord."""
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(3)
# Dunavant's rule of degree 4 on a triangle: barycentric coordinates and weights of sum one.
_A, _B = 0.445948490915965, 0.091576213509771
_BARYCENTRIC = np.array([[1 - 2 * a, a, a] for a in (_A, _B)] + [[a, 1 - 2 * a, a] for a in (_A, _B)]
                        + [[a, a, 1 - 2 * a] for a in (_A, _B)])  # fmt: skip
_OF_TRIANGLE = np.array([0.223381589678011, 0.109951743655322] * 3)


def is_cut(corners: tuple[Array, Array], switches: list[Field]) -> Array:
    """Which cells between `corners` (nx + 1,), (ny + 1,) some switch may change sign in, (nx, ny)."""
    x, y = corners
    cut = np.zeros((len(x) - 1, len(y) - 1), dtype=bool)
    if not switches:
        return cut
    twice = [np.sort(np.concatenate([e, (e[1:] + e[:-1]) / 2])) for e in (x, y)]
    for switch in switches:
        value = switch(twice[0][:, None], twice[1][None, :])
        nine = np.stack(
            [value[i : i - 2 or None : 2, j : j - 2 or None : 2] for i in range(3) for j in range(3)]
        )
        cut |= _suspect(nine)
    return cut


def integral_over_cut(low: Array, width: Array, integrand: Field, switches: list[Field]) -> float:
    """The integral over cells of corners `low` (n, 2) and sides `width` (2,), on each of which some switch may vanish.

    Args:
        integrand: the function times the density; evaluated at interior points of the smooth pieces only.
    """
    total = 0.0
    for halvings in range(_MOST_HALVINGS + 1):
        last = halvings == _MOST_HALVINGS or 4 * len(low) > _MOST_CELLS
        nine = np.stack([_on_lattice(switch, low, width) for switch in switches])  # (switches, 9, n)
        suspect = np.stack([_suspect(of_one) for of_one in nine])
        clear = np.logical_not(suspect.any(axis=0))
        cut = np.zeros(len(low), dtype=bool)
        total += _by_gauss(low[clear], width, integrand)
        single = (suspect.sum(axis=0) == 1) & (halvings >= _LEAST_HALVINGS)
        for k in range(len(switches)):
            chosen = np.flatnonzero(single & suspect[k])
            chosen = chosen[_is_straight(nine[k][:, chosen])]
            total += _by_chord(low[chosen], width, integrand, nine[k][:, chosen])
            cut[chosen] = True
        low = low[np.logical_not(clear | cut)]
        if not len(low):
            return total
        if last:
            return total + _by_gauss(low, width, integrand)
        width = width / 2
        low = (low[:, None, :] + width * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])).reshape(-1, 2)
    return total


def _on_lattice(switch: Field, low: Array, width: Array) -> Array:
    """The switch at the corners, the middles of the sides and the middle of each cell, (9, n)."""
    steps = np.array([0.0, 0.5, 1.0])
    x = low[:, 0] + width[0] * np.repeat(steps, 3)[:, None]
    y = low[:, 1] + width[1] * np.tile(steps, 3)[:, None]
    return switch(x, y)


def _suspect(nine: Array) -> Array:
    """Where a switch may vanish in a cell: it does change sign, or comes nearer to zero than half its range."""
    least, most = nine.min(axis=0), nine.max(axis=0)
    near = np.minimum(np.abs(least), np.abs(most)) <= 0.5 * (most - least)
    return np.asarray((least <= 0) & (most >= 0) | near | ~np.isfinite(most - least))


def _is_straight(nine: Array) -> Array:
    """Whether a switch is a plane over a cell to a small share of its range, and not flat."""
    grid = nine.reshape(3, 3, -1)
    bend = np.max(np.abs(np.diff(grid, 2, axis=0)), axis=(0, 1)) + np.max(
        np.abs(np.diff(grid, 2, axis=1)), axis=(0, 1)
    )
    twist = np.abs(grid[0, 0] + grid[2, 2] - grid[0, 2] - grid[2, 0])
    with np.errstate(invalid="ignore"):
        reach = nine.max(axis=0) - nine.min(axis=0)
    return np.asarray((bend + twist <= _STRAIGHT * reach) & (reach > 0))


def _by_gauss(low: Array, width: Array, integrand: Field) -> float:
    if not len(low):
        return 0.0
    half = width / 2
    x = (low[:, 0] + half[0])[:, None, None] + half[0] * _POINTS[:, None]
    y = (low[:, 1] + half[1])[:, None, None] + half[1] * _POINTS[None, :]
    x, y = np.broadcast_arrays(x, y)
    weights = np.multiply.outer(_WEIGHTS, _WEIGHTS) * half[0] * half[1]
    return float(np.sum(integrand(x, y) * weights))


def _by_chord(low: Array, width: Array, integrand: Field, nine: Array) -> float:
    """Each cell as two triangles, each cut where the switch, linear on it, vanishes."""
    if not len(low):
        return 0.0
    corner = {(i, j): low + width * np.array([i, j]) for i in (0, 1) for j in (0, 1)}
    value = {(i, j): nine[6 * i + 2 * j] for i in (0, 1) for j in (0, 1)}
    total = 0.0
    for names in (((0, 0), (1, 0), (1, 1)), ((0, 0), (1, 1), (0, 1))):
        vertices = np.stack([corner[n] for n in names], axis=1)
        total += _cut_triangles(vertices, np.stack([value[n] for n in names], axis=1), integrand)
    return total


def _cut_triangles(vertices: Array, values: Array, integrand: Field) -> float:
    """Triangles (n, 3, 2), cut where the linear function of `values` (n, 3) at their vertices vanishes."""
    positive = values > 0
    mixed = positive.any(axis=1) & ~positive.all(axis=1)
    total = _by_dunavant(vertices[~mixed], integrand)
    vertices, values, positive = vertices[mixed], values[mixed], positive[mixed]
    if not len(vertices):
        return total
    # The vertex alone on its side comes first.
    lone = np.argmax(positive == (positive.sum(axis=1) == 1)[:, None], axis=1)
    order = (lone[:, None] + np.arange(3)) % 3
    rows = np.arange(len(order))[:, None]
    vertices, values = vertices[rows, order], values[rows, order]
    share = values[:, :1] / (values[:, :1] - values[:, 1:])
    ends = vertices[:, :1] + share[:, :, None] * (vertices[:, 1:] - vertices[:, :1])
    first, second, third = vertices[:, 0], vertices[:, 1], vertices[:, 2]
    one, other = ends[:, 0], ends[:, 1]
    for piece in ((first, one, other), (one, second, third), (one, third, other)):
        total += _by_dunavant(np.stack(piece, axis=1), integrand)
    return total


def _by_dunavant(vertices: Array, integrand: Field) -> float:
    if not len(vertices):
        return 0.0
    sides = vertices[:, 1:] - vertices[:, :1]
    area = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]) / 2
    points = np.einsum("pb,nbi->npi", _BARYCENTRIC, vertices)
    kept = area > 0
    values = integrand(points[kept, :, 0], points[kept, :, 1])
    return float(np.sum(values @ _OF_TRIANGLE * area[kept]))
