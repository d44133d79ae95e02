"""What the rest of the house may ask of a system, whatever its form. One file a form implements it.

A form is a loss with a noise, a velocity field, data, a chain of states, … Nobody outside a form's own files asks which
one it is: they ask what it can do.
"""

from __future__ import annotations

from typing import Protocol

from sgdtui.expression import Expression
from sgdtui.model.equations import Equations
from sgdtui.model.law import Law
from sgdtui.model.loss import Interval, Loss
from sgdtui.model.noise import Matrix, Noise
from sgdtui.model.step_terms import StepTerms


class System(Protocol):
    """A system as the house sees it."""

    @property
    def form(self) -> str:
        """The word for its form: gradient, drift, sample, hops, tumble."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the coordinates."""

    @property
    def dimension(self) -> int:
        """The number of coordinates, d."""

    @property
    def surface(self) -> Loss | None:
        """The loss that may be exchanged for another; None where there is none."""

    @property
    def exchangeable_noise(self) -> Noise | None:
        """The noise that may be exchanged for another; None where it is the system's own."""

    @property
    def window(self) -> tuple[Interval, ...] | None:
        """The domain that it brings along, an interval a coordinate (or a drawn axis); None where it has none."""

    @property
    def states(self) -> int | None:
        """The number of its states where places are whole numbers from 0; None in a continuum."""

    @property
    def has_fields(self) -> bool:
        """Whether it has a drift and a covariance as functions of place, and so a learning rate and a batch."""

    @property
    def in_continuous_time(self) -> bool:
        """Whether a step takes `dt`, whatever the dynamics say."""

    @property
    def isotropic(self) -> bool:
        """Whether its noise is known to be the same in all directions."""

    @property
    def rows_without_replacement(self) -> int | None:
        """The rows that a batch is drawn from without putting any back; None where there is no such end."""

    @property
    def each_example_is_a_map(self) -> bool:
        """Whether steps go through examples whose gradients are functions of place that grids can afford."""

    def batch_factor(self, batch: int) -> float:
        """Cov ghat over Σ for a batch of that size."""

    def step_expressions(self) -> tuple[Expression, ...]:
        """What one step evaluates at each walker, where that is expressions; () elsewhere."""

    def examples_a_step(self, batch: int) -> int | None:
        """The examples that a step goes through; None where there are none."""

    def folded(self, terms: StepTerms, /) -> System | None:
        """The system whose own steps are those of this one with `terms`; None where there is none of the kind."""

    def bound(self, values: dict[str, float], domain: tuple[Interval, ...] | None, /) -> dict[str, float]:
        """Every name that its expressions use with its value: the parameters' `values` and what stands for itself."""


class SymbolicSystem(System, Protocol):
    """A system whose drift and covariance are expressions; hashable."""

    def __hash__(self) -> int:
        """Equal systems have equal equations."""

    def equations(self) -> Equations:
        """Drift and Σ in the system's own variables; slow, since derivatives are symbolic."""

    def covariance(self) -> Matrix:
        """Σ of one example, (d, d), in the system's own variables."""


def law_of(system: System) -> Law | None:
    """The law that the noise is drawn from, where it is a law and not data."""
    noise = system.exchangeable_noise
    return noise.law if noise is not None else None
