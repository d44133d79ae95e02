"""Hops on a row of states: the continuous-time chain, exactly (Gillespie), looked at every `dt`.

Waiting times have no memory, so the clock may be started anew at every look.
"""

from __future__ import annotations

import numpy as np

from sgdtui.model.experiment import Experiment
from sgdtui.model.hops import HopSystem
from sgdtui.simulate.driver import rng
from sgdtui.simulate.form.writer import Text, Writer
from sgdtui.simulate.program import Program, Unsupported, sizes_of


class _HopWriter(Writer):
    grows_by_eta = False

    def step(self, text: Text) -> None:
        """All hops of every walker within dt."""
        own = self.own(0)
        text.open("for lane in range(lanes):")
        text.add(f"{own} = lane_{own}[lane]")
        text.open(f"if {own} != {own}:")
        text.add("continue")
        text.close()
        text.add("seed_a = streams[0, lane]", "seed_b = streams[1, lane]")
        text.add(f"place = int64({own})", "rest = dt")
        text.open("while True:")
        text.add("up = rows[0, place]", "down = rows[1, place]")
        text.add(*rng.next_word("word", "seed_a", "seed_b"))
        text.add("draw = (float(word) + 0.5)*2.3283064365386963e-10")
        text.open("if rest == dt and draw < rows[2, place]:  # no hop in all of dt: no logarithm needed")
        text.add("break")
        text.close()
        text.add("rest += math.log(draw)/(up + down)")
        text.open("if not rest > 0.0:")
        text.add("break")
        text.close()
        text.add(*rng.next_word("word", "seed_a", "seed_b"))
        text.add("place += 1 if (float(word) + 0.5)*2.3283064365386963e-10*(up + down) < up else -1")
        text.close()
        text.add(f"lane_{own}[lane] = float(place)", "streams[0, lane] = seed_a", "streams[1, lane] = seed_b")
        text.close()
        if self.experiment.until is not None:
            self.arrival_lines(text)


def hops_program(experiment: Experiment) -> Program:
    """The program of a hop system. Raises Unsupported for rates that are negative or change with time."""
    system = experiment.system
    assert isinstance(system, HopSystem)
    if system.rate.names & {"k", "t"}:
        raise Unsupported("hop rates that change with k or t are not simulated")
    up, down = system.hop_rates(experiment.values)
    rates = np.stack([up, down, np.exp(-(up + down) * experiment.dynamics.dt)])
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        raise Unsupported("every hop rate must be a number, zero or above")
    writer = _HopWriter(experiment, experiment.values)
    text = Text()
    text.add(*writer.lanes_of())
    writer.observe_section(text)
    writer.step_loop(text, writer.step)
    return Program(
        source=writer.assemble(
            text, f"Hops on the states 0 to {system.states - 1}, every waiting time drawn."
        ),
        law=None,
        law_shape=0.0,
        state_rows=1,
        round_steps=1,
        draws=0,
        dials=np.array(list(writer.dials.values())),
        rows=np.ascontiguousarray(rates),
        sizes=sizes_of(
            experiment,
            round_steps=1,
            draws=0,
            work_rows=writer.work_rows,
            entropy=False,
            until_row=writer.until_row,
        ),
    )
