"""How a step is taken: SGD or the SDE, its rule, the learning rate and its schedule, momentum, convention, swarm."""

from __future__ import annotations

from dataclasses import dataclass, field

from sgdtui.expression import Expression
from sgdtui.model.step_terms import StepMatrix

CONVENTIONS = {"ito": 0.0, "stratonovich": 0.5, "anti-ito": 1.0}


@dataclass(frozen=True, slots=True)
class Swarm:
    """Groups of `size` workers, each pulled to its group's mean by the drift -coupling·(x - mean)."""

    size: int
    coupling: float


@dataclass(frozen=True, slots=True)
class Optimizer:
    """The rule of the step by its name in `sgdtui.model.rules.registry`, and those of its numbers that were given."""

    name: str = "sgd"
    numbers: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Dynamics:
    """One step of the process.

    `kind` is "sgd" (x' = x - eta·ghat) or "sde" (dx = -g dt + sqrt(eta·Sigma/B) dW, Euler steps of `dt`, the
    noise amplitude taken by `convention`: 0 Itô, ½ Stratonovich, 1 anti-Itô). `schedule` gives the learning rate
    at step `k`, time `t` (None: constant `eta`). `precision` is "single" or "double" (None: single for networks, else
    double). `optimizer` is what a step makes of the gradient (sgd), `dampening` what momentum takes from it, `decay`
    the decoupled weight decay: x is further moved by -eta·decay·x. Before the rule, `precondition` is the matrix C that
    the gradient is multiplied with, and `inject` the covariance of noise added to it after that.
    """

    kind: str = "sgd"
    eta: float = 0.1
    batch: int = 1
    momentum: float = 0.0
    schedule: Expression | None = None
    convention: float = 0.0
    dt: float = 0.01
    swarm: Swarm | None = None
    precision: str | None = None
    optimizer: Optimizer = field(default_factory=Optimizer)
    dampening: float = 0.0
    decay: float = 0.0
    precondition: StepMatrix | None = None
    inject: StepMatrix | None = None

    @property
    def is_sde(self) -> bool:
        """Whether the process is the SDE rather than the discrete chain."""
        return self.kind == "sde"

    @property
    def is_plain(self) -> bool:
        """Whether the step is eta times the gradient, or that of a heavy ball, and nothing beside it."""
        bare = self.precondition is None and self.inject is None and self.decay == 0.0
        return bare and self.optimizer.name == "sgd" and self.dampening == 0.0
