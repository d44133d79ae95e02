"""One step of SGD on a network, for sixteen copies at a time (eight in double precision).

The weights of a vector of copies lie in a piece of `work` that stays in the first-level cache: `weights` numbers 0, V,
2V, … of the vector's own stretch, V being the copies in a vector. A call converts them from the walkers' rows, takes
all its steps, and writes them back, so that float32 is rounded at every step and nowhere else.
"""

from __future__ import annotations

import math

import numpy as np

from sgdtui.model.experiment import Experiment
from sgdtui.model.network import Layer, NetworkSystem
from sgdtui.simulate.driver.layout import BLOCK, EXAMPLES_AT_ONCE, PADDING
from sgdtui.simulate.form.batch_draws import Draw, table_draw
from sgdtui.simulate.form.network_layout import packed
from sgdtui.simulate.form.writer import Text, Writer
from sgdtui.simulate.machine.vectors import DOUBLES, SINGLES
from sgdtui.simulate.program import Program, Unsupported, sizes_of

ROUND = 64
"""Steps that one call takes at most: between two looks at whether a copy is lost."""
_BLOCK_BYTES = 160_000
"""Of the weights of a block, in float64: a share of the second-level cache."""
_AT_ONCE = 4
"""Units of a layer whose sums are formed together: an input is read once for all of them."""


def network_program(experiment: Experiment) -> Program:
    """The program of a network. Raises Unsupported."""
    system = experiment.system
    assert isinstance(system, NetworkSystem)
    return _NetworkWriter(experiment, system).program()


def block_of(weights: int) -> int:
    """The most copies in a block: whole vectors, fewer where there are many weights."""
    fitting = _BLOCK_BYTES // (8 * weights) // SINGLES * SINGLES
    return int(min(max(fitting, SINGLES), BLOCK))


class _NetworkWriter(Writer):
    def __init__(self, experiment: Experiment, system: NetworkSystem) -> None:
        super().__init__(experiment, experiment.values)
        if experiment.dynamics.is_sde:
            raise Unsupported("a network is trained by sgd itself, not by its SDE; write kind: sgd")
        self.system = system
        self.single = self.dynamics.precision != "double"
        self.vector = SINGLES if self.single else DOUBLES
        self.dials |= {"ridge": system.ridge, "label_noise": system.label_noise}
        self.table = packed(system, self.single)
        self.draw: Draw = table_draw(
            len(system.rows), system.draw, self.dynamics.batch, experiment.run.walkers, self.table.width
        )
        swarm = self.dynamics.swarm.size if self.dynamics.swarm else 1
        self.block = max(block_of(self.dimension), swarm)
        self.momentum = self.dynamics.momentum != 0.0
        self.stepwise = system.draw != "replacement" or self.dynamics.swarm is not None
        self._lay_out()

    # --- where things lie, in numbers from the beginning of the scratch

    def _lay_out(self) -> None:
        d, lanes, v = self.dimension, -(-(self.block + PADDING) // self.vector) * self.vector, self.vector
        self.weights_at = 0
        self.sums_at = d * lanes
        self.speeds_at = self.sums_at + d * lanes
        self.pulls_at = self.speeds_at + (d * lanes if self.momentum else 0)
        free = self.pulls_at + (d * lanes if self.dynamics.swarm else 0)
        self.values_at: list[int] = []
        for count in (self.system.inputs, *(layer.outputs for layer in self.system.layers)):
            self.values_at.append(free)
            free += count * v
        self.slopes_at: list[int] = []
        for layer in self.system.layers:
            self.slopes_at.append(free)
            free += layer.outputs * v
        numbers = free + 2 * v
        self.scratch_rows = self.draw.scratch + math.ceil(
            numbers * (4 if self.single else 8) / 8 / (self.block + PADDING)
        )

    @property
    def scratch_from(self) -> int:
        """The first row of `work` that the scratch lies in."""
        return self.scratch_row + self.draw.scratch

    def program(self) -> Program:
        text = Text()
        self.observe_section(text)
        self._advance(text)
        system = self.system
        shape = "-".join(str(n) for n in (system.inputs, *system.hidden, system.outputs))
        return Program(
            source=self.assemble(
                text, f"Minibatch SGD on a {shape} network ({system.activation}); draws: {self.draw.about}."
            ),
            law=None,
            law_shape=0.0,
            state_rows=self.state_rows,
            round_steps=1 if self.stepwise else ROUND,
            draws=0,
            dials=np.array(list(self.dials.values())),
            rows=self.table.rows,
            sizes=sizes_of(
                self.experiment,
                round_steps=1 if self.stepwise else ROUND,
                draws=0,
                work_rows=self.work_rows,
                entropy=False,
                until_row=self.until_row,
                examples=len(system.rows),
                block=self.block,
            ),
            memory_columns=self.draw.memory_columns,
        )

    def observe_section(self, text: Text) -> None:
        """The rows of the weights that observed expressions name, then these."""
        self._name_rows(text)
        super().observe_section(text)

    def _name_rows(self, text: Text) -> None:
        used = {name for _, expression in self.experiment.observe for name in expression.names}
        if self.experiment.until is not None:
            used |= {*self.experiment.until.names, self.variables[0]}
        text.add(
            *(f"lane_{self.own(c)} = walkers[{c}]" for c, name in enumerate(self.variables) if name in used)
        )

    # --- steps

    def _advance(self, text: Text) -> None:
        first, last = self.scratch_from, self.scratch_row + self.scratch_rows
        view = ".view(float32)" if self.single else ""
        text.add(f"scratch = work[{first}:{last}].reshape({last - first}*work.shape[1]){view}")
        text.add(f"table = rows.reshape(rows.size){view}")
        text.add("examples = uint64(sizes[11])", "batch = sizes[1]", "share = 1.0/batch")
        text.add("numbers = at(scratch, 0)", "none = spread(numbers, 0.0)", "one = spread(numbers, 1.0)")
        self._exchange(text, back=False)
        text.add("begun, since = t, k")
        if self.stepwise:
            self._step_by_step(text)
        else:
            self._copies_by_copies(text)
        self._exchange(text, back=True)
        if self.experiment.until is not None:
            self.arrival_lines(text)

    def _exchange(self, text: Text, back: bool) -> None:
        """All weights (and speeds) of the block to the scratch, or from there."""
        read = "singles" if self.single else "doubles"
        parts = [(0, self.weights_at)] + ([(self.dimension, self.speeds_at)] if self.momentum else [])
        text.add("# weights to their rows" if back else "# weights from their rows")
        text.open(f"for lane in range(0, lanes, {self.vector}):")
        text.open(f"for c in range({self.dimension}):")
        for row, place in parts:
            where = f"{place} + lane*{self.dimension} + c*{self.vector}"
            if back:
                text.add(f"keep(walkers[{row} + c], lane, at(scratch, {where}))")
            else:
                text.add(f"set_at(scratch, {where}, {read}(walkers[{row} + c], lane))")
        text.close()
        text.close()

    def _copies_by_copies(self, text: Text) -> None:
        """A vector of copies takes all steps before the next one begins: its weights stay close by."""
        text.open(f"for lane in range(0, lanes, {self.vector}):")
        text.add(f"own = lane*{self.dimension}", "t, k = begun, since")
        text.add("seed_a = words(streams[0], lane, numbers)", "seed_b = words(streams[1], lane, numbers)")
        text.open("for step in range(steps):")
        self.rate_lines(text)
        self._clear(text)
        text.open("for example in range(batch):")
        text.add("word, seed_a, seed_b = next_words(seed_a, seed_b)")
        text.add(f"place = drawn(word, examples, {self.table.width})")
        self._example(text)
        text.close()
        self._update(text)
        text.add("t += eta", "k += 1.0")
        text.close()
        text.add("keep(streams[0], lane, seed_a)", "keep(streams[1], lane, seed_b)")
        text.close()

    def _step_by_step(self, text: Text) -> None:
        """All copies of a block take a step together: rows are drawn for all, or swarms have a mean."""
        text.open("for step in range(steps):")
        self.rate_lines(text)
        if self.dynamics.swarm:
            self._swarm_means(text)
        text.open(f"for lane in range(0, lanes, {self.vector}):")
        text.add(f"own = lane*{self.dimension}")
        self._clear(text)
        text.close()
        self.draw.before_batch(text, self.scratch_row)
        text.open(f"for begin in range(0, batch, {EXAMPLES_AT_ONCE}):")
        text.add(f"some = min({EXAMPLES_AT_ONCE}, batch - begin)")
        self.draw.fill(text)
        text.open(f"for lane in range(0, lanes, {self.vector}):")
        text.add(f"own = lane*{self.dimension}")
        if self.system.label_noise:
            text.add("seed_a = words(streams[0], lane, numbers)", "seed_b = words(streams[1], lane, numbers)")
        text.open("for example in range(some):")
        text.add("place = words(places[example], lane, numbers)")
        self._example(text)
        text.close()
        if self.system.label_noise:
            text.add("keep(streams[0], lane, seed_a)", "keep(streams[1], lane, seed_b)")
        text.close()
        text.close()
        text.open(f"for lane in range(0, lanes, {self.vector}):")
        text.add(f"own = lane*{self.dimension}")
        self._update(text)
        text.close()
        text.add("t += eta", "k += 1.0")
        text.close()

    def _swarm_means(self, text: Text) -> None:
        d, v = self.dimension, self.vector
        text.add("# the mean of each swarm", "size = sizes[10]")
        text.open("for swarm in range(0, lanes, size):")
        text.open(f"for c in range({d}):")
        text.add("mean = 0.0", "members = 0")
        where = f"(lane//{v})*{d * v} + c*{v} + lane%{v}"
        text.open("for lane in range(swarm, swarm + size):")
        text.add(f"held = float(scratch[{self.weights_at} + {where}])")
        text.add("mean += held if held == held else 0.0", "members += 1 if held == held else 0")
        text.close()
        text.add("mean = mean/max(members, 1)")
        text.open("for lane in range(swarm, swarm + size):")
        text.add(f"scratch[{self.pulls_at} + {where}] = mean")
        text.close()
        text.close()
        text.close()

    def _clear(self, text: Text) -> None:
        text.open(f"for c in range({self.system.frozen}, {self.dimension}):")
        text.add(f"set_at(scratch, {self.sums_at} + own + c*{self.vector}, none)")
        text.close()

    def _update(self, text: Text) -> None:
        v = self.vector
        text.open(f"for c in range({self.system.frozen}, {self.dimension}):")
        text.add(
            f"here = own + c*{v}",
            f"w = at(scratch, {self.weights_at} + here)",
            f"slope = share*at(scratch, {self.sums_at} + here)",
        )
        if self.system.ridge:
            text.add("slope += ridge*w")
        if self.dynamics.swarm:
            text.add(f"slope += coupling*(w - at(scratch, {self.pulls_at} + here))")
        if self.momentum:
            text.add(
                f"speed = momentum*at(scratch, {self.speeds_at} + here) - eta*slope",
                f"set_at(scratch, {self.speeds_at} + here, speed)",
                f"set_at(scratch, {self.weights_at} + here, w + speed)",
            )
        else:
            text.add(f"set_at(scratch, {self.weights_at} + here, w - eta*slope)")
        text.close()

    # --- one example of a vector of copies

    def _example(self, text: Text) -> None:
        self._read(text)
        layers = self.system.layers
        for number, layer in enumerate(layers):
            self._forward(text, number, layer, number == len(layers) - 1)
        self._residual(text)
        for number in range(len(layers) - 1, -1, -1):
            self._backward(text, number, layers[number])
            if self.system.frozen:
                break

    def _read(self, text: Text) -> None:
        """The features of the rows that the copies drew, and the target."""
        inputs, v, piece = self.system.inputs, self.vector, self.table.piece
        text.add("# the rows that were drawn")
        for begin in range(0, inputs + 1, piece):
            names = [
                f"x_{i}" if i < inputs else "target" if i == inputs else "_"
                for i in range(begin, begin + piece)
            ]
            text.add(f"{', '.join(names)} = columns(table, place, {begin})")
            text.add(
                *(
                    f"set_at(scratch, {self.values_at[0] + i * v}, x_{i})"
                    for i in range(begin, min(begin + piece, inputs))
                )
            )
        if self.system.label_noise:
            text.add(
                "word, seed_a, seed_b = next_words(seed_a, seed_b)",
                "target += label_noise*normal(word, numbers)",
            )

    def _forward(self, text: Text, number: int, layer: Layer, is_last: bool) -> None:
        v, n = self.vector, layer.inputs
        text.add(f"# layer {number + 1}: {n} to {layer.outputs}")
        whole = layer.outputs // _AT_ONCE * _AT_ONCE
        for first, last, count in ((0, whole, _AT_ONCE), (whole, layer.outputs, 1)):
            if first == last:
                continue
            text.open(f"for unit in range({first}, {last}, {count}):")
            text.add(f"row = own + {self.weights_at + layer.first * v} + unit*{n * v}")
            for u in range(count):
                bias = (
                    f"at(scratch, own + {self.weights_at + layer.biases * v} + (unit + {u})*{v})"
                    if layer.biases is not None
                    else "none"
                )
                text.add(f"z_{u} = {bias}")
            text.open(f"for source in range({n}):")
            text.add(f"x = at(scratch, {self.values_at[number]} + source*{v})")
            text.add(*(f"z_{u} += at(scratch, row + {u * n * v} + source*{v})*x" for u in range(count)))
            text.close()
            for u in range(count):
                place = f"{self.values_at[number + 1]} + (unit + {u})*{v}"
                if is_last:
                    text.add(f"set_at(scratch, {place}, z_{u})")
                else:
                    text.add(*activation_lines(self.system.activation, f"z_{u}", f"a_{u}", f"s_{u}"))
                    text.add(f"set_at(scratch, {place}, a_{u})")
                    text.add(f"set_at(scratch, {self.slopes_at[number]} + (unit + {u})*{v}, s_{u})")
            text.close()

    def _residual(self, text: Text) -> None:
        """∂loss/∂output into the slopes of the last layer."""
        v, outputs = self.vector, self.system.outputs
        f, r = self.values_at[-1], self.slopes_at[-1]
        text.add(f"# what the loss ({self.system.loss}) pulls at")
        if self.system.loss == "squared":
            text.add(f"set_at(scratch, {r}, at(scratch, {f}) - target)")
        elif self.system.loss == "logistic":
            text.add(f"set_at(scratch, {r}, 0.5 + 0.5*tanh(0.5*at(scratch, {f})) - target)")
        else:
            text.add(f"top = at(scratch, {f})")
            text.open(f"for unit in range(1, {outputs}):")
            text.add(f"z = at(scratch, {f} + unit*{v})", "top = chosen(z, top, z, top)")
            text.close()
            text.add("total = none")
            text.open(f"for unit in range({outputs}):")
            text.add(f"odds = exp(at(scratch, {f} + unit*{v}) - top)", "total += odds")
            text.add(f"set_at(scratch, {r} + unit*{v}, odds)")
            text.close()
            text.add("part = one/total")
            text.open(f"for unit in range({outputs}):")
            text.add(
                "own_class = matched(target, float(unit), one, none)",
                f"set_at(scratch, {r} + unit*{v}, at(scratch, {r} + unit*{v})*part - own_class)",
            )
            text.close()

    def _backward(self, text: Text, number: int, layer: Layer) -> None:
        """δ of the layer is in its slopes; the sums of its weights grow, and the layer below gets its δ."""
        v, n = self.vector, layer.inputs
        delta, given = self.slopes_at[number], self.values_at[number]
        sums = self.sums_at + layer.first * v
        text.add(f"# back through layer {number + 1}")
        if number > 0 and not self.system.frozen:
            text.open(f"for source in range({n}):")
            text.add("back = none")
            text.open(f"for unit in range({layer.outputs}):")
            text.add(
                f"back += at(scratch, own + {self.weights_at + layer.first * v} + (unit*{n} + source)*{v})"
                f"*at(scratch, {delta} + unit*{v})"
            )
            text.close()
            below = f"{self.slopes_at[number - 1]} + source*{v}"
            text.add(f"set_at(scratch, {below}, back*at(scratch, {below}))")
            text.close()
        text.open(f"for unit in range({layer.outputs}):")
        text.add(f"pull = at(scratch, {delta} + unit*{v})", f"row = own + {sums} + unit*{n * v}")
        text.open(f"for source in range({n}):")
        text.add(
            f"set_at(scratch, row + source*{v}, at(scratch, row + source*{v}) + pull*at(scratch, {given} + source*{v}))"
        )
        text.close()
        if layer.biases is not None:
            place = f"own + {self.sums_at + layer.biases * v} + unit*{v}"
            text.add(f"set_at(scratch, {place}, at(scratch, {place}) + pull)")
        text.close()


def activation_lines(kind: str, z: str, value: str, slope: str) -> list[str]:
    """Lines that give the activation of `z` and its slope."""
    match kind:
        case "tanh":
            return [f"{value} = tanh({z})", f"{slope} = 1.0 - {value}*{value}"]
        case "sigmoid":
            return [f"{value} = 0.5 + 0.5*tanh(0.5*{z})", f"{slope} = {value}*(1.0 - {value})"]
        case "relu":
            return [f"{value} = chosen({z}, 0.0, {z}, 0.0)", f"{slope} = chosen({z}, 0.0, 1.0, 0.0)"]
        case "gelu":
            return [
                f"{slope} = 0.5 + 0.5*erf(0.7071067811865476*{z})",
                f"{value} = {z}*{slope}",
                f"{slope} += {z}*(0.3989422804014327*exp(-0.5*{z}*{z}))",
            ]
        case "square":
            return [f"{value} = {z}*{z}", f"{slope} = {z} + {z}"]
    return [f"{value} = {z}", f"{slope} = one"]
