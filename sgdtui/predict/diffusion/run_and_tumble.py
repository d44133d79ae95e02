"""Run-and-tumble on a line: its exact stationary law.

Right- and left-movers obey 0 = -∂(v p±) ∓ (r/2)(p+ - p-). Walls that reverse the direction (or a ring) stop the
current where v is symmetric, so p+ = p- and v p is constant: p ∝ 1/v, whatever the rate r(x) > 0 of tumbling.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.tumble import TumbleSystem
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.numerics.gauss_panels import Panels, panels
from sgdtui.predict.numerics.panel_density import LineLaw, first_cut, observables_on
from sgdtui.predict.prediction import Absence, Prediction

NAME = "fokker-planck"


def tumbling(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The stationary law p ∝ 1/speed on bins `edges`; absent on an open line or where the speed is not positive."""
    system = experiment.system
    assert isinstance(system, TumbleSystem)
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
