"""The block driver: every walker of a range of blocks, many steps, and what is recorded of them.

Compiled once for every model. What is special to a model, one step of one block, is the generated function behind
`step_address`; the random draws are behind `draw_address`. A block is some 512 walkers that stay in the first-level
cache while they take all the steps of a call. A *round* is a fixed stretch of steps whose draws are made at once; the
generators advance only when a round is complete, so where a call stops never matters: the rest of the round draws the
same again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from sgdtui.simulate.address import call_draw, call_step
from sgdtui.simulate.processor import njit
from sgdtui.simulate.sizes import (
    ADVANCE,
    BATCH,
    CAPACITY,
    DIMENSION,
    DISPLACEMENT_UNITS,
    DRAWS,
    ENTROPY,
    EXAMPLES_AT_ONCE,
    FARTHEST_UNITS,
    FLOW,
    FORCE,
    OBSERVABLES,
    OBSERVE,
    ROUND,
    UNTIL,
    WORK,
)

types: Any = numba.types
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _part(function: _Function) -> _Function:
    """A part of the driver, which allocates nothing. Without `reassoc` a sum over lanes is taken one lane after the
    other; without `nnan` and `ninf` a lost walker stays visible.
    """
    fast = {"nsz", "arcp", "contract", "afn", "reassoc"}
    return cast(_Function, njit(inline="never", error_model="numpy", fastmath=fast, _nrt=False)(function))


FAR = 1e12
"""A walker beyond this, or not finite, is lost."""

LOOKS = 8
"""Rounds between two looks at whether a walker is lost (and every record looks)."""

SIGNATURE = types.float64(
    types.intp,  # first block
    types.intp,  # last block, excluded
    types.Array(types.int64, 2, "C"),  # blocks (n, 5): walkers from, to, groups from, to, row of sums
    types.Array(types.int64, 1, "C"),  # bounds of the groups
    types.Array(types.float64, 2, "C"),  # state (rows, walkers)
    types.Array(types.uint32, 2, "C"),  # streams (2, walkers)
    types.Array(types.int32, 2, "C"),  # memory (walkers, m)
    types.Array(types.float64, 2, "C"),  # rows of the data (columns, n)
    types.intp,  # steps already done
    types.intp,  # steps to do
    types.float64,  # time
    types.intp,  # steps since the statistics began, or -1: record nothing
    types.intp,  # every
    types.Array(types.float64, 1, "C"),  # dials
    types.float64,  # shape of the law
    types.Array(types.int64, 1, "C"),  # sizes
    types.Array(types.int64, 1, "C"),  # axes
    types.Array(types.float64, 2, "C"),  # window (axes, 4): low, bins per length, bins, period or 0
    types.Array(types.float64, 1, "C"),  # shift of the moments (d,)
    types.uintp,  # address of the draws, or 0
    types.uintp,  # address of the step
    types.Array(types.int64, 3, "C"),  # histogram (groups, copies, cells)
    types.Array(types.float64, 2, "C"),  # sums (rows, 1 + d + d(d+1)/2 + observables)
    types.Array(types.float64, 2, "C"),  # flow (rows, 3): steps, entropy, area
    types.Array(types.int64, 3, "C"),  # displacement (groups, cells, axes), in units
    types.Array(types.int64, 2, "C"),  # visits (groups, cells)
    types.Array(types.float64, 2, "C"),  # passage (groups, 3): stopped, steps, steps²
    types.intp,  # step at which the walkers were put at their start
)


@_part
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


@_part
def copy_lanes(source: Any, first: Any, target: Any, to: Any, lanes: Any) -> None:
    """So many lanes of every row of `source`, from `first` on, into `target`, from `to` on."""
    for row in range(source.shape[0]):
        given, taken = source[row, first : first + lanes], target[row, to : to + lanes]
        for j in range(len(given)):
            taken[j] = given[j]


@_part
def drop_far(walkers: Any, lanes: Any) -> None:
    """A coordinate that is far or infinite becomes NaN (and makes its walker lost at the next record)."""
    for row in range(walkers.shape[0]):
        x = walkers[row]
        for j in range(lanes):
            x[j] = x[j] if abs(x[j]) <= FAR else np.nan


@_part
def find_going(rows: Any, lanes: Any, going: Any) -> None:
    """Put 1.0 into `going` for every lane none of whose values is far, infinite or NaN, else 0.0."""
    first = rows[0]
    for j in range(lanes):
        going[j] = 1.0 if abs(first[j]) <= FAR else 0.0
    for row in range(1, rows.shape[0]):
        x = rows[row]
        for j in range(lanes):
            going[j] = going[j] if abs(x[j]) <= FAR else 0.0


@_part
def all_going(rows: Any, lanes: Any) -> Any:
    """Whether no value is far, infinite or NaN."""
    lost = 0.0
    for row in range(rows.shape[0]):
        x = rows[row]
        for j in range(lanes):
            lost += 0.0 if abs(x[j]) <= FAR else 1.0
    return lost == 0.0


@_part
def clear_lanes(rows: Any, lanes: Any, going: Any, value: Any) -> None:
    """Give every row `value` in the lanes that do not go on."""
    for row in range(rows.shape[0]):
        x = rows[row]
        for j in range(lanes):
            x[j] = x[j] if going[j] == 1.0 else value


@_part
def add_lane_sums(
    values: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, column: Any
) -> None:
    """Add the sum over each group's lanes to its entry of `column`, which begins with this block's first group."""
    for group in range(groups_from, groups_to):
        first = max(bounds[group], lo) - lo
        last = min(bounds[group + 1], hi) - lo
        own = values[first:last]  # an index that begins at 0 is known not to be negative
        total = 0.0
        for j in range(len(own)):
            total += own[j]
        column[group - groups_from] += total


@_part
def add_moments(
    walkers: Any, shift: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, sums: Any
) -> None:
    """Add to each group's sums how many walkers it has here, and their moments around `shift`: all must be going."""
    dimension = len(shift)
    for group in range(groups_from, groups_to):
        first = max(bounds[group], lo) - lo
        last = min(bounds[group + 1], hi) - lo
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


@_part
def add_moments_of_some(
    walkers: Any, going: Any, shift: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, sums: Any
) -> None:  # fmt: skip
    """The same where some walkers are lost."""
    dimension = len(shift)
    for group in range(groups_from, groups_to):
        first = max(bounds[group], lo) - lo
        last = min(bounds[group + 1], hi) - lo
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


@_part
def count_cells(
    cells: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any, histogram: Any
) -> None:
    """Count the cells by group; four copies keep successive additions to one bin from waiting for each other."""
    for group in range(groups_from, groups_to):
        first = max(bounds[group], lo) - lo
        last = min(bounds[group + 1], hi) - lo
        counts = histogram[group]
        own = cells[first:last]
        whole = 0
        if counts.shape[0] == 4:
            whole = len(own) // 4 * 4
            for j in range(0, whole, 4):
                counts[0, own[j]] += 1
                counts[1, own[j + 1]] += 1
                counts[2, own[j + 2]] += 1
                counts[3, own[j + 3]] += 1
        for j in range(whole, len(own)):
            counts[0, own[j]] += 1


@_part
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


@_part
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


@_part
def stop_arrived(
    walkers: Any, hits: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any,
    took: Any, passage: Any,
) -> None:  # fmt: skip
    """A walker for which the step left 1.0 in `hits` has arrived after `took` steps: it leaves the averages."""
    for group in range(groups_from, groups_to):
        first = max(bounds[group], lo) - lo
        last = min(bounds[group + 1], hi) - lo
        own = hits[first:last]
        arrived = 0.0
        for j in range(len(own)):
            arrived += own[j]
        if arrived > 0.0:
            passage[group, 0] += arrived
            passage[group, 1] += arrived * took
            passage[group, 2] += arrived * took * took
    for row in range(walkers.shape[0]):
        x = walkers[row]
        for j in range(lanes):
            x[j] = np.nan if hits[j] == 1.0 else x[j]


@_part
def record(
    walkers: Any, observed: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any, bounds: Any,
    axes: Any, window: Any, shift: Any, going: Any, cells: Any, histogram: Any, sums: Any,
) -> None:  # fmt: skip
    """Histogram, moments around `shift` and the observed values (already evaluated) of those who are not lost."""
    if all_going(walkers, lanes):
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


@_part
def advance_blocks(
    first_block: Any, last_block: Any, blocks: Any, bounds: Any, state: Any, streams: Any, memory: Any, rows: Any,
    step: Any, steps: Any, time: Any, recorded: Any, every: Any, dials: Any, shape: Any, sizes: Any,
    axes: Any, window: Any, shift: Any, draw_address: Any, step_address: Any,
    histogram: Any, sums: Any, flow: Any, displacement: Any, visits: Any, passage: Any, origin: Any,
    walkers: Any, kept: Any, ahead: Any, draws: Any, work: Any, going: Any, cells: Any, places: Any,
) -> Any:  # fmt: skip
    """`drive`, in arrays that it allocated: here no reference to an array is counted, which costs more than a look at
    all lanes of a block.
    """
    dimension = sizes[DIMENSION]
    round_steps = sizes[ROUND]
    observables = sizes[OBSERVABLES]
    draw_rows = round_steps * sizes[DRAWS]
    t = time
    end = step + steps
    for block in range(first_block, last_block):
        lo, hi, groups_from, groups_to = (
            blocks[block, 0],
            blocks[block, 1],
            blocks[block, 2],
            blocks[block, 3],
        )
        row = blocks[block, 4]
        own_sums = sums[row : row + groups_to - groups_from]
        own_flow = flow[row : row + groups_to - groups_from]
        lanes = hi - lo
        copy_lanes(state, lo, walkers, 0, lanes)
        copy_lanes(streams, lo, kept, 0, lanes)
        mine = memory[lo:hi]
        k = step
        t = time
        since = recorded
        while k < end:
            offset = k % round_steps
            whole = offset == 0 and end - k >= round_steps
            if not whole:
                copy_lanes(kept, 0, ahead, 0, lanes)
            random = kept if whole else ahead
            if draw_rows > 0:
                call_draw(
                    draw_address,
                    (draws, random, draw_rows, lanes, sizes[BATCH], shape),
                )
            while offset < round_steps and k < end:
                n = min(round_steps - offset, end - k)
                flowing = False
                if recorded >= 0:
                    wait = every - since % every
                    if sizes[FLOW] != 0 and (since + wait) // every % sizes[FLOW] == 0:
                        flowing = wait == 1
                        n = 1 if flowing else min(n, wait - 1)
                    else:
                        n = min(n, wait)
                if sizes[UNTIL] != 0:
                    n = 1
                if flowing:
                    copy_lanes(walkers[:dimension], 0, work, 0, lanes)
                t = call_step(
                    step_address,
                    (
                        walkers,
                        draws,
                        work,
                        random,
                        rows,
                        mine,
                        places,
                        dials,
                        sizes,
                        float(k),
                        t,
                        offset,
                        n,
                        lanes,
                        ADVANCE,
                    ),
                )
                k += n
                offset += n
                if sizes[UNTIL] != 0:
                    hits = work[sizes[UNTIL] - 1]
                    stop_arrived(
                        walkers,
                        hits,
                        lanes,
                        lo,
                        hi,
                        groups_from,
                        groups_to,
                        bounds,
                        float(k - origin),
                        passage,
                    )
                if recorded < 0:
                    continue
                since += n
                if flowing:
                    displacements(walkers, work, lanes, dimension, axes, window)
                    if sizes[ENTROPY] != 0:
                        call_step(
                            step_address,
                            (
                                walkers, draws, work, random, rows, mine, places, dials, sizes, float(k), t, offset,
                                n, lanes, FORCE,
                            ),
                        )  # fmt: skip
                    count_flow(
                        work, lanes, lo, hi, groups_from, groups_to, bounds, axes, window, going, cells,
                        dimension, sizes[ENTROPY] != 0, own_flow, displacement, visits,
                    )  # fmt: skip
                if since % every != 0:
                    continue
                if observables > 0:
                    call_step(
                        step_address,
                        (
                            walkers, draws, work, random, rows, mine, places, dials, sizes, float(k), t, offset, n,
                            lanes, OBSERVE,
                        ),
                    )  # fmt: skip
                record(
                    walkers, work[sizes[WORK] - observables :], lanes, lo, hi, groups_from, groups_to, bounds,
                    axes, window, shift, going, cells, histogram, own_sums,
                )  # fmt: skip
            if offset == round_steps:
                if not whole:
                    copy_lanes(ahead, 0, kept, 0, lanes)
                if k // round_steps % LOOKS == 0:
                    drop_far(walkers, lanes)
        copy_lanes(walkers, 0, state, lo, lanes)
        copy_lanes(kept, 0, streams, lo, lanes)
    return t


def drive(
    first_block: Any, last_block: Any, blocks: Any, bounds: Any, state: Any, streams: Any, memory: Any, rows: Any,
    step: Any, steps: Any, time: Any, recorded: Any, every: Any, dials: Any, shape: Any, sizes: Any,
    axes: Any, window: Any, shift: Any, draw_address: Any, step_address: Any,
    histogram: Any, sums: Any, flow: Any, displacement: Any, visits: Any, passage: Any, origin: Any,
) -> Any:  # fmt: skip
    """Advance the walkers of some blocks by `steps`; returns the time after them. See `SIGNATURE` for the arguments."""
    capacity = sizes[CAPACITY]
    return advance_blocks(
        first_block, last_block, blocks, bounds, state, streams, memory, rows,
        step, steps, time, recorded, every, dials, shape, sizes,
        axes, window, shift, draw_address, step_address,
        histogram, sums, flow, displacement, visits, passage, origin,
        np.empty((state.shape[0], capacity)),
        np.empty((2, capacity), np.uint32),
        np.empty((2, capacity), np.uint32),
        np.empty((max(sizes[ROUND] * sizes[DRAWS], 1), capacity), np.float32),
        np.zeros((sizes[WORK], capacity)),
        np.empty(capacity),
        np.empty(capacity, np.uint32),
        np.zeros((EXAMPLES_AT_ONCE, capacity), np.uint32),  # rows of lanes that no walker uses are read too
    )  # fmt: skip
