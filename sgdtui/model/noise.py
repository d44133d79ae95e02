"""Gradient noise: the covariance Σ of one example's gradient, as expressions, and the law of its shape."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sgdtui.expression import Expression, constant
from sgdtui.model.law import Law
from sgdtui.model.parameter import Parameter

Matrix = tuple[tuple[Expression, ...], ...]

LEARNING_RATE = "eta"
"""What Σ calls the learning rate of the step, so that noise may be tied to it: Σ = 2T/eta holds the temperature."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Σ(x) of one example's gradient.

    `form` says how `covariance` was written: "isotropic" (one expression s, Σ = s·I), "diagonal" (d expressions)
    or "full" (d*d expressions, row by row). Its names `x`, `y` mean the first and second coordinate, `L` the loss
    above its minimum on the domain, `H` its curvature and `eta` the learning rate of the step; `matrix` puts the
    system's own variables in their place (see `sgdtui.model.gradient`).
    """

    covariance: tuple[Expression, ...]
    form: str = "isotropic"
    law: Law = field(default_factory=Law)
    name: str = ""
    title: str = ""
    about: str = ""
    parameters: tuple[Parameter, ...] = ()

    def names_alike(self, variables: tuple[str, ...]) -> bool:
        """Whether Σ in the system's own variables means in a noise what it means there: its x is the first of them."""
        own = zip(("x", "y"), variables, strict=False)
        return all(coordinate not in variables or coordinate == name for coordinate, name in own)

    @property
    def follows_eta(self) -> bool:
        """Whether Σ depends on the learning rate."""
        return any(LEARNING_RATE in entry.names for entry in self.covariance)

    @property
    def dimension(self) -> int | None:
        """The dimension that this noise needs, or None where it fits any."""
        if self.form == "diagonal":
            return len(self.covariance)
        if self.form == "full":
            return math.isqrt(len(self.covariance))
        names = {name for entry in self.covariance for name in entry.names}
        if "y" in names:
            return 2
        return 1 if "H" in names else None

    def of_step(self, covariance: Matrix) -> Noise:
        """The same law with another Σ, all of whose names are the system's own."""
        d = len(covariance)
        entries = tuple(entry for row in covariance for entry in row)
        if d == 1:
            return Noise(entries, "isotropic", self.law)
        apart = all(entry.constant_value == 0.0 for i, entry in enumerate(entries) if i % (d + 1))
        return Noise(entries[:: d + 1] if apart else entries, "diagonal" if apart else "full", self.law)

    def matrix(self, dimension: int) -> Matrix:
        """Σ as a (d, d) matrix of expressions, still in the noise's own names."""
        zero = constant(0.0)
        if self.form == "full":
            return tuple(
                tuple(self.covariance[row * dimension + column] for column in range(dimension))
                for row in range(dimension)
            )
        diagonal = self.covariance * dimension if self.form == "isotropic" else self.covariance
        return tuple(
            tuple(diagonal[row] if row == column else zero for column in range(dimension))
            for row in range(dimension)
        )
