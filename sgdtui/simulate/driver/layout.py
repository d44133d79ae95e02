"""What the driver and a generated step agree on: the entries of `sizes`, and what a step is asked for."""

from __future__ import annotations

ADVANCE, OBSERVE, FORCE = 0, 1, 2
"""Take steps; put the observed expressions in `work`; put the entropy of a displacement in `work`."""

(
    DIMENSION,  # coordinates, d
    BATCH,  # examples or draws averaged in a step
    ROUND,  # steps in a round
    DRAWS,  # rows of draws that a step uses
    CAPACITY,  # lanes in a row: those of a block and some padding
    WORK,  # rows of `work`
    OBSERVABLES,  # observed expressions
    FLOW,  # displacements are counted before every FLOW-th record, or never: 0
    ENTROPY,  # 1: entropy production too
    UNTIL,  # 1 + the row of `work` where a step marks arrivals, or 0
    SWARM,  # workers in a swarm, or 1
    EXAMPLES,  # rows of the data, or 0
    BORN,  # the step at which the walkers were put at their start
) = range(13)
SIZES = 13

BLOCK = 544
"""Most lanes in a block: three or four rows of them stay in a first-level cache, and 100 000 walkers in 64 groups make
blocks of about that length.
"""

EXAMPLES_AT_ONCE = 16
"""Examples whose rows are chosen for all lanes before any is read."""

PADDING = 16
"""Lanes that no walker uses, so that rows do not lie a power of two apart and fight for the same cache lines."""

COPIES = 4
"""Copies of a one-dimensional histogram, so that successive additions to one bin do not wait for each other."""

FLOW_STRIDE = {1: 8, 2: 4}
"""Flow is counted before every so manieth record, by dimension: displacements by bin cost more than a step."""

DISPLACEMENT_UNITS, FARTHEST_UNITS = 2.0**32, 2.0**44
"""Displacements are counted in whole numbers of the window's length over 2³², one of more than 4096 lengths as that."""

FLOW_COLUMNS = {1: 2, 2: 4}
"""Whole numbers for each cell, by drawn axes: visits, then displacements; a cell lies within one line of the cache."""

ARRIVED, STEPS, STEPS_SQUARED = range(3)
"""First columns of the passages of a group: arrivals, the sum of their steps, and of the squares."""

ARRIVAL_BINS = 160
"""Bins of the steps that arrivals took: 1, 2, 3, then four equal parts of every octave from 4 on."""

FIRST_ARRIVAL_BIN = 3
"""The column of the first bin: arrivals in each, then the steps that they took, then for each observed expression its
sum over them.
"""

PASSAGE_COLUMNS = FIRST_ARRIVAL_BIN + 2 * ARRIVAL_BINS
"""Columns of the passages of a group before those of the observed expressions."""

LINE = 64
"""Bytes in a line of the cache, and in the widest vector."""
