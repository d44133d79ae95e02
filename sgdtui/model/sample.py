"""The third form: real SGD over data. The gradient noise follows from the examples."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.expression import Expression, constant, name
from sgdtui.expression.derivative import derivative
from sgdtui.model.data import Data, Table
from sgdtui.model.step_terms import StepTerms

DRAWS = ("replacement", "distinct", "reshuffle")
MODELS = ("linear-regression", "logistic-regression")


@dataclass(frozen=True, slots=True)
class SampleSystem:
    """Minibatch SGD: ghat is the mean gradient of `batch` examples drawn by `draw`.

    Either `loss` is an expression of the `variables`, the data's columns and the parameters, or `model` names a
    built-in model: "linear-regression" (half the squared error) or "logistic-regression" (log loss). A model has
    one weight per feature column in column order (all columns but the last, which is the target; a column of ones
    is added by the preset where an intercept is wanted), plus an L2 penalty ½·ridge·|w|².
    """

    data: Data
    variables: tuple[str, ...]
    loss: Expression | None = None
    model: str | None = None
    draw: str = "replacement"
    ridge: float = 0.0
    domain: tuple[tuple[float, float], ...] | None = None

    form = "sample"
    surface = None
    exchangeable_noise = None
    states = None
    has_fields = True
    in_continuous_time = False
    each_example_is_a_map = True

    @property
    def dimension(self) -> int:
        """The number of weights, d."""
        return len(self.variables)

    @property
    def window(self) -> tuple[tuple[float, float], ...] | None:
        """The domain, if the preset gave one."""
        return self.domain

    @property
    def isotropic(self) -> bool:
        """Only on the line: what the noise of data looks like is not known beforehand."""
        return self.dimension == 1

    @property
    def rows_without_replacement(self) -> int | None:
        """The number of rows, where a batch holds none of them twice."""
        return self.example_count if self.draw != "replacement" else None

    def step_expressions(self) -> tuple[Expression, ...]:
        """None: a step goes through examples."""
        return ()

    def examples_a_step(self, batch: int) -> int:
        """The examples of a batch."""
        return batch

    def folded(self, terms: StepTerms, /) -> SampleSystem | None:
        """Decay is a ridge of the model, or a term of every example's loss; the noise of data is its own."""
        if terms.precondition is not None or terms.inject is not None:
            return None
        if self.loss is None:
            return replace(self, ridge=self.ridge + terms.decay)
        squares = name(self.variables[0]) ** constant(2.0)
        for variable in self.variables[1:]:
            squares = squares + name(variable) ** constant(2.0)
        return replace(self, loss=self.loss + constant(terms.decay / 2) * squares)

    def bound(
        self, values: dict[str, float], _domain: tuple[tuple[float, float], ...] | None, /
    ) -> dict[str, float]:
        """The values."""
        return values

    @property
    def example_count(self) -> int | None:
        """The number of rows N, or None where examples are drawn afresh."""
        return len(self.data.rows) if isinstance(self.data, Table) else None

    @property
    def feature_sizes(self) -> dict[str, float]:
        """The root mean square of every feature column of a built-in model over a table; empty for other systems."""
        if self.model is None or not isinstance(self.data, Table):
            return {}
        sizes = np.sqrt(np.mean(self.data.rows[:, :-1] ** 2, axis=0))
        return {name: float(size) for name, size in zip(self.data.columns, sizes, strict=False)}

    def example_gradient(self) -> tuple[Expression, ...]:
        """∇ of one example's loss, d expressions of variables, columns and parameters (expression losses only)."""
        if self.loss is None:
            raise ValueError("a built-in model has no expression")
        return tuple(derivative(self.loss, variable) for variable in self.variables)

    def batch_factor(self, batch: int) -> float:
        """Cov ghat = factor·Sigma: 1/B with replacement and for reshuffled epochs' single steps taken alone,
        (N - B)/((N - 1)·B) without replacement within the batch.
        """
        n = self.example_count
        if n is None or self.draw == "replacement":
            return 1.0 / batch
        return (n - batch) / ((n - 1) * batch) if n > 1 else 0.0
