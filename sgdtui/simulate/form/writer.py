"""What the writers of all forms share: names, dials, walls, momentum, swarms, and the sections of a kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sgdtui.expression import Expression
from sgdtui.expression.bound import UNKNOWN
from sgdtui.expression.source import straight_line
from sgdtui.model.experiment import Experiment
from sgdtui.model.rules.update import update_of
from sgdtui.model.space import Boundary
from sgdtui.simulate.form.identifiers import identifiers
from sgdtui.simulate.form.square_root import root_of
from sgdtui.simulate.form.update import RuleLines

SURELY_POSITIVE = 1e-3
"""A first variance that is never below this has an inverse in float32, and a determinant over it is 0 there only where
the second pivot is below 1e-35.
"""

HEAD = "def kernel(walkers, draws, work, streams, rows, memory, places, dials, sizes, k, t, first, steps, lanes, mode):"


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


class Writer:
    """What the writers of the single forms share: names, dials, walls, and the sections of the kernel."""

    def __init__(self, experiment: Experiment, values: dict[str, float], columns: Sequence[str] = ()) -> None:
        self.experiment = experiment
        self.dynamics = experiment.dynamics
        self.variables = experiment.variables
        self.dimension = experiment.dimension
        self.values = values
        self.names = identifiers([*self.variables, *columns, *values]) | {"k": "k", "t": "t"}
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
        self.rule: RuleLines | None = None
        if not self.dynamics.is_plain:
            coordinates = [self.own(c) for c in range(self.dimension)]
            self.rule = RuleLines(update_of(self.dynamics), coordinates)
            self.dials |= self.rule.dials

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

    def wall_lines(
        self, suffix: str = "", turning: Mapping[str, Sequence[str]] | None = None, flips: bool = True
    ) -> list[str]:
        """Fold or wrap the coordinates `{suffix}{own}` back into the window; any number of times in one step.

        `turning` are the names of what else changes sign where a coordinate is turned round, by the coordinate.
        """
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
                flipped += (turning or {}).get(own, ())
                lines += [f"{v} = -{v} if turned_{own} else {v}" for v in flipped]
        return lines

    # --- motion

    @property
    def state_rows(self) -> int:
        """Coordinates, and what is remembered of each: its velocity where there is momentum, the moments of a rule."""
        if self.rule is not None:
            return self.dimension * (1 + len(self.rule.update.state))
        return self.dimension * (2 if self.dynamics.momentum != 0.0 else 1)

    # Rows of `work`: 2d + 1 are the driver's (a displacement and what it produced), then the means of swarms, then
    # what a form needs (`scratch_rows`), then the mark of arrivals.

    scratch_rows = 0

    @property
    def pull_row(self) -> int:
        """The first of the rows of `work` that hold the means of swarms."""
        return 2 * self.dimension + 1

    @property
    def scratch_row(self) -> int:
        """The first of the form's own rows of `work`."""
        return self.pull_row + (self.dimension if self.dynamics.swarm else 0)

    @property
    def until_row(self) -> int:
        """The row of `work` where arrivals are marked."""
        return self.scratch_row + self.scratch_rows

    @property
    def work_rows(self) -> int:
        """All rows of `work` but those of the observed expressions, which come last."""
        return self.until_row + 1

    def move(self, text: Text, drifts: dict[int, str], kicks: dict[int, str]) -> None:
        """Lines of the open loop over lanes that take the step: the drift's and the noise's part by coordinate."""
        if self.rule is not None:
            self._follow(text, self.rule, drifts, kicks)
            return
        momentum = self.dynamics.momentum != 0.0
        pace = "dt" if self.dynamics.is_sde else "eta"
        for c in range(self.dimension):
            own = self.own(c)
            terms = [drifts[c]] if c in drifts else []
            if self.dynamics.swarm:
                terms.append(f"coupling*(pull_{own}[lane] - {own})")
            push = (
                f"{pace}*({' + '.join(terms)})" if len(terms) > 1 else f"{pace}*{terms[0]}" if terms else ""
            )
            step = " + ".join(part for part in (push, kicks.get(c, "")) if part)
            if momentum:
                text.add(f"speed_{own} = momentum*lane_speed_{own}[lane]" + (f" + {step}" if step else ""))
                step = f"speed_{own}"
            text.add(f"new_{own} = {own} + {step}" if step else f"new_{own} = {own}")
        speeds = {self.own(c): [f"speed_{self.own(c)}"] for c in range(self.dimension)} if momentum else None
        text.add(*self.wall_lines("new_", speeds))
        for c in range(self.dimension):
            text.add(f"lane_{self.own(c)}[lane] = new_{self.own(c)}")
            if momentum:
                text.add(f"lane_speed_{self.own(c)}[lane] = speed_{self.own(c)}")

    def _follow(self, text: Text, rule: RuleLines, drifts: dict[int, str], kicks: dict[int, str]) -> None:
        """The same by a rule of the step, from the gradient with its noise; a kick is what the noise adds to -g."""
        for c in range(self.dimension):
            parts = [part for part in (drifts.get(c, ""), kicks.get(c, "")) if part]
            text.add(f"slope_{self.own(c)} = -({' + '.join(parts) or '0.0'})")
        self.before_loop(text, rule.before())
        text.add(*rule.inside([f"slope_{self.own(c)}" for c in range(self.dimension)]))
        text.add(*self.wall_lines("new_", rule.turning()))
        text.add(*(f"lane_{self.own(c)}[lane] = new_{self.own(c)}" for c in range(self.dimension)))
        text.add(*rule.after())

    def swarm_means(self, text: Text) -> None:
        """The mean of each swarm, for every one of its members; lost members do not count."""
        text.add("# the mean of each swarm", "size = sizes[10]")
        for c in range(self.dimension):
            own = self.own(c)
            text.add(f"pull_{own} = work[{self.pull_row + c}]")
            text.open("for swarm in range(0, lanes, size):")
            text.add("mean = 0.0", "members = 0")
            text.open("for lane in range(swarm, swarm + size):")
            text.add(f"held = lane_{own}[lane]", "mean += held if held == held else 0.0")
            text.add("members += 1 if held == held else 0")
            text.close()
            text.add("mean = mean/max(members, 1)")
            text.open("for lane in range(swarm, swarm + size):")
            text.add(f"pull_{own}[lane] = mean")
            text.close()
            text.close()

    def kick_lines(
        self, entries: dict[tuple[int, int], str], noisy: list[int], least: float = UNKNOWN
    ) -> list[str]:
        """Noise of a full Σ = L·diag(pivots)·Lᵀ, row by row; a direction without noise has a pivot of 0.

        `entries` are the names of the lower triangle of Σ (those not zero), `noisy` the coordinates with noise, and
        `least` what the variance of the first is known not to be below. The displacement of c becomes `kick_c`.
        """
        if len(noisy) == 2:
            return self._pair_kick_lines(entries, noisy[0], noisy[1], least)
        lines: list[str] = []
        factors: set[tuple[int, int]] = set()
        for place, i in enumerate(noisy):
            for j in noisy[:place]:
                inner = [k for k in noisy if k < j and {(i, k), (j, k)} <= factors]
                if (i, j) not in entries and not inner:
                    continue
                value = entries.get((i, j), "0.0") + "".join(
                    f" - factor_{i}_{k}*column_{j}_{k}" for k in inner
                )
                lines += [
                    f"column_{i}_{j} = {value}",
                    f"factor_{i}_{j} = column_{i}_{j}/pivot_{j}",
                    f"factor_{i}_{j} = factor_{i}_{j} if pivot_{j} > 0.0 else 0.0",
                ]
                factors.add((i, j))
            rest = [k for k in noisy if (i, k) in factors]
            lines.append(
                f"pivot_{i} = {entries[i, i]}" + "".join(f" - factor_{i}_{k}*column_{i}_{k}" for k in rest)
            )
            lines.append(f"sd_{i} = float32(pivot_{i})")
            own = self.own(i)
            lines.append(f"moved_{i} = np.float64({root_of(f'sd_{i}', UNKNOWN)}*draw_{own}[lane])")
            total = "".join(f" + factor_{i}_{k}*moved_{k}" for k in rest)
            lines.append(
                f"kick_{i} = amplitude*(moved_{i}{total})" if total else f"kick_{i} = amplitude*moved_{i}"
            )
        return lines

    def _pair_kick_lines(
        self, entries: dict[tuple[int, int], str], i: int, j: int, least: float
    ) -> list[str]:
        """The same for two coordinates, without a division in float64; the first variance is not below `least`.

        The second pivot is the determinant over the first. The determinant, where digits cancel, is taken in float64;
        the rest needs no more digits than the square root of a pivot has.
        """
        one, two = f"draw_{self.own(i)}[lane]", f"draw_{self.own(j)}[lane]"
        determinant = f"pivot_{i}*{entries[j, j]} - {entries[j, i]}*{entries[j, i]}"
        if least >= SURELY_POSITIVE:
            second = [f"inverse_{i} = ONE/sd_{i}", f"sd_{j} = float32({determinant})*inverse_{i}"]
        else:
            second = [
                f"inverse_{i} = ONE/sd_{i} if sd_{i} > ZERO else ZERO",
                f"pivot_{j} = ({determinant})*np.float64(inverse_{i})",
                f"sd_{j} = float32(pivot_{j} if sd_{i} > ZERO else {entries[j, j]})",
            ]
        return [
            f"pivot_{i} = {entries[i, i]}",
            f"sd_{i} = float32(pivot_{i})",
            *second,
            f"factor_{j}_{i} = float32({entries[j, i]})*inverse_{i}",
            f"moved_{i} = {root_of(f'sd_{i}', least)}*{one}",
            f"moved_{j} = {root_of(f'sd_{j}', UNKNOWN)}*{two} + factor_{j}_{i}*moved_{i}",
            *(f"kick_{c} = amplitude*np.float64(moved_{c})" for c in (i, j)),
        ]

    # --- sections

    def rate_lines(self, text: Text) -> None:
        """The learning rate of this step, where it changes."""
        schedule = self.dynamics.schedule
        if schedule is not None:
            block = straight_line([("eta", schedule)], self.names | {"eta": "eta_0"}, (), prefix="rate")
            text.add("# the learning rate of this step", *block.uniform)

    def step_loop(self, text: Text, body: Callable[[Text], None]) -> None:
        """The loop over steps around `body`, with the learning rate of each step and the clock."""
        text.open("for step in range(steps):")
        self.rate_lines(text)
        body(text)
        grows = "eta" if self.grows_by_eta else "dt"
        text.add(f"t += {grows}", "k += 1.0")
        text.close()

    @property
    def grows_by_eta(self) -> bool:
        """Whether time grows by the learning rate (sgd) rather than by dt."""
        return not self.dynamics.is_sde

    def lanes_of(self) -> list[str]:
        """Lines that name the rows of the state."""
        lines = [f"lane_{self.own(c)} = walkers[{c}]" for c in range(self.dimension)]
        if self.rule is not None:
            lines += self.rule.rows(self.dimension)
        elif self.state_rows > self.dimension:
            lines += [
                f"lane_speed_{self.own(c)} = walkers[{self.dimension + c}]" for c in range(self.dimension)
            ]
        return lines

    def coordinates_in(self, expressions: list[Expression]) -> list[str]:
        """The identifiers of the coordinates which some expressions use."""
        used = {name for expression in expressions for name in expression.names}
        return [self.own(c) for c, v in enumerate(self.variables) if v in used]

    def load(self, expressions: list[Expression]) -> list[str]:
        """Lines that read the coordinates which some expressions use."""
        return [f"{own} = lane_{own}[lane]" for own in self.coordinates_in(expressions)]

    def expressions(
        self,
        text: Text,
        targets: list[tuple[str, Expression]],
        prefix: str = "part",
        varying: Sequence[str] | None = None,
    ) -> None:
        """Evaluate expressions of a lane inside the loop that is open; whatever is uniform goes before the loop.

        `varying` are the names that differ from lane to lane: the coordinates, unless others are given.
        """
        block = straight_line(targets, self.names, self.variables if varying is None else varying, prefix)
        self.before_loop(text, block.uniform)
        text.add(*block.lanes)

    def before_loop(self, text: Text, lines: list[str]) -> None:
        """Insert lines before the innermost open loop over lanes."""
        at = max(i for i, line in enumerate(text.lines) if line.lstrip().startswith("for lane in range("))
        indent = text.lines[at][: -len(text.lines[at].lstrip())]
        text.lines[at:at] = [indent + line for line in lines]

    def observe_section(self, text: Text) -> None:
        """The observed expressions, each into its row of `work`."""
        observe = self.experiment.observe
        if not observe:
            return
        text.open("if mode == OBSERVE:")
        for row, (label, expression) in enumerate(observe):
            text.add(
                f"# {_comment(label)}: {_comment(expression.text)}",
                f"observed_{row} = work[{self.work_rows + row}]",
            )
            text.open("for lane in range(lanes):")
            text.add(*self.load([expression]))
            self.expressions(text, [(f"part_{row}_value", expression)], f"part_{row}")
            text.add(f"observed_{row}[lane] = part_{row}_value")
            text.close()
        text.add("return t")
        text.close()

    def arrival_lines(self, text: Text) -> None:
        """Mark in `work` the walkers for which `until` holds now."""
        until = self.experiment.until
        assert until is not None
        text.add(f"# until {_comment(until.text)}", f"arrived = work[{self.until_row}]")
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
