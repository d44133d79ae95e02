"""A fifth form: run-and-tumble on a line, the motion of a swimming bacterium (or of a shady fish)."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression
from sgdtui.model.loss import Interval
from sgdtui.model.step_terms import StepTerms


@dataclass(frozen=True, slots=True)
class TumbleSystem:
    """dx/dt = ±speed(x); the sign is drawn afresh at `rate` per unit time and reverses at the walls.

    With a constant tumble rate the stationary law is p ∝ 1/speed.
    """

    speed: Expression
    rate: Expression
    variables: tuple[str, ...] = ("x",)

    form = "tumble"
    surface = None
    exchangeable_noise = None
    window = None
    states = None
    has_fields = False
    in_continuous_time = True
    each_example_is_a_map = False
    isotropic = True
    rows_without_replacement = None
    dimension = 1

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
