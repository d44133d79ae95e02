"""What a step adds before its rule: a preconditioner of the gradient, injected noise, decoupled decay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sgdtui.expression import Expression, constant
from sgdtui.model.noise import Matrix

ZERO = constant(0.0)


@dataclass(frozen=True, slots=True)
class StepMatrix:
    """A (d, d) matrix of expressions as it was written: "isotropic" (one, times the identity), "diagonal" or "full"."""

    entries: tuple[Expression, ...]
    form: str

    def rows(self, dimension: int) -> Matrix:
        """All d² entries, row by row."""
        if self.form == "full":
            return tuple(self.entries[row * dimension : (row + 1) * dimension] for row in range(dimension))
        diagonal = self.entries * dimension if self.form == "isotropic" else self.entries
        return tuple(
            tuple(diagonal[row] if row == column else ZERO for column in range(dimension))
            for row in range(dimension)
        )


@dataclass(frozen=True, slots=True)
class StepTerms:
    """The step x <- x - eta·(C·ghat + √inject·ξ + decay·x), and Cov ghat over Σ, `scale`, of its batch."""

    precondition: StepMatrix | None
    inject: StepMatrix | None
    decay: float
    scale: float

    def drift(
        self, drift: tuple[Expression, ...], variables: tuple[Expression, ...]
    ) -> tuple[Expression, ...]:
        """The drift C·drift - decay·x from that of the gradient, d expressions each."""
        d = len(drift)
        if self.precondition is not None:
            drift = tuple(_dot(row, drift) for row in self.precondition.rows(d))
        if self.decay:
            drift = tuple(f - constant(self.decay) * x for f, x in zip(drift, variables, strict=True))
        return drift

    def covariance(self, sigma: Matrix) -> Matrix:
        """The Σ of one example that gives the noise of the step: C·Σ·Cᵀ + inject/scale."""
        d = len(sigma)
        if self.precondition is not None:
            c = self.precondition.rows(d)
            half = tuple(tuple(_dot(row, [s[j] for s in sigma]) for j in range(d)) for row in c)
            sigma = tuple(tuple(_dot(row, other) for other in c) for row in half)
        if self.inject is not None:
            share = constant(1.0 / self.scale)
            added = self.inject.rows(d)
            sigma = tuple(
                tuple(_sum(s, ZERO if is_zero(a) else share * a) for s, a in zip(row, more, strict=True))
                for row, more in zip(sigma, added, strict=True)
            )
        return sigma


def is_zero(expression: Expression) -> bool:
    """Whether an expression is the number 0."""
    return expression.constant_value == 0.0


def _sum(one: Expression, other: Expression) -> Expression:
    return other if is_zero(one) else one if is_zero(other) else one + other


def _dot(row: Sequence[Expression], column: Sequence[Expression]) -> Expression:
    total = ZERO
    for a, b in zip(row, column, strict=True):
        if is_zero(a) or is_zero(b):
            continue
        total = _sum(total, b if a.constant_value == 1.0 else a if b.constant_value == 1.0 else a * b)
    return total
