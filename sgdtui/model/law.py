"""Laws of the gradient noise of one example, each with unit variance where there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass

KINDS = ("gaussian", "rademacher", "uniform", "laplace", "student-t", "stable")


@dataclass(frozen=True, slots=True)
class Law:
    """The shape of the noise: every component is drawn from it, then multiplied by a Cholesky factor of Σ.

    `shape` is ν for `student-t` (> 2, so that a variance exists) and α for `stable` (0 < α ≤ 2, characteristic
    function exp(-|t|^α)); None for the others.
    """

    kind: str = "gaussian"
    shape: float | None = None

    @property
    def has_variance(self) -> bool:
        """Whether the law has a finite variance (stable laws with α < 2 have none)."""
        return self.kind != "stable" or self.shape == 2.0

    def batch_scale(self, batch: int) -> float:
        """The factor by which the mean of `batch` independent draws shrinks: B^(-1/2), or B^(1/α - 1)."""
        if self.kind == "stable" and self.shape is not None:
            return math.pow(batch, 1.0 / self.shape - 1.0)
        return 1.0 / math.sqrt(batch)

    def __str__(self) -> str:
        """The law as a preset writes it."""
        return self.kind if self.shape is None else f"{self.kind}({self.shape:g})"
