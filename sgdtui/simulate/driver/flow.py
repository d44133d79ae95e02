"""Where walkers go: the displacement of one step, by the cell in which it began, and the entropy that it produced."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.simulate.driver.lanes import add_lane_sums, clear_lanes, find_going, lanes_of, part, surely_going
from sgdtui.simulate.driver.layout import DISPLACEMENT_UNITS, FARTHEST_UNITS
from sgdtui.simulate.driver.record import cells_of
from sgdtui.simulate.machine.prefetch import prefetch


@part
def look_ahead(
    positions: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any,
    axes: Any, window: Any, cells: Any, displacement: Any,
) -> None:  # fmt: skip
    """Find the cells in which a step begins, and have their sums fetched while it is taken: in two dimensions those of
    a group are more than the first caches hold.
    """
    cells_of(positions, axes, window, lanes, cells)
    if len(axes) == 1:
        return
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
        own, sums = cells[first:last], displacement[group]
        for j in range(len(own)):
            prefetch(sums[own[j]], np.uint64(0))


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
def in_units(moved: Any, unit: Any, whole: Any) -> None:
    """Displacements as whole numbers, `unit` of them to a length of one."""
    for j in range(len(moved)):
        near = min(max(moved[j] * unit, -FARTHEST_UNITS), FARTHEST_UNITS)
        whole[j] = np.int64(np.floor(near + 0.5))


@part
def add_on_line(cells: Any, right: Any, sums: Any) -> None:
    """One visit and one displacement more for every lane's cell."""
    for j in range(len(cells)):
        sums[cells[j], 0] += 1
        sums[cells[j], 1] += right[j]


@part
def add_on_plane(cells: Any, right: Any, up: Any, sums: Any) -> None:
    """The same in two dimensions."""
    for j in range(len(cells)):
        sums[cells[j], 0] += 1
        sums[cells[j], 1] += right[j]
        sums[cells[j], 2] += up[j]


@part
def count_flow(
    work: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any,
    axes: Any, window: Any, going: Any, cells: Any, dimension: Any, entropy: Any,
    flow: Any, displacement: Any,
) -> None:  # fmt: skip
    """One step's displacement: `work` holds the positions before it, then x' - x, then the entropy produced.

    A walker that is lost adds nothing, but to the visits of the cell outside the window, which nobody reads. A cell's
    sums lie side by side, so that a walker touches one line of the cache. The positions' rows are used up.
    """
    moved = work[dimension : 2 * dimension]
    if surely_going(moved, lanes):
        going[:lanes] = 1.0
    else:
        find_going(moved, lanes, going)
        clear_lanes(work[: 2 * dimension + 1], lanes, going, 0.0)
        for j in range(lanes):
            cells[j] = cells[j] if going[j] == 1.0 else np.uint32(0)
    add_lane_sums(going, lo, hi, groups_from, groups_to, bounds, flow[:, 0])
    if entropy:
        add_lane_sums(work[2 * dimension], lo, hi, groups_from, groups_to, bounds, flow[:, 1])
    units = work.view(np.int64)
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
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
        for axis in range(len(axes)):
            unit = DISPLACEMENT_UNITS * window[axis, 1] / window[axis, 2]
            in_units(moved[axes[axis], first:last], unit, units[axis, first:last])
        if len(axes) == 2:
            add_on_plane(cells[first:last], units[0, first:last], units[1, first:last], displacement[group])
        else:
            add_on_line(cells[first:last], units[0, first:last], displacement[group])
