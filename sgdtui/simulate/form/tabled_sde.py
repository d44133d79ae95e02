"""The SDE over columns drawn afresh for one weight whose loss has kinks: drift and variance from a fine table.

A few quadrature nodes would make a staircase of them. The table is read off the exact means; between its places both
are taken linear, and beyond its ends they go on as they went.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.drawn_fields import needs_cuts
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.sample import SampleSystem
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.simulate.driver.draws import MULTIPLE
from sgdtui.simulate.form.rounds import steps_in_round
from sgdtui.simulate.form.square_root import root_of
from sgdtui.simulate.form.writer import Text, Writer
from sgdtui.simulate.program import Program, Unsupported, sizes_of

_PLACES = 2**16 + 1
_WINDOWS = 4.0
_DEVIATIONS = 8.0


def is_tabled(experiment: Experiment) -> bool:
    """Whether the SDE of a sample system is simulated from a table."""
    system = experiment.system
    return isinstance(system, SampleSystem) and system.dimension == 1 and needs_cuts(system)


class TabledSdeWriter(Writer):
    """dx = -g dt + sqrt(eta·factor·Σ) dW with g and Σ looked up."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(experiment, experiment.values)
        if self.dynamics.momentum != 0.0:
            raise Unsupported("momentum belongs to sgd")
        if self.dynamics.convention != 0.0:
            raise Unsupported("over data the SDE is simulated in the Itô convention only")
        self.dials["scale"] = math.sqrt(self.dynamics.dt * max(experiment.noise_scale, 0.0))
        self.low, self.high = _reach(experiment)
        self.dials["low_table"] = self.low
        self.dials["inverse_table"] = (_PLACES - 1) / (self.high - self.low)

    def program(self) -> Program:
        """The program of the experiment."""
        text = Text()
        text.add(*self.lanes_of())
        self.observe_section(text)
        self.step_loop(text, self._step)
        round_steps = steps_in_round(1, MULTIPLE["gaussian"])
        return Program(
            source=self.assemble(
                text, f"Euler steps of the SDE of SGD over drawn columns, in {self.own(0)}."
            ),
            law="gaussian",
            law_shape=0.0,
            state_rows=self.state_rows,
            round_steps=round_steps,
            draws=1,
            dials=np.array(list(self.dials.values())),
            rows=self._table(),
            sizes=sizes_of(
                self.experiment,
                round_steps=round_steps,
                draws=1,
                work_rows=self.work_rows,
                entropy=False,
                until_row=self.until_row,
            ),
        )

    def _table(self) -> NDArray[np.float64]:
        """The mean gradient and Σ at equal distances, (places, 2)."""
        found = fields(self.experiment)
        places = np.linspace(self.low, self.high, _PLACES)[:, None]
        with np.errstate(all="ignore"):
            columns = [found.gradient(places)[:, 0], np.maximum(found.covariance(places)[:, 0, 0], 0.0)]
        return np.ascontiguousarray(np.column_stack(columns))

    def _step(self, text: Text) -> None:
        if self.dynamics.swarm:
            self.swarm_means(text)
        own, last = self.own(0), _PLACES - 2
        text.add("amplitude = math.sqrt(eta)*scale", f"draw_{own} = draws[first + step]")
        text.open("for lane in range(lanes):")
        text.add(
            f"{own} = lane_{own}[lane]",
            f"place = ({own} - low_table)*inverse_table",
            "held = place if place > 0.0 else 0.0",
            f"held = held if held < {last}.0 else {last}.0",
            "row = int64(held)",
            "share = place - row",
            "slope = rows[row, 0] + share*(rows[row + 1, 0] - rows[row, 0])",
            "variance_0 = rows[row, 1] + share*(rows[row + 1, 1] - rows[row, 1])",
            "sd_0 = float32(variance_0)",
            f"kick_0 = amplitude*({root_of('sd_0', -1.0)}*draw_{own}[lane])",
            f"drift_{own} = -slope",
        )
        self.move(text, {0: f"drift_{own}"}, {0: "kick_0"})
        text.close()
        if self.experiment.until is not None:
            self.arrival_lines(text)


def _reach(experiment: Experiment) -> tuple[float, float]:
    """The ends of the table: the window and the start, and a few windows to either side."""
    assert experiment.space.domain is not None
    low, high = experiment.space.domain[0]
    start = experiment.start
    if isinstance(start, At):
        ends = (start.point[0], start.point[0])
    elif isinstance(start, Uniform):
        ends = start.box[0]
    else:
        assert isinstance(start, Normal)
        spread = _DEVIATIONS * start.deviation[0]
        ends = (start.mean[0] - spread, start.mean[0] + spread)
    low, high = min(low, *ends), max(high, *ends)
    margin = _WINDOWS * (high - low)
    return float(low - margin), float(high + margin)
