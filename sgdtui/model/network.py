"""A form: a feed-forward network trained by SGD on a table. Its coordinates are its weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression
from sgdtui.model.data import Table
from sgdtui.model.loss import Interval
from sgdtui.model.step_terms import StepTerms

ACTIVATIONS = ("tanh", "relu", "gelu", "sigmoid", "linear", "square")
LOSSES = ("squared", "logistic", "softmax")
TRAINED = ("all", "last")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: `outputs` units of `inputs` numbers each; its weights begin at `first` of all, its biases at `biases`
    (None: it has none). The weights are row by row, one row a unit, as in torch.
    """

    inputs: int
    outputs: int
    first: int
    biases: int | None

    @property
    def end(self) -> int:
        """One past its last number."""
        return self.first + self.inputs * self.outputs + (self.outputs if self.biases is not None else 0)


def stacked(inputs: int, hidden: tuple[int, ...], outputs: int, bias: bool) -> tuple[Layer, ...]:
    """The layers of a network, their weights one after the other."""
    found: list[Layer] = []
    first = 0
    for size in (*hidden, outputs):
        before = found[-1].outputs if found else inputs
        layer = Layer(before, size, first, first + before * size if bias else None)
        found.append(layer)
        first = layer.end
    return tuple(found)


def weight_names(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """w1_2_3 is the weight of layer 1 that brings input 3 to unit 2; b1_2 is the bias of that unit."""
    names: list[str] = []
    for number, layer in enumerate(layers, start=1):
        names += [
            f"w{number}_{unit + 1}_{source + 1}"
            for unit in range(layer.outputs)
            for source in range(layer.inputs)
        ]
        if layer.biases is not None:
            names += [f"b{number}_{unit + 1}" for unit in range(layer.outputs)]
    return tuple(names)


@dataclass(frozen=True, eq=False)
class NetworkSystem:
    """Minibatch SGD on a network: ghat is the mean gradient of `batch` rows drawn by `draw`.

    data         features, then the target as last column: (N, inputs + 1), rows kept out for the test included
    hidden       units of the hidden layers; () is a linear model
    activation   of the hidden layers
    loss         of one row: "squared" ½(f - y)², "logistic" for 0 and 1, "softmax" for the classes 0, 1, …
    outputs      of the last layer: classes under softmax, else 1
    ridge        the penalty ½·ridge·|θ|² of all weights, biases included
    label_noise  the standard deviation of what is added to the target at every draw (squared only)
    test         the share of rows that are kept out, chosen by a seed
    train        "all" weights, or the "last" layer's alone
    """

    data: Table
    hidden: tuple[int, ...]
    activation: str = "tanh"
    loss: str = "squared"
    outputs: int = 1
    ridge: float = 0.0
    label_noise: float = 0.0
    bias: bool = True
    test: float = 0.0
    train: str = "all"
    draw: str = "replacement"

    form = "network"
    surface = None
    exchangeable_noise = None
    window = None
    states = None
    has_fields = True
    in_continuous_time = False
    each_example_is_a_map = False

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers, the last included."""
        return stacked(self.inputs, self.hidden, self.outputs, self.bias)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of the weights, see `weight_names`."""
        return weight_names(self.layers)

    @property
    def inputs(self) -> int:
        """The number of features."""
        return len(self.data.columns) - 1

    @property
    def dimension(self) -> int:
        """The number of weights, P."""
        return self.layers[-1].end

    @property
    def frozen(self) -> int:
        """How many of the weights, the first, never move."""
        return self.layers[-1].first if self.train == "last" else 0

    @cached_property
    def _order(self) -> tuple[Array, Array]:
        """The rows to learn from and those kept out, each in the table's order."""
        n = len(self.data.rows)
        kept_out = round(self.test * n)
        shuffled = np.random.default_rng(0x7E57).permutation(n)
        return np.sort(shuffled[kept_out:]), np.sort(shuffled[:kept_out])

    @cached_property
    def rows(self) -> Array:
        """The rows to learn from, (N, inputs + 1)."""
        return np.ascontiguousarray(self.data.rows[self._order[0]])

    @cached_property
    def test_rows(self) -> Array:
        """The rows kept out, (M, inputs + 1)."""
        return np.ascontiguousarray(self.data.rows[self._order[1]])

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """What its copies can be asked at record times, as expressions name it: balance(1) is balance_1."""
        classes = self.loss != "squared"
        found = ["loss", "norm", "trH", "trSigma", "lambda_max"]
        found += ["accuracy"] if classes else []
        if len(self.test_rows):
            found += ["test_loss", "test_accuracy"] if classes else ["test_loss"]
        found += [f"balance_{layer}" for layer in range(1, len(self.hidden) + 1)]
        found += [f"output_{row}" for row in range(1, len(self.rows) + 1)]
        found += [f"{matrix}_{i}" for matrix in ("H", "Sigma") for i in range(1, self.dimension + 1)]
        return tuple(found)

    @property
    def isotropic(self) -> bool:
        """Only with one weight: what the noise of data looks like is not known beforehand."""
        return self.dimension == 1

    @property
    def rows_without_replacement(self) -> int | None:
        """The number of rows, where a batch holds none of them twice."""
        return len(self.rows) if self.draw != "replacement" else None

    def step_expressions(self) -> tuple[Expression, ...]:
        """None: a step goes through examples."""
        return ()

    def examples_a_step(self, batch: int) -> int:
        """The examples of a batch."""
        return batch

    def folded(self, _terms: StepTerms, /) -> None:
        """None: nothing can be added to its steps."""

    def bound(self, values: dict[str, float], _domain: tuple[Interval, ...] | None, /) -> dict[str, float]:
        """The values."""
        return values

    def batch_factor(self, batch: int) -> float:
        """Cov ghat = factor·Σ: 1/B with replacement, else (N - B)/((N - 1)·B) within a batch."""
        n = len(self.rows)
        if self.draw == "replacement":
            return 1.0 / batch
        return (n - batch) / ((n - 1) * batch) if n > 1 else 0.0

    def same_as(self, other: object) -> bool:
        """Whether two networks are equal in everything that a person writes."""
        return (
            isinstance(other, NetworkSystem) and self.settings == other.settings and self.data is other.data
        )

    @property
    def settings(self) -> tuple[object, ...]:
        """All but the data."""
        return (
            self.hidden, self.activation, self.loss, self.outputs, self.ridge, self.label_noise, self.bias,
            self.test, self.train, self.draw,
        )  # fmt: skip
