"""Loops over the lanes of a block, each a few vector instructions: moved, summed, and looked at for who is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from sgdtui.simulate.machine.target import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])

FAR = 1e12
"""A walker beyond this, or not finite, is lost."""


def part(function: _Function) -> _Function:
    """A part of the driver, which allocates nothing. Without `reassoc` a sum over lanes is taken one lane after the
    other; without `nnan` and `ninf` a lost walker stays visible.
    """
    fast = {"nsz", "arcp", "contract", "afn", "reassoc"}
    compiled = njit(
        inline="never",
        error_model="numpy",
        fastmath=fast,
        _nrt=False,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )(function)
    return cast(_Function, compiled)


def piece(function: _Function) -> _Function:
    """What is small enough to be compiled into its callers; it may allocate."""
    compiled = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return cast(_Function, compiled)


@piece
def lanes_of(group: Any, bounds: Any, lo: Any, hi: Any) -> Any:
    """The first lane of a group in the block of the walkers from `lo` to `hi`, and the one after its last."""
    return max(bounds[group], lo) - lo, min(bounds[group + 1], hi) - lo


@part
def copy_lanes(source: Any, first: Any, target: Any, to: Any, lanes: Any) -> None:
    """So many lanes of every row of `source`, from `first` on, into `target`, from `to` on."""
    for row in range(source.shape[0]):
        given, taken = source[row, first : first + lanes], target[row, to : to + lanes]
        for j in range(len(given)):
            taken[j] = given[j]


@part
def drop_far(walkers: Any, lanes: Any) -> None:
    """A coordinate that is far or infinite becomes NaN (and makes its walker lost at the next record)."""
    for row in range(walkers.shape[0]):
        x = walkers[row]
        for j in range(lanes):
            x[j] = x[j] if abs(x[j]) <= FAR else np.nan


@part
def surely_going(rows: Any, lanes: Any) -> Any:
    """Whether no value can be far, infinite or NaN: not even all of them together are far. Costs little."""
    squares = 0.0
    for row in range(rows.shape[0]):
        x = rows[row]
        for j in range(lanes):
            squares += x[j] * x[j]
    return squares <= FAR * FAR


@part
def find_going(rows: Any, lanes: Any, going: Any) -> None:
    """Put 1.0 into `going` for every lane none of whose values is far, infinite or NaN, else 0.0."""
    first = rows[0]
    for j in range(lanes):
        going[j] = 1.0 if abs(first[j]) <= FAR else 0.0
    for row in range(1, rows.shape[0]):
        x = rows[row]
        for j in range(lanes):
            going[j] = going[j] if abs(x[j]) <= FAR else 0.0


@part
def clear_lanes(rows: Any, lanes: Any, going: Any, value: Any) -> None:
    """Give every row `value` in the lanes that do not go on."""
    for row in range(rows.shape[0]):
        x = rows[row]
        for j in range(lanes):
            x[j] = x[j] if going[j] == 1.0 else value


@part
def add_lane_sums(
    values: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, column: Any
) -> None:
    """Add the sum over each group's lanes to its entry of `column`, which begins with this block's first group."""
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
        own = values[first:last]  # an index that begins at 0 is known not to be negative
        total = 0.0
        for j in range(len(own)):
            total += own[j]
        column[group - groups_from] += total
