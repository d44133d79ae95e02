"""Run and tumble: half a pace to find the speed, a whole pace with it, walls turn round, then perhaps a new direction.

The pace is the midpoint rule, so that the flow keeps the measure dx/speed up to O(dt²); the direction is drawn afresh
with the exact probability 1 - exp(-rate·dt).
"""

from __future__ import annotations

import numpy as np

from sgdtui.expression import apply, constant, name
from sgdtui.model.experiment import Experiment
from sgdtui.model.space import Boundary
from sgdtui.model.tumble import TumbleSystem
from sgdtui.simulate.driver import rng
from sgdtui.simulate.form.writer import Text, Writer
from sgdtui.simulate.program import Program, sizes_of


class _TumbleWriter(Writer):
    grows_by_eta = False
    state_rows = 2  # position and direction

    def boundaries(self) -> tuple[Boundary, ...]:
        """Walls turn a runner round unless the line is a circle."""
        return tuple(
            wall if wall.kind == "periodic" else Boundary("reflect") for wall in super().boundaries()
        )

    def step(self, text: Text) -> None:
        """One pace of every walker."""
        system = self.experiment.system
        assert isinstance(system, TumbleSystem)
        own = self.own(0)
        periodic = self.boundaries()[0].kind == "periodic"
        text.open("for lane in range(lanes):")
        text.add(f"{own} = lane_{own}[lane]", f"direction = lane_speed_{own}[lane]")
        self.expressions(text, [(f"speed_{own}", system.speed)])
        text.add(f"mid_{own} = {own} + 0.5*dt*direction*speed_{own}")
        text.add(*self.wall_lines("mid_"))
        kept, self.names = self.names, self.names | {self.variables[0]: f"mid_{own}"}
        self.expressions(text, [(f"speed_mid_{own}", system.speed)], prefix="part_mid")
        self.names = kept
        text.add(f"new_{own} = {own} + dt*direction*speed_mid_{own}")
        text.add(*self.wall_lines("new_"))
        if not periodic:
            text.add(f"direction = -direction if turned_{own} else direction")
        kept, self.names = self.names, self.names | {self.variables[0]: f"new_{own}", "dt": "dt"}
        stays = apply("exp", constant(0.0) - system.rate * name("dt"))
        self.expressions(text, [("tumbling", 1.0 - stays)], prefix="part_turn")
        self.names = kept
        text.add("seed_a = streams[0, lane]", "seed_b = streams[1, lane]")
        text.add(
            *rng.next_word("word", "seed_a", "seed_b"), *rng.next_word("second_word", "seed_a", "seed_b")
        )
        text.add(
            "streams[0, lane] = seed_a",
            "streams[1, lane] = seed_b",
            "draw = (np.float64(word) + 0.5)*2.3283064365386963e-10",
            "drawn_direction = 1.0 if second_word >= SIGN else -1.0",
            f"lane_speed_{own}[lane] = drawn_direction if draw < tumbling else direction",
            f"lane_{own}[lane] = new_{own}",
        )
        text.close()
        if self.experiment.until is not None:
            self.arrival_lines(text)


def tumble_program(experiment: Experiment) -> Program:
    """The program of a run-and-tumble system."""
    writer = _TumbleWriter(experiment, experiment.values)
    text = Text()
    text.add(*writer.lanes_of())
    writer.observe_section(text)
    writer.step_loop(text, writer.step)
    return Program(
        source=writer.assemble(text, f"Run and tumble along {writer.own(0)}."),
        law=None,
        law_shape=0.0,
        state_rows=2,
        round_steps=1,
        draws=0,
        dials=np.array(list(writer.dials.values())),
        rows=np.zeros((1, 1)),
        directions=True,
        sizes=sizes_of(
            experiment,
            round_steps=1,
            draws=0,
            work_rows=writer.work_rows,
            entropy=False,
            until_row=writer.until_row,
        ),
    )
