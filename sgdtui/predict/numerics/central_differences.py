"""Central differences of eighth (or second) order on equal cells, as sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.arrays import Array

_FIRST = np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
_SECOND = np.array([-205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560])
_FIRST_SIMPLE, _SECOND_SIMPLE = np.array([1 / 2]), np.array([-2.0, 1.0])
_AVERAGE = np.array([5178.0, 308.0, -17.0]) / 5760
"""From values at the middles of cells to their averages over the cells, exact for polynomials of degree five."""


def first_derivative(cells: int, width: float, periodic: bool, simple: bool = False) -> Any:
    """The matrix of d/dx on values at the middles of cells, sparse (cells, cells).

    Beyond an end that is no ring the values are taken to be zero. `simple` is of second order.
    """
    first = _FIRST_SIMPLE if simple else _FIRST
    return _stencil(cells, np.concatenate([-first[::-1], [0.0], first]) / width, periodic)


def second_derivative(cells: int, width: float, periodic: bool, simple: bool = False) -> Any:
    """The same of d²/dx²."""
    second = _SECOND_SIMPLE if simple else _SECOND
    return _stencil(cells, np.concatenate([second[:0:-1], second]) / width**2, periodic)


def cell_averages(values: Array, periodic: tuple[bool, bool]) -> Array:
    """The averages over cells of a smooth function given by its values (nx, ny) at their middles."""
    both = np.concatenate([_AVERAGE[:0:-1], _AVERAGE])
    left, right = (_stencil(n, both, p) for n, p in zip(values.shape, periodic, strict=True))
    return np.asarray((right @ (left @ values).T).T)


def _stencil(cells: int, weights: Array, periodic: bool) -> Any:
    from scipy.sparse import csr_array

    reach = len(weights) // 2
    row = np.repeat(np.arange(cells), len(weights))
    column = (np.arange(cells)[:, None] + np.arange(-reach, reach + 1)).ravel()
    value = np.tile(weights, cells)
    if periodic:
        column %= cells
    kept = (column >= 0) & (column < cells) & (value != 0)
    return csr_array((value[kept], (row[kept], column[kept])), shape=(cells, cells))
