"""What is recorded of a block: the cells of its walkers, and their moments by group."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.simulate.driver.lanes import add_lane_sums, clear_lanes, find_going, lanes_of, part, surely_going


@part
def cells_of(position: Any, axes: Any, window: Any, lanes: Any, cells: Any) -> None:
    """The histogram cell of every lane: 0 below the window, bins + 1 above it or NaN, row by row in two dimensions."""
    low, scale, bins = window[0, 0], window[0, 1], window[0, 2]
    x = position[axes[0]]
    for j in range(lanes):
        place = (x[j] - low) * scale
        place = place if place < bins else bins
        place = place if place > -1.0 else -1.0
        cells[j] = np.uint32(np.int32(place + 1.0))
    if len(axes) == 2:
        low, scale, bins = window[1, 0], window[1, 1], window[1, 2]
        width = np.uint32(np.int32(bins) + 2)
        y = position[axes[1]]
        for j in range(lanes):
            place = (y[j] - low) * scale
            place = place if place < bins else bins
            place = place if place > -1.0 else -1.0
            cells[j] = np.uint32(cells[j] * width + np.uint32(np.int32(place + 1.0)))


@part
def add_moments(
    walkers: Any, shift: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, sums: Any
) -> None:
    """Add to each group's sums how many walkers it has here, and their moments around `shift`: all must be going."""
    dimension = len(shift)
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
        sums[group - groups_from, 0] += last - first
        column = 1 + dimension
        for c in range(dimension):
            own, origin = walkers[c, first:last], shift[c]
            total = 0.0
            square = 0.0
            for j in range(len(own)):
                away = own[j] - origin
                total += away
                square += away * away
            sums[group - groups_from, 1 + c] += total
            for place in range(c):
                other, beyond = walkers[place, first:last], shift[place]
                product = 0.0
                for j in range(len(own)):
                    product += (own[j] - origin) * (other[j] - beyond)
                sums[group - groups_from, column + place] += product
            sums[group - groups_from, column + c] += square
            column += c + 1


@part
def add_moments_of_some(
    walkers: Any, going: Any, shift: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, sums: Any
) -> None:  # fmt: skip
    """The same where some walkers are lost."""
    dimension = len(shift)
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
        for j in range(first, last):
            if going[j] == 1.0:
                sums[group - groups_from, 0] += 1.0
                column = 1 + dimension
                for c in range(dimension):
                    away = walkers[c, j] - shift[c]
                    sums[group - groups_from, 1 + c] += away
                    for other in range(c + 1):
                        sums[group - groups_from, column] += away * (walkers[other, j] - shift[other])
                        column += 1


@part
def count_cells(
    cells: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, histogram: Any
) -> None:
    """Count the cells by group; four copies keep successive additions to one bin from waiting for each other."""
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
        counts = histogram[group]
        own = cells[first:last]
        if counts.shape[0] == 4:
            whole = len(own) // 4 * 4
            for j in range(0, whole, 4):
                counts[0, own[j]] += 1
                counts[1, own[j + 1]] += 1
                counts[2, own[j + 2]] += 1
                counts[3, own[j + 3]] += 1
            own = own[whole:]
        for j in range(len(own)):
            counts[0, own[j]] += 1


@part
def record(
    walkers: Any, observed: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any,
    axes: Any, window: Any, shift: Any, going: Any, cells: Any, histogram: Any, sums: Any,
) -> None:  # fmt: skip
    """Histogram, moments around `shift` and the observed values (already evaluated) of those who are not lost."""
    if surely_going(walkers, lanes):
        add_moments(walkers, shift, lo, hi, groups_from, groups_to, bounds, sums)
    else:
        find_going(walkers, lanes, going)
        clear_lanes(walkers, lanes, going, np.nan)
        clear_lanes(observed, lanes, going, 0.0)
        add_moments_of_some(walkers, going, shift, lo, hi, groups_from, groups_to, bounds, sums)
    cells_of(walkers, axes, window, lanes, cells)
    count_cells(cells, lo, hi, groups_from, groups_to, bounds, histogram)
    column = sums.shape[1] - observed.shape[0]
    for row in range(observed.shape[0]):
        add_lane_sums(observed[row], lo, hi, groups_from, groups_to, bounds, sums[:, column + row])
