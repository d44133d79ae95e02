"""The block driver: every walker of a range of blocks, many steps, and what is recorded of them.

Compiled once for every model. What is special to a model, one step of one block, is the generated function behind
`step_address`; the random draws are behind `draw_address`. A block is some 512 walkers that stay in the first-level
cache while they take all the steps of a call. A *round* is a fixed stretch of steps whose draws are made at once; the
generators advance only when a round is complete, so where a call stops never matters: the rest of the round draws the
same again.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from sgdtui.simulate.driver.arrivals import any_arrived, stop_arrived
from sgdtui.simulate.driver.flow import count_flow, displacements, look_ahead
from sgdtui.simulate.driver.lanes import copy_lanes, drop_far, part, piece
from sgdtui.simulate.driver.layout import (
    ADVANCE,
    BATCH,
    CAPACITY,
    DIMENSION,
    DRAWS,
    ENTROPY,
    EXAMPLES_AT_ONCE,
    FLOW,
    FORCE,
    OBSERVABLES,
    OBSERVE,
    ROUND,
    UNTIL,
    WORK,
)
from sgdtui.simulate.driver.record import record
from sgdtui.simulate.machine.aligned import aligned_zeros
from sgdtui.simulate.machine.function_pointer import call_draw, call_step

types: Any = numba.types

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
    types.Array(types.int64, 3, "C"),  # displacement (groups, cells, …): then by axis, in units
    types.Array(types.float64, 2, "C"),  # passage (groups, PASSAGE_COLUMNS + …)
    types.intp,  # step at which the walkers were put at their start
)


@part
def advance_blocks(
    first_block: Any, last_block: Any, blocks: Any, bounds: Any, state: Any, streams: Any, memory: Any, rows: Any,
    step: Any, steps: Any, time: Any, recorded: Any, every: Any, dials: Any, shape: Any, sizes: Any,
    axes: Any, window: Any, shift: Any, draw_address: Any, step_address: Any,
    histogram: Any, sums: Any, flow: Any, displacement: Any, passage: Any, origin: Any,
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
            # A step that draws for itself leaves its generators where they are wherever a call stops.
            whole = draw_rows == 0 or (offset == 0 and end - k >= round_steps)
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
                    look_ahead(
                        work, lanes, lo, hi, groups_from, groups_to, bounds, axes, window, cells, displacement
                    )
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
                    if any_arrived(hits, lanes):
                        if observables > 0:
                            call_step(
                                step_address,
                                (
                                    walkers, draws, work, random, rows, mine, places, dials, sizes, float(k), t,
                                    offset, n, lanes, OBSERVE,
                                ),
                            )  # fmt: skip
                        stop_arrived(
                            walkers, hits, work[sizes[WORK] - observables :], lanes, lo, hi, groups_from, groups_to,
                            bounds, k - origin, passage,
                        )  # fmt: skip
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
                        dimension, sizes[ENTROPY] != 0, own_flow, displacement,
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
                    walkers[:dimension], work[sizes[WORK] - observables :], lanes, lo, hi, groups_from, groups_to,
                    bounds, axes, window, shift, going, cells, histogram, own_sums,
                )  # fmt: skip
            if offset == round_steps:
                if not whole:
                    copy_lanes(ahead, 0, kept, 0, lanes)
                if k // round_steps % LOOKS == 0:
                    drop_far(walkers[:dimension], lanes)
        copy_lanes(walkers, 0, state, lo, lanes)
        copy_lanes(kept, 0, streams, lo, lanes)
    return t


rows_of = piece(aligned_zeros)
"""Rows of lanes; those that no walker uses are read too."""


def drive(
    first_block: Any, last_block: Any, blocks: Any, bounds: Any, state: Any, streams: Any, memory: Any, rows: Any,
    step: Any, steps: Any, time: Any, recorded: Any, every: Any, dials: Any, shape: Any, sizes: Any,
    axes: Any, window: Any, shift: Any, draw_address: Any, step_address: Any,
    histogram: Any, sums: Any, flow: Any, displacement: Any, passage: Any, origin: Any,
) -> Any:  # fmt: skip
    """Advance the walkers of some blocks by `steps`; returns the time after them. See `SIGNATURE` for the arguments."""
    capacity = sizes[CAPACITY]
    end_walkers = state.shape[0]
    end_work = end_walkers + sizes[WORK]
    floats = rows_of(np.float64, end_work + 1, capacity)
    words = rows_of(np.uint32, 5 + EXAMPLES_AT_ONCE, capacity)
    return advance_blocks(
        first_block, last_block, blocks, bounds, state, streams, memory, rows,
        step, steps, time, recorded, every, dials, shape, sizes,
        axes, window, shift, draw_address, step_address,
        histogram, sums, flow, displacement, passage, origin,
        floats[:end_walkers],
        words[:2],
        words[2:4],
        rows_of(np.float32, max(sizes[ROUND] * sizes[DRAWS], 1), capacity),
        floats[end_walkers:end_work],
        floats[end_work],
        words[4],
        words[5:],
    )  # fmt: skip
