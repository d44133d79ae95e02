"""The first form: a loss with a noise. g = ∇loss, Σ from the noise preset with L and H put in."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression, name, substitute
from sgdtui.expression.derivative import derivative
from sgdtui.model.equations import Equations
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Matrix, Noise

LOSS_MINIMUM = "L_min"
"""The hidden parameter that stands for the loss's minimum on the domain, where a noise names `L`."""


@dataclass(frozen=True, slots=True)
class GradientSystem:
    """SGD on `loss` with gradient noise `noise`."""

    loss: Loss
    noise: Noise

    form = "gradient"

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the coordinates."""
        return self.loss.variables

    @property
    def dimension(self) -> int:
        """The number of coordinates, d."""
        return self.loss.dimension

    @property
    def needs_loss_minimum(self) -> bool:
        """Whether Σ names `L`, so that the minimum of the loss must be known."""
        return any("L" in entry.names for entry in self.noise.covariance)

    def equations(self) -> Equations:
        """Drift -∇loss and Σ in the system's own variables; slow, since derivatives are symbolic."""
        variables = self.variables
        gradient = tuple(derivative(self.loss.expression, variable) for variable in variables)
        return Equations(
            variables=variables,
            drift=tuple(-g for g in gradient),
            covariance=self.covariance(),
            structure=self.noise.form,
            loss=self.loss.expression,
        )

    def covariance(self) -> Matrix:
        """Σ of one example, (d, d), in the system's own variables (no derivative is taken unless it names `H`)."""
        return tuple(
            tuple(self._in_own_names(entry) for entry in row) for row in self.noise.matrix(self.dimension)
        )

    def _in_own_names(self, entry: Expression) -> Expression:
        replacements: dict[str, Expression] = {}
        if "L" in entry.names:
            replacements["L"] = self.loss.expression - name(LOSS_MINIMUM)
        if "H" in entry.names:
            first = self.variables[0]
            replacements["H"] = derivative(derivative(self.loss.expression, first), first)
        for position, coordinate in enumerate(("x", "y")[: self.dimension]):
            if coordinate in entry.names:
                replacements[coordinate] = name(self.variables[position])
        return substitute(entry, replacements) if replacements else entry
