"""A kernel and all that it is run with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.simulate.driver.layout import (
    BATCH,
    BLOCK,
    CAPACITY,
    DIMENSION,
    DRAWS,
    ENTROPY,
    EXAMPLES,
    FLOW,
    FLOW_STRIDE,
    OBSERVABLES,
    PADDING,
    ROUND,
    SIZES,
    SWARM,
    UNTIL,
    WORK,
)


class Unsupported(ValueError):
    """A form, law or combination that this engine does not simulate; the message says which, in one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A kernel and all that it is run with.

    `source` is the text; equal text, law and shapes mean that only `dials` (and the batch) differ. `state_rows` counts
    the rows of the state, `round_steps` the steps whose draws are made at once, `rows` is the data (columns, n). With
    `directions` the second row of the state is a direction, +1 or -1, which every other walker starts with. `examples`
    counts those that every step of every walker goes through, where it takes means over them.
    """

    source: str
    law: str | None
    law_shape: float
    state_rows: int
    round_steps: int
    draws: int
    dials: NDArray[np.float64]
    rows: NDArray[np.float64]
    sizes: NDArray[np.int64]
    memory_columns: int = 0
    directions: bool = False
    examples: int = 0

    @property
    def structure(self) -> tuple[object, ...]:
        """What must be equal for one program's walkers to go on under another's dials."""
        return (
            self.source,
            self.law,
            self.state_rows,
            self.round_steps,
            self.rows.shape,
            self.memory_columns,
        )


def sizes_of(
    experiment: Experiment,
    *,
    round_steps: int,
    draws: int,
    work_rows: int,
    entropy: bool,
    until_row: int,
    examples: int = 0,
    block: int = BLOCK,
) -> NDArray[np.int64]:
    """The `sizes` that the driver reads; `block` is the most lanes in a block."""
    swarm = experiment.dynamics.swarm.size if experiment.dynamics.swarm else 1
    sizes = np.zeros(SIZES, dtype=np.int64)
    sizes[DIMENSION] = experiment.dimension
    sizes[BATCH] = experiment.dynamics.batch
    sizes[ROUND] = round_steps
    sizes[DRAWS] = draws
    sizes[CAPACITY] = max(block, swarm) + PADDING
    sizes[WORK] = work_rows + len(experiment.observe)
    sizes[OBSERVABLES] = len(experiment.observe)
    sizes[FLOW] = FLOW_STRIDE.get(experiment.dimension, 0) if experiment.until is None else 0
    sizes[ENTROPY] = int(entropy and sizes[FLOW] > 0)
    sizes[UNTIL] = until_row + 1 if experiment.until is not None else 0
    sizes[SWARM] = swarm
    sizes[EXAMPLES] = examples
    return sizes
