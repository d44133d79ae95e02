"""The step of a model as the text of a kernel: one generator for every form, read like code that a person wrote.

The generated function (signature: `sgdtui.simulate.address.STEP_SIGNATURE`) advances the walkers of one block by a
few steps, in place. Walkers lie in rows (coordinates, then velocities) of lanes; every loop over lanes is
straight-line arithmetic, so that it becomes vector instructions. Numbers that a person can turn are read from
`dials`, so that turning one never recompiles.

State is float64. Draws, and the square root of Σ that they are multiplied with, are float32: an amplitude has a
relative resolution of 6e-8, and is 0 where Σ is below 1e-38 (unless Σ is written as a square, whose root is exact).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.simulate.sizes import (
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
    the rows of the state, `round_steps` the steps whose draws are made at once, `rows` is the data (columns, n).
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
) -> NDArray[np.int64]:
    """The `sizes` that the driver reads."""
    swarm = experiment.dynamics.swarm.size if experiment.dynamics.swarm else 1
    sizes = np.zeros(SIZES, dtype=np.int64)
    sizes[DIMENSION] = experiment.dimension
    sizes[BATCH] = experiment.dynamics.batch
    sizes[ROUND] = round_steps
    sizes[DRAWS] = draws
    sizes[CAPACITY] = max(BLOCK, swarm) + PADDING
    sizes[WORK] = work_rows + len(experiment.observe)
    sizes[OBSERVABLES] = len(experiment.observe)
    sizes[FLOW] = FLOW_STRIDE.get(experiment.dimension, 0) if experiment.until is None else 0
    sizes[ENTROPY] = int(entropy and sizes[FLOW] > 0)
    sizes[UNTIL] = until_row + 1 if experiment.until is not None else 0
    sizes[SWARM] = swarm
    sizes[EXAMPLES] = examples
    return sizes


def program(experiment: Experiment) -> Program:
    """The kernel of an experiment.

    Raises:
        Unsupported: this engine does not simulate the system, or not with these dynamics.
        ValueError: the experiment has no domain yet.
    """
    if experiment.space.domain is None:
        raise ValueError("the window (space.domain) must be known before walkers can be counted")
    match experiment.system.form:
        case "gradient" | "drift":
            from sgdtui.simulate.form.symbolic import symbolic_program

            return symbolic_program(experiment)
        case "sample":
            from sgdtui.simulate.form.sample import sample_program

            return sample_program(experiment)
        case "hops":
            from sgdtui.simulate.form.hops import hops_program

            return hops_program(experiment)
        case _:
            from sgdtui.simulate.form.tumble import tumble_program

            return tumble_program(experiment)
