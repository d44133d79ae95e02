"""The fourth form: a continuous-time chain on the states 0, 1, …, n-1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.expression import Expression
from sgdtui.expression.numeric import evaluate
from sgdtui.model.loss import Interval
from sgdtui.model.step_terms import StepTerms

EVALUATE = {"source": 0.0, "symmetric": 0.5, "destination": 1.0}


@dataclass(frozen=True, slots=True)
class HopSystem:
    """Hops to each neighbour at rate/2; a hop off the end does not happen and is not redirected.

    `rate` is an expression of `x`; a hop from i to j has the rate rate(i)^(1-s)·rate(j)^s / 2 with s =
    `destination_weight` (0 source, ½ symmetric, 1 destination).
    """

    states: int
    rate: Expression
    destination_weight: float = 0.0

    form = "hops"
    surface = None
    exchangeable_noise = None
    has_fields = False
    in_continuous_time = True
    each_example_is_a_map = False
    isotropic = True
    rows_without_replacement = None
    variables = ("x",)
    dimension = 1

    @property
    def window(self) -> tuple[Interval, ...]:
        """One bin a state."""
        return ((-0.5, self.states - 0.5),)

    def batch_factor(self, batch: int) -> float:
        """No batch is drawn; 1/B as anywhere."""
        return 1.0 / batch

    def step_expressions(self) -> tuple[Expression, ...]:
        """None that would be costly."""
        return ()

    def examples_a_step(self, batch: int) -> None:
        """None: there are no examples."""

    def folded(self, _terms: StepTerms, /) -> None:
        """None: nothing can be added to its steps."""

    def bound(self, values: dict[str, float], _domain: tuple[Interval, ...] | None, /) -> dict[str, float]:
        """The values."""
        return values

    def hop_rates(self, values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        """Rates of hopping up and down from every state, each (states,), per unit time; 0 off the ends.

        A state beyond an end has a rate too only in so far as `rate` is evaluated inside: blocked hops have rate 0.
        """
        rate = np.broadcast_to(
            evaluate(self.rate, {**values, "x": np.arange(self.states, dtype=float)}), (self.states,)
        )
        s = self.destination_weight
        between = 0.5 * rate[:-1] ** (1 - s) * rate[1:] ** s
        back = 0.5 * rate[1:] ** (1 - s) * rate[:-1] ** s
        return np.append(between, 0.0), np.insert(back, 0, 0.0)
