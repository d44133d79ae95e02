"""An experiment: a system, how it steps, where it lives, what is watched and what is claimed. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sgdtui
from sgdtui.expression import Expression
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.parameter import Parameter
from sgdtui.model.space import Space
from sgdtui.model.start import At, Start
from sgdtui.model.system import System

AUTO = None
"""A length of burn-in or run that is left to be found: at least five relaxation times."""
UNNAMED = "unnamed"
"""The name of an experiment that came from no file."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """How much to simulate. `burn_in` steps record nothing; then `steps`, recorded after every `every`-th."""

    walkers: int = 65536
    burn_in: int | None = AUTO
    steps: int | None = AUTO
    every: int = 10
    seed: int = 0
    bins: int | None = None

    def bins_for(self, axes: int) -> int:
        """Bins an axis: as asked, else 200 in one dimension and 64 in two."""
        return self.bins if self.bins is not None else (200 if axes == 1 else 64)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A claim: `that` (a path into the result, or arithmetic of paths) is `value`, within `within`.

    `value` is a number, a truth value or a text (a verdict); `at` picks a time in the series; `variant` a
    variant.
    """

    that: str
    value: float | str | bool
    within: float | None = None
    at: float | None = None
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A further run of the same preset with `changes`: dotted path to new value, as a preset writes it."""

    name: str
    changes: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """Everything that a run needs. Compared by identity; `document` is what it was read from.

    `parameters` are all dials that expressions may name, with their values; `temperature` is "minimum",
    "average", "best-kl" or a number; `observe` are the named expressions to average (a condition is a probability).
    """

    system: System
    parameters: tuple[Parameter, ...] = ()
    dynamics: Dynamics = field(default_factory=Dynamics)
    space: Space = field(default_factory=Space)
    start: Start = field(default_factory=lambda: At((0.0,)))
    run: RunPlan = field(default_factory=RunPlan)
    temperature: str | float = "minimum"
    observe: tuple[tuple[str, Expression], ...] = ()
    until: Expression | None = None
    variants: tuple[Variant, ...] = ()
    expect: tuple[Expectation, ...] = ()
    name: str = UNNAMED
    title: str = ""
    story: str = ""
    source: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """The number of coordinates, d (the velocity of momentum or tumbling not counted)."""
        return self.system.dimension

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the coordinates."""
        return self.system.variables

    @property
    def values(self) -> dict[str, float]:
        """The value of every parameter, by name (without `L_min`, which `fields.bind` adds)."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    @property
    def time_step(self) -> float:
        """The time that one step takes: dt for an SDE and for the forms in continuous time, else the nominal eta."""
        continuous = self.dynamics.is_sde or self.system.in_continuous_time
        return self.dynamics.dt if continuous else self.dynamics.eta

    def with_parameter(self, name: str, value: float) -> Experiment:
        """The same experiment with one parameter turned. Raises KeyError for a name that is no parameter."""
        if all(parameter.name != name for parameter in self.parameters):
            raise KeyError(name)
        return replace(
            self,
            parameters=tuple(replace(p, value=value) if p.name == name else p for p in self.parameters),
        )

    def changed(self, **changes: Any) -> Experiment:
        """The same experiment with dials turned, checked as a preset is: `experiment.changed(eta=0.1, walkers=1024)`.

        Names are those of `--set`. Raises PresetError for an unknown name or a value that is out of range.
        """
        turned: Experiment = sgdtui.changed(self, changes)
        return turned

    @property
    def noise_scale(self) -> float:
        """Cov ghat / Sigma: 1/B, or with the finite-population factor of draws without replacement.

        The diffusion tensor of the SDE is D = eta·noise_scale·Sigma/2.
        """
        return self.system.batch_factor(self.dynamics.batch)
