"""Where walkers go: the displacement of one step, by the cell in which it began, and the entropy that it produced."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.simulate.lanes import add_lane_sums, all_going, clear_lanes, find_going, part
from sgdtui.simulate.record import cells_of
from sgdtui.simulate.sizes import DISPLACEMENT_UNITS, FARTHEST_UNITS


@part
def displacements(walkers: Any, work: Any, lanes: Any, dimension: Any, axes: Any, window: Any) -> None:
    """Put x' - x into `work`, below the positions x that it holds; round a circle the short way."""
    for c in range(dimension):
        for j in range(lanes):
            work[dimension + c, j] = walkers[c, j] - work[c, j]
    for axis in range(len(axes)):
        period = window[axis, 3]
        if period > 0.0:
            moved = work[dimension + axes[axis]]
            for j in range(lanes):
                moved[j] = moved[j] - period * np.floor(moved[j] / period + 0.5)


@part
def count_flow(
    work: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any,
    axes: Any, window: Any, going: Any, cells: Any, dimension: Any, entropy: Any,
    flow: Any, displacement: Any, visits: Any,
) -> None:  # fmt: skip
    """One step's displacement: `work` holds the positions before it, then x' - x, then the entropy produced.

    A walker that is lost adds nothing, but to the visits of the cell outside the window, which nobody reads.
    """
    cells_of(work, axes, window, lanes, cells)
    moved = work[dimension : 2 * dimension]
    if all_going(moved, lanes):
        going[:lanes] = 1.0
    else:
        find_going(moved, lanes, going)
        clear_lanes(work[: 2 * dimension + 1], lanes, going, 0.0)
        for j in range(lanes):
            cells[j] = cells[j] if going[j] == 1.0 else np.uint32(0)
    add_lane_sums(going, lo, hi, groups_from, groups_to, bounds, flow[:, 0])
    units = going.view(np.int64)  # whose use is over
    if entropy:
        add_lane_sums(work[2 * dimension], lo, hi, groups_from, groups_to, bounds, flow[:, 1])
    for group in range(groups_from, groups_to):
        first = max(bounds[group], lo) - lo
        last = min(bounds[group + 1], hi) - lo
        if dimension == 2:
            x, y, right, up = (
                work[0, first:last],
                work[1, first:last],
                work[2, first:last],
                work[3, first:last],
            )
            area = 0.0
            for j in range(len(x)):
                area += x[j] * up[j] - y[j] * right[j]
            flow[group - groups_from, 2] += area
        own, count, there = cells[first:last], visits[group], displacement[group]
        for j in range(len(own)):
            count[own[j]] += 1
        for axis in range(len(axes)):
            along, whole = moved[axes[axis], first:last], units[first:last]
            unit = DISPLACEMENT_UNITS * window[axis, 1] / window[axis, 2]
            for j in range(len(own)):
                near = min(max(along[j] * unit, -FARTHEST_UNITS), FARTHEST_UNITS)
                whole[j] = np.int64(np.floor(near + 0.5))
            for j in range(len(own)):
                there[own[j], axis] += whole[j]
