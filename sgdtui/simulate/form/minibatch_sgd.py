"""One step of real SGD over data: draw a minibatch, average its gradients, step. Or the SDE with the data's own Σ."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sgdtui.expression.source import is_arithmetic
from sgdtui.model.data import Fresh, Table, weighted_examples
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem
from sgdtui.simulate.driver.draws import MULTIPLE
from sgdtui.simulate.driver.layout import EXAMPLES_AT_ONCE
from sgdtui.simulate.form.batch_draws import Draw, SelectionDraw, draw_of
from sgdtui.simulate.form.data_layout import layout, layout_of
from sgdtui.simulate.form.fresh_columns import column_lines
from sgdtui.simulate.form.quadrature import enough_examples
from sgdtui.simulate.form.rounds import steps_in_round
from sgdtui.simulate.form.tabled_sde import TabledSdeWriter, is_tabled
from sgdtui.simulate.form.writer import Text, Writer
from sgdtui.simulate.machine.simd import LANES
from sgdtui.simulate.program import Program, Unsupported, sizes_of

SPELT_OUT = 8
"""Up to so many weights a built-in model is written out; beyond, the kernel loops over the weights."""
MAX_WEIGHTS = 64
AHEAD = 32
"""So many lanes before its use a row of a large table is asked for: while others are used, not before all of them."""


def sample_program(experiment: Experiment) -> Program:
    """The program of a sample system. Raises Unsupported."""
    system = experiment.system
    assert isinstance(system, SampleSystem)
    if system.dimension > MAX_WEIGHTS:
        raise Unsupported(f"{system.dimension} weights are too many: at most {MAX_WEIGHTS} are simulated")
    if experiment.dynamics.is_sde and is_tabled(experiment):
        return TabledSdeWriter(experiment).program()
    return (_SdeWriter if experiment.dynamics.is_sde else _SgdWriter)(experiment, system).program()


class _SampleWriter(Writer):
    def __init__(self, experiment: Experiment, system: SampleSystem) -> None:
        super().__init__(experiment, experiment.values, columns=system.data.columns)
        self.system = system
        self.dials["ridge"] = system.ridge
        self.columns = [self.names[c] for c in system.data.columns]
        self.gradient = system.example_gradient() if system.loss is not None else None

    @property
    def spelt_out(self) -> bool:
        """Whether the gradient is written out weight by weight rather than looped over."""
        return self.gradient is not None or self.dimension <= SPELT_OUT

    def gradient_lines(self, text: Text) -> list[str]:
        """Lines of the open loop over lanes: the gradient of one example; its components as names or products."""
        if self.gradient is not None:
            names = [f"gradient_{c}" for c in range(self.dimension)]
            lane_names = [*self.variables, *self.system.data.columns]
            self.expressions(text, list(zip(names, self.gradient, strict=True)), varying=lane_names)
            return names
        features, target = self.columns[:-1], self.columns[-1]
        products = [f"{self.own(c)}*{feature}" for c, feature in enumerate(features)]
        text.add(f"score = {' + '.join(products)}", *self.residual_lines(target))
        return [f"residual*{feature}" for feature in features]

    def residual_lines(self, target: str) -> list[str]:
        """`residual` from `score`: what the model says minus the target."""
        from sgdtui.expression import polynomial

        if self.system.model == "linear-regression":
            return [f"residual = score - {target}"]
        return [
            "minus_score = -score",
            *polynomial.lines("exp", "minus_score", "odds"),
            f"residual = 1.0/(1.0 + odds) - {target}",
        ]

    def used_columns(self) -> list[int]:
        """The columns that the gradient names."""
        if self.gradient is None:
            return list(range(len(self.columns)))
        used = {name for g in self.gradient for name in g.names}
        return [i for i, column in enumerate(self.system.data.columns) if column in used]

    def used_variables(self) -> list[str]:
        """Lines that read the weights which the gradient of an example names."""
        return [f"{own} = lane_{own}[lane]" for own in self.used_weights()]

    def used_weights(self) -> list[str]:
        """Their identifiers."""
        if self.gradient is None:
            return [self.own(c) for c in range(self.dimension)]
        return self.coordinates_in(list(self.gradient))

    def finish(self, text: Text, factor: str, kicks: dict[int, str], gradients: str) -> None:
        """Lines of the open loop over lanes that take the step against the mean gradient."""
        ridged = self.system.model is not None and self.system.ridge != 0.0
        drifts = {}
        for c in range(self.dimension):
            own = self.own(c)
            slope = f"{factor}{gradients.format(own=own, c=c)}" + (f" + ridge*{own}" if ridged else "")
            text.add(f"drift_{own} = -({slope})")
            drifts[c] = f"drift_{own}"
        self.move(text, drifts, kicks)


class _SgdWriter(_SampleWriter):
    def __init__(self, experiment: Experiment, system: SampleSystem) -> None:
        super().__init__(experiment, system)
        self.table = layout_of(system.data) if isinstance(system.data, Table) else layout(np.zeros((1, 1)))
        self.draw: Draw = draw_of(system, self.dynamics.batch, experiment.run.walkers, self.table.width)
        self.scratch_rows = (
            self.dimension + self.draw.scratch + max(2, len(self.columns) if self.spelt_out else 0)
        )

    def program(self) -> Program:
        system, text = self.system, Text()
        text.add(*self.lanes_of())
        self.observe_section(text)
        self.step_loop(text, self._step)
        return Program(
            source=self.assemble(
                text, f"Minibatch SGD in {', '.join(self.variables[:8])}; draws: {self.draw.about}."
            ),
            law=None,
            law_shape=0.0,
            state_rows=self.state_rows,
            round_steps=1,
            draws=0,
            dials=np.array(list(self.dials.values())),
            rows=self._rows(),
            sizes=sizes_of(
                self.experiment,
                round_steps=1,
                draws=0,
                work_rows=self.work_rows,
                entropy=False,
                until_row=self.until_row,
                examples=system.example_count or 0,
            ),
            memory_columns=self.draw.memory_columns,
        )

    def _step(self, text: Text) -> None:
        if self.dynamics.swarm:
            self.swarm_means(text)
        text.add("batch = sizes[1]")
        text.add(
            *(
                f"sum_{c} = work[{self.scratch_row + c}]"
                for c in range(self.dimension if self.spelt_out else 0)
            )
        )
        self._clear_sums(text)
        self.draw.before_batch(text, self.scratch_row + self.dimension)
        if self.draw.tabled:
            text.add(f"table = {self.table.view}")
            text.open(f"for begin in range(0, batch, {EXAMPLES_AT_ONCE}):")
            text.add(f"some = min({EXAMPLES_AT_ONCE}, batch - begin)")
            self.draw.fill(text)
            if self.table.large:
                self._ask_ahead(text, AHEAD if self._in_registers else None)
            if not self.spelt_out:
                self._add_in_passes(text)
            elif self._in_registers:
                self._add_in_registers(text)
            else:
                self._add_through_columns(text)
            text.close()
        elif isinstance(self.draw, SelectionDraw):
            self._add_selected(text, self.draw)
        else:
            self._add_afresh(text)
        text.add("share = 1.0/batch")
        text.open("for lane in range(lanes):")
        text.add(*(f"{self.own(c)} = lane_{self.own(c)}[lane]" for c in range(self.dimension)))
        place = "sum_{c}[lane]" if self.spelt_out else f"work[{self.scratch_row} + {{c}}, lane]"
        self.finish(text, "share*", {}, place)
        text.close()
        if self.experiment.until is not None:
            self.arrival_lines(text)

    def _rows(self) -> NDArray[np.float64]:
        """As the draw reads them: at random from the table as it lies, or one after the other."""
        data = self.system.data
        return data.rows if isinstance(data, Table) and not self.draw.tabled else self.table.rows

    def _clear_sums(self, text: Text) -> None:
        text.open(f"for row in range({self.scratch_row}, {self.scratch_row + self.dimension}):")
        text.open("for lane in range(lanes):")
        text.add("work[row, lane] = 0.0")
        text.close()
        text.close()

    def _ask_ahead(self, text: Text, lanes: int | None) -> None:
        """The rows of the first lanes, or of all, are on their way before the first is read."""
        text.open("for example in range(some):")
        text.add("place = places[example]")
        text.open(
            "for lane in range(lanes):" if lanes is None else f"for lane in range(min({lanes}, lanes)):"
        )
        text.add(*self._fetching("place[lane]"))
        text.close()
        text.close()

    def _fetching(self, place: str) -> list[str]:
        return [f"prefetch(table, uint64({place}) + uint64({offset}))" for offset in self.table.ahead]

    @property
    def _in_registers(self) -> bool:
        return self.spelt_out and self._is_arithmetic()

    def _is_arithmetic(self) -> bool:
        """Whether a gradient is sums, products and quotients, which eight lanes at a time know."""
        if self.gradient is None:
            return self.system.model == "linear-regression"
        return all(is_arithmetic(gradient.node) for gradient in self.gradient)

    def _add_in_registers(self, text: Text) -> None:
        """Eight lanes at a time, their examples after each other: nothing is written until the sums are complete."""
        used, piece = self.used_columns(), self.table.piece
        text.open(f"for lane in range(0, lanes, {LANES}):")
        text.add(*(f"{own} = eight(lane_{own}, lane)" for own in self.used_weights()))
        text.add(*(f"total_{c} = eight(sum_{c}, lane)" for c in range(self.dimension)))
        text.open("for example in range(some):")
        text.add("place = places[example]")
        if self.table.large:
            text.add(f"ahead = min(lane + {AHEAD}, lanes)")
            text.open(f"for later in range(ahead, ahead + {LANES}):")
            text.add(*self._fetching("place[later]"))
            text.close()
        for begin in sorted({i // piece * piece for i in used}):
            names = [self.columns[i] if i in used else "_" for i in range(begin, begin + piece)]
            text.add(f"{', '.join(names)} = turned(table, place, lane, {begin})")
        parts = self.gradient_lines(text)
        text.add(*(f"total_{c} += {part}" for c, part in enumerate(parts)))
        text.close()
        text.add(*(f"put(sum_{c}, lane, total_{c})" for c in range(self.dimension)))
        text.close()

    def _add_through_columns(self, text: Text) -> None:
        """Example by example: the columns are fetched for all lanes, then all gradients are vector arithmetic."""
        spare = self.scratch_row + self.dimension + self.draw.scratch
        used = self.used_columns()
        text.add(*(f"column_{i} = work[{spare + place}]" for place, i in enumerate(used)))
        text.open("for example in range(some):")
        text.open("for lane in range(lanes):")
        text.add("place = uint64(places[example, lane])")
        text.add(*(f"column_{i}[lane] = table[place + uint64({i})]" for i in used))
        text.close()
        text.open("for lane in range(lanes):")
        text.add(*(f"{self.columns[i]} = column_{i}[lane]" for i in used), *self.used_variables())
        parts = self.gradient_lines(text)
        text.add(*(f"sum_{c}[lane] += {part}" for c, part in enumerate(parts)))
        text.close()
        text.close()

    def _add_afresh(self, text: Text) -> None:
        """Columns drawn afresh: drawn and used in one pass."""
        data = self.system.data
        assert isinstance(data, Fresh)
        text.open("for example in range(batch):")
        text.open("for lane in range(lanes):")
        pairs = [(self.columns[i], data.distributions[i]) for i in self.used_columns()]
        text.add("seed_a = streams[0, lane]", "seed_b = streams[1, lane]", *column_lines(pairs))
        text.add("streams[0, lane] = seed_a", "streams[1, lane] = seed_b", *self.used_variables())
        parts = self.gradient_lines(text)
        text.add(*(f"sum_{c}[lane] += {part}" for c, part in enumerate(parts)))
        text.close()
        text.close()

    def _add_selected(self, text: Text, draw: SelectionDraw) -> None:
        """All rows, each for all lanes at once; what a lane did not pick counts nothing."""
        text.open("for example in range(examples):")
        if self.spelt_out:
            text.add(*(f"{self.columns[i]} = rows[example, {i}]" for i in self.used_columns()))
            text.open("for lane in range(lanes):")
            draw.choose(text)
            text.add(*self.used_variables())
            parts = self.gradient_lines(text)
            text.add(*(f"sum_{c}[lane] += {part} if picked == 1.0 else 0.0" for c, part in enumerate(parts)))
            text.close()
        else:
            d, spare = self.dimension, self.scratch_row + self.dimension + self.draw.scratch
            text.add(
                f"scores = work[{spare}]", f"weights = work[{spare + 1}]", f"target = rows[example, {d}]"
            )
            text.open("for lane in range(lanes):")
            draw.choose(text)
            text.add("scores[lane] = 0.0", "weights[lane] = picked")
            text.close()
            self._over_weights(text, "scores[lane] += walkers[column, lane]*rows[example, column]")
            text.open("for lane in range(lanes):")
            text.add("score = scores[lane]", *self.residual_lines("target"))
            text.add("scores[lane] = residual if weights[lane] == 1.0 else 0.0")
            text.close()
            self._over_weights(
                text, f"work[{self.scratch_row} + column, lane] += scores[lane]*rows[example, column]"
            )
        text.close()

    def _add_in_passes(self, text: Text) -> None:
        """Many weights: the score and the sums weight by weight, each a pass over the lanes."""
        d, spare = self.dimension, self.scratch_row + self.dimension + self.draw.scratch
        text.add(f"scores = work[{spare}]")
        text.open("for example in range(some):")
        text.add("place = places[example]")
        text.open("for lane in range(lanes):")
        text.add("scores[lane] = 0.0")
        text.close()
        self._over_weights(
            text, "scores[lane] += walkers[column, lane]*table[uint64(place[lane]) + uint64(column)]"
        )
        text.open("for lane in range(lanes):")
        text.add(
            "score = scores[lane]",
            f"target = table[uint64(place[lane]) + uint64({d})]",
            *self.residual_lines("target"),
        )
        text.add("scores[lane] = residual")
        text.close()
        self._over_weights(
            text,
            f"work[{self.scratch_row} + column, lane] += scores[lane]*table[uint64(place[lane]) + uint64(column)]",
        )
        text.close()

    def _over_weights(self, text: Text, line: str) -> None:
        text.open(f"for column in range({self.dimension}):")
        text.open("for lane in range(lanes):")
        text.add(line)
        text.close()
        text.close()


class _SdeWriter(_SampleWriter):
    """dx = -g dt + sqrt(eta·factor·Σ) dW, with g and Σ summed over the examples at every step."""

    def __init__(self, experiment: Experiment, system: SampleSystem) -> None:
        super().__init__(experiment, system)
        if self.dimension > SPELT_OUT:
            raise Unsupported(
                f"the SDE over data is simulated for at most {SPELT_OUT} weights; use kind: sgd"
            )
        if self.dynamics.momentum != 0.0:
            raise Unsupported("momentum belongs to sgd")
        if self.dynamics.convention != 0.0:
            raise Unsupported("over data the SDE is simulated in the Itô convention only")
        self.dials["scale"] = math.sqrt(self.dynamics.dt * max(experiment.noise_scale, 0.0))
        self.triangle = [(i, j) for i in range(self.dimension) for j in range(i + 1)]
        self.scratch_rows = self.dimension + len(self.triangle)

    def program(self) -> Program:
        text = Text()
        text.add(*self.lanes_of())
        self.observe_section(text)
        self.step_loop(text, self._step)
        round_steps = steps_in_round(self.dimension, MULTIPLE["gaussian"])
        rows = self._weighted_rows()
        return Program(
            source=self.assemble(
                text, f"Euler steps of the SDE of SGD over data, in {', '.join(self.variables)}."
            ),
            law="gaussian",
            law_shape=0.0,
            state_rows=self.state_rows,
            round_steps=round_steps,
            draws=self.dimension,
            dials=np.array(list(self.dials.values())),
            rows=rows,
            examples=len(rows),
            sizes=sizes_of(
                self.experiment,
                round_steps=round_steps,
                draws=self.dimension,
                work_rows=self.work_rows,
                entropy=False,
                until_row=self.until_row,
            ),
        )

    def _weighted_rows(self) -> NDArray[np.float64]:
        """The examples with their weights as a last column."""
        if isinstance(self.system.data, Table):
            examples, weights = weighted_examples(self.system.data)
        else:
            examples, weights = enough_examples(self.experiment, self.system)
        return np.ascontiguousarray(np.column_stack([examples, weights]))

    def _step(self, text: Text) -> None:
        if self.dynamics.swarm:
            self.swarm_means(text)
        text.add("amplitude = math.sqrt(eta)*scale")
        for c in range(self.dimension):
            row = "first + step" if self.dimension == 1 else f"(first + step)*{self.dimension} + {c}"
            text.add(f"draw_{self.own(c)} = draws[{row}]", f"sum_{c} = work[{self.scratch_row + c}]")
        for place, (i, j) in enumerate(self.triangle):
            text.add(f"sum_{i}_{j} = work[{self.scratch_row + self.dimension + place}]")
        text.open(f"for row in range({self.scratch_row}, {self.scratch_row + self.scratch_rows}):")
        text.open("for lane in range(lanes):")
        text.add("work[row, lane] = 0.0")
        text.close()
        text.close()
        text.add("# the mean gradient and the mean of its products, over all examples")
        text.open("for row in range(rows.shape[0]):")
        text.add(*(f"{self.columns[i]} = rows[row, {i}]" for i in self.used_columns()))
        text.add(f"weight = rows[row, {len(self.columns)}]")
        text.open("for lane in range(lanes):")
        text.add(*self.used_variables())
        parts = self.gradient_lines(text)
        text.add(*(f"slope_{c} = {part}" for c, part in enumerate(parts)))
        text.add(*(f"sum_{c}[lane] += weight*slope_{c}" for c in range(self.dimension)))
        text.add(*(f"sum_{i}_{j}[lane] += weight*slope_{i}*slope_{j}" for i, j in self.triangle))
        text.close()
        text.close()
        text.open("for lane in range(lanes):")
        text.add(*(f"{self.own(c)} = lane_{self.own(c)}[lane]" for c in range(self.dimension)))
        for i, j in self.triangle:
            text.add(f"covariance_{i}_{j} = sum_{i}_{j}[lane] - sum_{i}[lane]*sum_{j}[lane]")
        names = {(i, j): f"covariance_{i}_{j}" for i, j in self.triangle}
        text.add(*self.kick_lines(names, list(range(self.dimension))))
        self.finish(text, "", {c: f"kick_{c}" for c in range(self.dimension)}, "sum_{c}[lane]")
        text.close()
        if self.experiment.until is not None:
            self.arrival_lines(text)
