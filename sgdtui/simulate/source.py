"""The step of a model as the text of a kernel: one generator for every form, read like code that a person wrote.

The generated function (signature: `sgdtui.simulate.address.STEP_SIGNATURE`) advances the walkers of one block by a few
steps, in place. Walkers lie in rows (coordinates, then velocities) of lanes; every loop over lanes is straight-line
arithmetic, so that it becomes vector instructions. Numbers that a person can turn are read from `dials`, so that turning
one never recompiles.

State is float64. Draws, and the square root of Σ that they are multiplied with, are float32: an amplitude has a relative
resolution of 6e-8, and is 0 where Σ is below 1e-38 (unless Σ is written as a square, whose root is taken exactly).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sgdtui.expression import Expression
from sgdtui.expression.source import straight_line
from sgdtui.model.experiment import Experiment
from sgdtui.model.space import Boundary
from sgdtui.simulate.identifiers import identifiers
from sgdtui.simulate.sizes import (
    BATCH,
    BLOCK,
    DIMENSION,
    DRAWS,
    ENTROPY,
    FLOW,
    OBSERVABLES,
    ROUND,
    SIZES,
    UNTIL,
    WORK,
)

HEAD = (
    "def kernel(walkers, draws, work, streams, rows, memory, dials, sizes, k, t, first, steps, lanes, mode):"
)


class Unsupported(ValueError):
    """A form, law or combination that this engine does not simulate; the message says which, in one sentence."""


@dataclass(slots=True)
class Text:
    """Lines with their indentation."""

    lines: list[str] = field(default_factory=list)
    depth: int = 1

    def add(self, *lines: str) -> None:
        """Append lines at the present depth."""
        self.lines.extend("    " * self.depth + line if line else "" for line in lines)

    def open(self, line: str) -> None:
        """Append a line that begins a block, and go one deeper."""
        self.add(line)
        self.depth += 1

    def close(self) -> None:
        """Come one back out."""
        self.depth -= 1


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
    work_rows: int
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


class Writer:
    """What the writers of the single forms share: names, dials, walls, and the sections of the kernel."""

    def __init__(self, experiment: Experiment, values: dict[str, float]) -> None:
        self.experiment = experiment
        self.dynamics = experiment.dynamics
        self.variables = experiment.variables
        self.dimension = experiment.dimension
        self.values = values
        self.names = identifiers([*self.variables, *values]) | {"k": "k", "t": "t"}
        self.dials: dict[str, float] = {
            "eta": self.dynamics.eta,
            "dt": self.dynamics.dt,
            "momentum": self.dynamics.momentum,
            "convention": self.dynamics.convention,
            "coupling": self.dynamics.swarm.coupling if self.dynamics.swarm else 0.0,
        }
        if self.dynamics.schedule is not None:
            self.dials["eta_0"] = self.dials.pop("eta")
        for axis, interval in self._walled():
            own = self.own(axis)
            self.dials[f"low_{own}"] = interval[0]
            self.dials[f"length_{own}"] = interval[1] - interval[0]
            self.dials[f"inverse_{own}"] = 1.0 / (interval[1] - interval[0])
        self.dials |= {self.names[name]: value for name, value in values.items()}

    def own(self, coordinate: int) -> str:
        """The identifier of a coordinate."""
        return self.names[self.variables[coordinate]]

    def _walled(self) -> list[tuple[int, tuple[float, float]]]:
        space = self.experiment.space
        assert space.domain is not None
        return [
            (axis, interval)
            for axis, interval, boundary in zip(space.axes, space.domain, self.boundaries(), strict=True)
            if boundary.kind != "open"
        ]

    def boundaries(self) -> tuple[Boundary, ...]:
        """One wall an axis (a single one given stands for all)."""
        space = self.experiment.space
        given = space.boundaries
        return given * len(space.axes) if len(given) == 1 else given

    def wall_lines(self, suffix: str = "", velocities: bool = False, flips: bool = True) -> list[str]:
        """Fold or wrap the coordinates `{suffix}{own}` back into the window; any number of times in one step."""
        lines: list[str] = []
        for axis, boundary in zip(self.experiment.space.axes, self.boundaries(), strict=True):
            kind = boundary.kind
            own, x = self.own(axis), suffix + self.own(axis)
            if kind == "periodic":
                lines += [
                    f"fold_{own} = ({x} - low_{own})*inverse_{own}",
                    f"{x} = low_{own} + (fold_{own} - np.floor(fold_{own}))*length_{own}",
                ]
            elif kind == "reflect":
                lines += [
                    f"fold_{own} = ({x} - low_{own})*inverse_{own}",
                    f"fold_{own} = fold_{own} - 2.0*np.floor(0.5*fold_{own})",
                    f"turned_{own} = fold_{own} > 1.0",
                    f"{x} = low_{own} + (2.0 - fold_{own} if turned_{own} else fold_{own})*length_{own}",
                ]
                flipped = [suffix + self.own(other) for other in boundary.flips] if flips else []
                if velocities:
                    flipped.append(f"speed_{own}")
                lines += [f"{v} = -{v} if turned_{own} else {v}" for v in flipped]
        return lines

    # --- sections

    def step_loop(self, text: Text, body: Callable[[Text], None], names_eta: bool) -> None:
        """The loop over steps around `body`, with the learning rate of each step and the clock."""
        text.open("for step in range(steps):")
        schedule = self.dynamics.schedule
        if schedule is not None and names_eta:
            block = straight_line([("eta", schedule)], self.names | {"eta": "eta_0"}, (), prefix="rate")
            text.add("# the learning rate of this step", *block.uniform)
        body(text)
        grows = "eta" if self.grows_by_eta else "dt"
        text.add(f"t += {grows}", "k += 1.0")
        text.close()

    @property
    def grows_by_eta(self) -> bool:
        """Whether time grows by the learning rate (sgd) rather than by dt."""
        return not self.dynamics.is_sde

    def lanes_of(self, rows: int) -> list[str]:
        """Lines that name the rows of the state."""
        lines = [f"lane_{self.own(c)} = walkers[{c}]" for c in range(self.dimension)]
        if rows > self.dimension:
            lines += [
                f"lane_speed_{self.own(c)} = walkers[{self.dimension + c}]"
                for c in range(rows - self.dimension)
            ]
        return lines

    def load(self, expressions: list[Expression]) -> list[str]:
        """Lines that read the coordinates which some expressions use."""
        used = {name for expression in expressions for name in expression.names}
        return [
            f"{self.own(c)} = lane_{self.own(c)}[lane]" for c, v in enumerate(self.variables) if v in used
        ]

    def expressions(self, text: Text, targets: list[tuple[str, Expression]], prefix: str = "part") -> None:
        """Evaluate expressions of a lane inside the loop that is open; whatever is uniform goes before the loop."""
        block = straight_line(targets, self.names, self.variables, prefix)
        self.before_loop(text, block.uniform)
        text.add(*block.lanes)

    def before_loop(self, text: Text, lines: list[str]) -> None:
        """Insert lines before the innermost open loop over lanes."""
        at = max(i for i, line in enumerate(text.lines) if line.strip() == "for lane in range(lanes):")
        indent = "    " * (text.depth - 1)
        text.lines[at:at] = [indent + line for line in lines]

    def observe_section(self, text: Text) -> None:
        """The observed expressions, each into its row of `work`."""
        observe = self.experiment.observe
        if not observe:
            return
        text.open("if mode == OBSERVE:")
        for row, (label, expression) in enumerate(observe):
            text.add(f"# {_comment(label)}: {_comment(expression.text)}", f"sd_{row} = work[{row}]")
            text.open("for lane in range(lanes):")
            text.add(*self.load([expression]))
            self.expressions(text, [(f"part_{row}_value", expression)], f"part_{row}")
            text.add(f"sd_{row}[lane] = part_{row}_value")
            text.close()
        text.add("return t")
        text.close()

    def arrival_lines(self, text: Text, row: int) -> None:
        """Mark in `work` the walkers for which `until` holds now."""
        until = self.experiment.until
        assert until is not None
        text.add(f"# until {_comment(until.text)}", f"arrived = work[{row}]")
        text.open("for lane in range(lanes):")
        first = self.own(0)
        text.add(*self.load([until]))
        if self.variables[0] not in until.names:
            text.add(f"{first} = lane_{first}[lane]")
        self.expressions(text, [("hit", until)], "part_until")
        text.add(f"arrived[lane] = hit if {first} == {first} else 0.0")
        text.close()

    def assemble(self, text: Text, title: str) -> str:
        """The whole function, with only those dials unpacked that its body names."""
        body = "\n".join(text.lines)
        words = set(re.findall(r"\w+", body))
        used = [f"    {name} = dials[{i}]" for i, name in enumerate(self.dials) if name in words]
        return "\n".join([HEAD, f'    """{title}"""', *used, body, "    return t", ""])


def _comment(text: str) -> str:
    """Text from a preset as it may stand in a comment: one line, printable."""
    return "".join(c if c.isprintable() else " " for c in text)[:100]


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
    from sgdtui.simulate.sizes import CAPACITY, EXAMPLES, SWARM

    swarm = experiment.dynamics.swarm.size if experiment.dynamics.swarm else 1
    sizes = np.zeros(SIZES, dtype=np.int64)
    sizes[DIMENSION] = experiment.dimension
    sizes[BATCH] = experiment.dynamics.batch
    sizes[ROUND] = round_steps
    sizes[DRAWS] = draws
    sizes[CAPACITY] = max(BLOCK, swarm)
    sizes[WORK] = max(work_rows, 2 * experiment.dimension + 1, len(experiment.observe), 1)
    sizes[OBSERVABLES] = len(experiment.observe)
    sizes[FLOW] = int(experiment.dimension <= 2 and experiment.until is None)
    sizes[ENTROPY] = int(entropy and sizes[FLOW])
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
        case "tumble":
            from sgdtui.simulate.form.tumble import tumble_program

            return tumble_program(experiment)
