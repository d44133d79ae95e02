"""Zeros of functions along one variable, many functions at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array

_PLACES = 97
_MOST = 4
_HALVINGS = 52


def roots_along(function: Callable[[Array], Array], low: float, high: float) -> Array:
    """The zeros between `low` and `high` of functions of one variable, (…, r), padded with `low`.

    Args:
        function: places (k,) or (…, k) to the values of every function there, (…, k).
        low, high: the interval. An affine function's zero is exact; of others as many as four changes of sign between
            neighbours of a hundred places are closed in.
    """
    ends = np.array([low, (low + high) / 2, high])
    value = function(ends)
    with np.errstate(all="ignore"):
        first, middle, last = value[..., 0], value[..., 1], value[..., 2]
        bend = np.abs(first + last - 2 * middle)
        affine = bend <= 1e-12 * (np.abs(first) + np.abs(last))
        if np.all(affine | ~np.isfinite(bend)):
            zero = low + (high - low) * first / (first - last)
            return np.where(np.isfinite(zero) & (zero > low) & (zero < high), zero, low)[..., None]
    return _closed_in(function, low, high)


def _closed_in(function: Callable[[Array], Array], low: float, high: float) -> Array:
    places = np.linspace(low, high, _PLACES)
    with np.errstate(all="ignore"):
        value = function(places)
        turns = value[..., :-1] * value[..., 1:] <= 0
        # The first few changes of sign of each function, as many as the one with most of them has.
        count = int(min(np.max(turns.sum(axis=-1), initial=0), _MOST))
        if count == 0:
            return np.full((*value.shape[:-1], 1), low)
        order = np.argsort(~turns, axis=-1, kind="stable")[..., :count]
        real = np.take_along_axis(turns, order, axis=-1)
        left, right = places[order], places[order + 1]
        below = np.sign(np.take_along_axis(value, order, axis=-1))
        for _ in range(_HALVINGS):
            middle = (left + right) / 2
            same = np.sign(function(middle)) == below
            left, right = np.where(same, middle, left), np.where(same, right, middle)
    return np.where(real, (left + right) / 2, low)
