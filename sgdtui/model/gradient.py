"""The first form: a loss with a noise. g = ∇loss, Σ from the noise preset with L and H put in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression, constant, name, substitute
from sgdtui.expression.derivative import derivative
from sgdtui.expression.numeric import evaluate
from sgdtui.model.drift import DriftSystem
from sgdtui.model.equations import Equations
from sgdtui.model.loss import FALLBACK_INTERVAL, Interval, Loss
from sgdtui.model.minimum import lowest
from sgdtui.model.noise import Matrix, Noise
from sgdtui.model.step_terms import StepTerms

LOSS_MINIMUM = "L_min"
"""The hidden parameter that stands for the loss's minimum on the domain, where a noise names `L`."""


@lru_cache(maxsize=128)
def loss_minimum(loss: Loss, values: tuple[tuple[str, float], ...], box: tuple[Interval, ...]) -> float:
    """The lowest value of a loss on `box` (one interval a variable), at parameter `values`."""

    def at(points: Array) -> Array:
        places = {variable: points[:, i] for i, variable in enumerate(loss.variables)}
        return np.broadcast_to(evaluate(loss.expression, {**dict(values), **places}), points.shape[:1])

    return lowest(at, box)[1]


@dataclass(frozen=True, slots=True)
class GradientSystem:
    """SGD on `loss` with gradient noise `noise`."""

    loss: Loss
    noise: Noise

    form = "gradient"
    states = None
    has_fields = True
    in_continuous_time = False
    each_example_is_a_map = False
    rows_without_replacement = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the coordinates."""
        return self.loss.variables

    @property
    def dimension(self) -> int:
        """The number of coordinates, d."""
        return self.loss.dimension

    @property
    def surface(self) -> Loss:
        """The loss."""
        return self.loss

    @property
    def exchangeable_noise(self) -> Noise:
        """The noise."""
        return self.noise

    @property
    def window(self) -> tuple[Interval, ...] | None:
        """The loss's domain."""
        return self.loss.domain

    @property
    def isotropic(self) -> bool:
        """Whether Σ is a number times the identity."""
        return self.dimension == 1 or self.noise.form == "isotropic"

    def batch_factor(self, batch: int) -> float:
        """Cov ghat over Σ: the noise's law shrinks by its own power of the batch."""
        return self.noise.law.batch_scale(batch) ** 2

    def step_expressions(self) -> tuple[Expression, ...]:
        """Loss and Σ."""
        return (self.loss.expression, *self.noise.covariance)

    def examples_a_step(self, batch: int) -> None:
        """None: there are no examples."""

    def folded(self, terms: StepTerms, /) -> GradientSystem | DriftSystem | None:
        """A loss again where C is a number; else the drift C·g, which need not be a gradient."""
        if not self.noise.names_alike(self.variables):
            return None
        noise = self.noise.of_step(terms.covariance(self.covariance()))
        own = tuple(name(variable) for variable in self.variables)
        number = constant(1.0)
        if terms.precondition is not None:
            if terms.precondition.form != "isotropic" or terms.precondition.entries[0].constant_value is None:
                return DriftSystem(self.variables, terms.drift(self.equations().drift, own), noise)
            number = terms.precondition.entries[0]
        loss = self.loss.expression if number.constant_value == 1.0 else number * self.loss.expression
        if terms.decay:
            squares = own[0] ** constant(2.0)
            for variable in own[1:]:
                squares = squares + variable ** constant(2.0)
            loss = loss + constant(terms.decay / 2) * squares
        return GradientSystem(replace(self.loss, expression=loss), noise)

    def bound(self, values: dict[str, float], domain: tuple[Interval, ...] | None, /) -> dict[str, float]:
        """The values, and the loss's minimum on the domain where Σ names `L`."""
        if not any("L" in entry.names for entry in self.noise.covariance):
            return values
        box = domain if domain is not None and len(domain) == self.dimension else self.loss.domain
        box = box or (FALLBACK_INTERVAL,) * self.dimension
        return {**values, LOSS_MINIMUM: loss_minimum(self.loss, tuple(values.items()), box)}

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
