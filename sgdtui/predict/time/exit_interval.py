"""Where walkers stop: the stretch of the line on which the condition `until` does not hold yet."""

from __future__ import annotations

from collections.abc import Callable
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

Condition = Callable[[Array], NDArray[np.bool_]]


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
    boundary, domain = experiment.space.boundaries[0], experiment.space.domain
    if boundary.kind == "periodic":
        return None
    walls = (-np.inf, np.inf)
    if boundary.kind == "reflect" and domain is not None:
        walls = (float(domain[0][0]), float(domain[0][1]))
    holds = _condition(experiment)
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
        ends.append(_onset(holds, float(x[first - 1]), float(x[first])))
        exits.append(True)
    return Exit(ends[0], ends[1], exits[0], exits[1]) if any(exits) else None


def live_stretches(experiment: Experiment, low: float, high: float) -> list[tuple[float, float]]:
    """All stretches between low and high on which `until` does not hold, to the last digit."""
    holds = _condition(experiment)
    x = np.linspace(low, high, _SCAN)
    held = holds(x)
    changes = np.flatnonzero(held[1:] != held[:-1])
    ends = [
        _onset(holds, float(x[i]), float(x[i + 1]))
        if held[i + 1]
        else _onset(holds, float(x[i + 1]), float(x[i]))
        for i in changes
    ]
    cuts = [low, *ends, high]
    first = 1 if held[0] else 0
    return [(a, b) for a, b in zip(cuts[first::2], cuts[first + 1 :: 2], strict=False) if a < b]


def _condition(experiment: Experiment) -> Condition:
    until, variable = experiment.until, experiment.variables[0]
    assert until is not None

    def holds(x: Array) -> NDArray[np.bool_]:
        with np.errstate(all="ignore"):
            value = evaluate(until, {**experiment.values, variable: x})
        return np.broadcast_to(np.asarray(value != 0), x.shape)

    return holds


def _onset(holds: Condition, inner: float, outer: float) -> float:
    """The place between `inner`, where it does not hold, and `outer`, where it does, from which on it does."""
    for _ in range(200):
        middle = (inner + outer) / 2
        if middle in (inner, outer):
            break
        if holds(np.array([middle]))[0]:
            outer = middle
        else:
            inner = middle
    return outer
