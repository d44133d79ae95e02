"""Where walkers stop: the stretch of the line on which the condition `until` does not hold yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.sde import Diffusion, diffusion
from sgdtui.predict.numerics.panel_density import FAR
from sgdtui.predict.prediction import Absence

_SCAN = 20_001


@dataclass(frozen=True, slots=True)
class Exit:
    """The stretch of the line on which walkers still run: where it ends, and which ends are exits (else walls)."""

    low: float
    high: float
    low_exit: bool
    high_exit: bool


def passage_process(experiment: Experiment) -> Diffusion | None:
    """The SDE whose passage is asked for, or None where there is none on the line."""
    if experiment.dimension != 1 or experiment.until is None or experiment.until.names & {"k", "t"}:
        return None
    found = diffusion(experiment, "fokker-planck")
    return None if isinstance(found, Absence) else found


def exit_stretch(experiment: Experiment, start: float) -> Exit | None:
    """The interval about the start on which `until` does not hold; None on a ring or where it never holds."""
    assert experiment.until is not None
    until = experiment.until
    boundary, domain = experiment.space.boundaries[0], experiment.space.domain
    if boundary.kind == "periodic":
        return None
    walls = (-np.inf, np.inf)
    if boundary.kind == "reflect" and domain is not None:
        walls = (float(domain[0][0]), float(domain[0][1]))
    variable = experiment.variables[0]

    def holds(x: Array) -> NDArray[np.bool_]:
        return np.asarray(evaluate(until, {**experiment.values, variable: x}) != 0)

    if holds(np.array([start]))[0]:
        return Exit(start, start, True, True)
    width = domain[0][1] - domain[0][0] if domain is not None else 10.0
    ends: list[float] = []
    exits: list[bool] = []
    for side, wall in zip((-1.0, 1.0), walls, strict=True):
        reach = np.concatenate([np.linspace(0, 3 * width, _SCAN), np.geomspace(3 * width, FAR, 2001)[1:]])
        x = start + side * reach
        x = x[(x >= walls[0]) & (x <= walls[1])]
        held = holds(x)
        if not held.any():
            ends.append(wall)
            exits.append(False)
            continue
        first = int(np.argmax(held))
        inner, outer = x[first - 1], x[first]
        for _ in range(200):
            middle = (inner + outer) / 2
            if middle in (inner, outer):
                break
            if holds(np.array([middle]))[0]:
                outer = middle
            else:
                inner = middle
        ends.append(float(outer))
        exits.append(True)
    return Exit(ends[0], ends[1], exits[0], exits[1]) if any(exits) else None
