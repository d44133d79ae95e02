"""Run-and-tumble on a line: its exact stationary law.

Right- and left-movers obey 0 = -∂(v p±) ∓ (r/2)(p+ - p-). Walls that reverse the direction (or a ring) stop the
current where v is symmetric, so p+ = p- and v p is constant: p ∝ 1/v, whatever the rate r(x) > 0 of tumbling.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.tumble import TumbleSystem
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.numerics.gauss_panels import Panels, panels
from sgdtui.predict.numerics.generator import slowest_time
from sgdtui.predict.numerics.panel_density import LineLaw, first_cut, observables_on
from sgdtui.predict.prediction import Absence, Prediction

NAME = "fokker-planck"
_SWIMMERS = 120


def tumbling(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The stationary law p ∝ 1/speed on bins `edges`; absent on an open line or where the speed is not positive."""
    system = cast(TumbleSystem, experiment.system)
    (wall,) = walls(experiment, edges)
    (variable,) = system.variables
    if {"k", "t"} & (system.speed.names | system.rate.names):
        return Absence(NAME, "unsettled", "the speed or the rate changes with time")
    if not wall.closed:
        return Absence(NAME, "not normalisable", "on an open line the swimmers leave")
    observed = observables_on(experiment, variable)

    def evaluate_at(x: Array) -> Array:
        speed = np.broadcast_to(evaluate(system.speed, {**experiment.values, variable: x}), x.shape)
        with np.errstate(all="ignore"):
            return np.column_stack([np.log(speed), observed(x)])

    def log_density(cut: Panels) -> Array:
        return -cut.values[..., 0]

    grid = np.linspace(edges[0][0], edges[0][-1], 1025)
    names: dict[str, Array | float] = {**experiment.values, variable: grid}
    speed = np.broadcast_to(evaluate(system.speed, names), grid.shape)
    rate = np.broadcast_to(evaluate(system.rate, names), grid.shape)
    if not np.all(speed > 0):
        return Absence(NAME, "not normalisable", "swimmers stop where the speed is zero")
    if not np.all(rate >= 0) or not np.any(rate > 0):
        return Absence(NAME, "unsettled", "nothing ever tumbles, so the start is never forgotten")
    cut, logarithm = panels(first_cut(edges[0], wall), evaluate_at, log_density)
    law = LineLaw.of(cut, logarithm, cut.values[..., 1:], closed=True)
    prediction = law.prediction(NAME, edges[0], experiment)
    return replace(prediction, current=np.zeros((1, len(edges[0]) - 1)), entropy_production=None)


def tumbling_time(experiment: Experiment) -> float | None:
    """One over the gap, in units of t, by upwind cells for movers to the right and to the left."""
    system = cast(TumbleSystem, experiment.system)
    domain = experiment.space.domain
    low, high = domain[0] if domain is not None else (0.0, 1.0)
    (wall,) = walls(experiment, (np.array([low, high]),))
    if not wall.closed:
        return None
    grid = np.linspace(wall.low, wall.high, _SWIMMERS + 1)
    width = grid[1] - grid[0]
    names: dict[str, Array | float] = {**experiment.values, system.variables[0]: (grid[1:] + grid[:-1]) / 2}
    speed = np.broadcast_to(evaluate(system.speed, {**names, system.variables[0]: grid}), grid.shape) / width
    turn = np.broadcast_to(evaluate(system.rate, names), _SWIMMERS) / 2
    n = _SWIMMERS
    matrix = np.zeros((2 * n, 2 * n))
    for cell in range(n):
        ahead = cell + 1 if cell + 1 < n else (0 if wall.kind == "periodic" else n + cell)
        behind = n + cell - 1 if cell > 0 else (2 * n - 1 if wall.kind == "periodic" else cell)
        for source, target, rate in (
            (cell, ahead, speed[cell + 1]),
            (n + cell, behind, speed[cell]),
            (cell, n + cell, turn[cell]),
            (n + cell, cell, turn[cell]),
        ):
            matrix[target, source] += rate
            matrix[source, source] -= rate
    return slowest_time(matrix)
