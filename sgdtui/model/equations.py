"""The symbolic right-hand side of a process: drift and noise covariance as expressions."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression
from sgdtui.model.noise import Matrix


@dataclass(frozen=True, slots=True)
class Equations:
    """dx = drift·dt + noise of covariance Σ, in `variables`, the parameters, `k` and `t`.

    `drift` is d expressions, dx/dt (that is, -g); `covariance` is Σ of one example, (d, d); `structure` is
    "isotropic", "diagonal" or "full", the cheapest form that Σ is known to have; `loss` is None where there is
    none.
    """

    variables: tuple[str, ...]
    drift: tuple[Expression, ...]
    covariance: Matrix
    structure: str
    loss: Expression | None

    @property
    def dimension(self) -> int:
        """The number of variables, d."""
        return len(self.variables)
