"""The second form: a velocity field that need not be a gradient, with a noise."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression, name, substitute
from sgdtui.model.equations import Equations
from sgdtui.model.loss import Interval
from sgdtui.model.noise import Matrix, Noise
from sgdtui.model.step_terms import StepTerms


@dataclass(frozen=True, slots=True)
class DriftSystem:
    """dx/dt = `velocity`, one expression a variable, with gradient noise `noise`. There is no loss."""

    variables: tuple[str, ...]
    velocity: tuple[Expression, ...]
    noise: Noise

    form = "drift"
    surface = None
    window = None
    states = None
    has_fields = True
    in_continuous_time = False
    each_example_is_a_map = False
    rows_without_replacement = None

    @property
    def dimension(self) -> int:
        """The number of coordinates, d."""
        return len(self.variables)

    @property
    def exchangeable_noise(self) -> Noise:
        """The noise."""
        return self.noise

    @property
    def isotropic(self) -> bool:
        """Whether Σ is a number times the identity."""
        return self.dimension == 1 or self.noise.form == "isotropic"

    def batch_factor(self, batch: int) -> float:
        """Cov ghat over Σ: the noise's law shrinks by its own power of the batch."""
        return self.noise.law.batch_scale(batch) ** 2

    def step_expressions(self) -> tuple[Expression, ...]:
        """Velocity and Σ."""
        return (*self.velocity, *self.noise.covariance)

    def examples_a_step(self, batch: int) -> None:
        """None: there are no examples."""

    def folded(self, terms: StepTerms, /) -> DriftSystem | None:
        """The drift C·velocity - decay·x."""
        if not self.noise.names_alike(self.variables):
            return None
        own = tuple(name(variable) for variable in self.variables)
        noise = self.noise.of_step(terms.covariance(self.covariance()))
        return DriftSystem(self.variables, terms.drift(self.velocity, own), noise)

    def bound(self, values: dict[str, float], _domain: tuple[Interval, ...] | None, /) -> dict[str, float]:
        """The values: there is no loss whose minimum Σ could name."""
        return values

    def covariance(self) -> Matrix:
        """Σ of one example, (d, d), in the system's own variables."""
        own = {c: name(v) for c, v in zip(("x", "y"), self.variables, strict=False)}
        return tuple(
            tuple(
                substitute(
                    entry, {c: n for c, n in own.items() if c in entry.names and c not in self.variables}
                )
                for entry in row
            )
            for row in self.noise.matrix(self.dimension)
        )

    def equations(self) -> Equations:
        """The drift as written and Σ in the system's own variables."""
        return Equations(
            variables=self.variables,
            drift=self.velocity,
            covariance=self.covariance(),
            structure=self.noise.form,
            loss=None,
        )
