"""A loss: an expression of one or two variables with parameters, a domain and named regions."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression
from sgdtui.model.parameter import Parameter

Interval = tuple[float, float]

FALLBACK_INTERVAL: Interval = (-8.0, 8.0)
"""Where the minimum of a loss is looked for when neither the space nor the loss names a domain."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss surface `expression` over `variables`; `domain` is where it is worth drawing (None: unknown)."""

    expression: Expression
    variables: tuple[str, ...] = ("x",)
    name: str = ""
    title: str = ""
    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    domain: tuple[Interval, ...] | None = None
    regions: tuple[tuple[str, Expression], ...] = ()

    @property
    def dimension(self) -> int:
        """The number of variables."""
        return len(self.variables)
