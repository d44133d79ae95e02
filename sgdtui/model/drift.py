"""The second form: a velocity field that need not be a gradient, with a noise."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression, name, substitute
from sgdtui.model.equations import Equations
from sgdtui.model.noise import Matrix, Noise


@dataclass(frozen=True, slots=True)
class DriftSystem:
    """dx/dt = `velocity`, one expression a variable, with gradient noise `noise`. There is no loss."""

    variables: tuple[str, ...]
    velocity: tuple[Expression, ...]
    noise: Noise

    form = "drift"

    @property
    def dimension(self) -> int:
        """The number of coordinates, d."""
        return len(self.variables)

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
