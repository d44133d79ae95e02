"""Drift, covariance and their derivatives as numbers: the experiment's equations at its parameter values.

Two implementations of one interface: symbolic equations (loss or drift with noise), and means over examples
(see `sgdtui.model.sample_fields`). Points are (n, d) throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol, cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.expression import Expression
from sgdtui.expression.derivative import derivative
from sgdtui.expression.numeric import evaluate
from sgdtui.model.equations import Equations
from sgdtui.model.experiment import Experiment
from sgdtui.model.noise import LEARNING_RATE
from sgdtui.model.sample import SampleSystem
from sgdtui.model.system import SymbolicSystem


class Fields(Protocol):
    """What predictions and drawings need to know of a system, at fixed parameter values."""

    @property
    def dimension(self) -> int:
        """The number of coordinates, d."""

    @property
    def has_loss(self) -> bool:
        """Whether there is a loss of which the drift is minus the gradient."""

    @property
    def time_dependent(self) -> bool:
        """Whether the drift or Σ names `k` or `t` (there is then no stationary law to predict)."""

    @property
    def minimum_near(self) -> Callable[[Array], Array] | None:
        """From a place (d,) to the minimum below it, where the minima are too many to look for; else None."""

    def loss(self, x: Array) -> Array:
        """The loss, (n,). Raises ValueError where there is none."""

    def gradient(self, x: Array) -> Array:
        """The mean gradient g = minus the drift, (n, d)."""

    def covariance(self, x: Array) -> Array:
        """Σ of one example's gradient, (n, d, d)."""

    def covariance_divergence(self, x: Array) -> Array:
        """(∇·Σ)_i = Σ_j ∂_j Σ_ij, (n, d)."""

    def hessian(self, x: Array) -> Array:
        """∂_j g_i, (n, d, d): the Hessian where there is a loss."""


@lru_cache(maxsize=128)
def equations_of(system: SymbolicSystem) -> Equations:
    """The symbolic equations of a system, differentiated once."""
    return system.equations()


@lru_cache(maxsize=128)
def _hessian_of(equations: Equations) -> tuple[tuple[Expression, ...], ...]:
    return tuple(tuple(-derivative(drift, v) for v in equations.variables) for drift in equations.drift)


@lru_cache(maxsize=128)
def _divergence_of(equations: Equations) -> tuple[Expression, ...]:
    total = []
    for row in equations.covariance:
        terms = [derivative(entry, v) for entry, v in zip(row, equations.variables, strict=True)]
        divergence = terms[0]
        for term in terms[1:]:
            divergence = divergence + term
        total.append(divergence)
    return tuple(total)


def parameter_values(experiment: Experiment) -> dict[str, float]:
    """Every name that the equations use, with its value: the parameters, `L_min` where Σ names `L`, and the nominal
    learning rate where it names `eta`.
    """
    values = experiment.system.bound(experiment.values, experiment.space.domain)
    noise = experiment.system.exchangeable_noise
    if noise is not None and noise.follows_eta:
        values = {**values, LEARNING_RATE: experiment.dynamics.eta}
    return values


class SymbolicFields:
    """Fields of a loss or drift with a noise, at given parameter values, step `k` and time `t`."""

    minimum_near = None

    def __init__(
        self, equations: Equations, values: dict[str, float], k: float = 0.0, t: float = 0.0
    ) -> None:
        self.equations = equations
        self.values = {**values, "k": k, "t": t}
        self.dimension = equations.dimension
        self.has_loss = equations.loss is not None
        entries = (*equations.drift, *(entry for row in equations.covariance for entry in row))
        self.time_dependent = any(entry.names & {"k", "t"} for entry in entries)

    def _at(self, expression: Expression, x: Array) -> Array:
        checkpoint()
        names: dict[str, float | Array] = {
            **self.values,
            **{v: x[:, i] for i, v in enumerate(self.equations.variables)},
        }
        return np.broadcast_to(evaluate(expression, names), x.shape[:1])

    def loss(self, x: Array) -> Array:
        """The loss, (n,). Raises ValueError where there is none."""
        if self.equations.loss is None:
            raise ValueError("this system has no loss")
        return self._at(self.equations.loss, x)

    def gradient(self, x: Array) -> Array:
        """The mean gradient g = minus the drift, (n, d)."""
        return -np.stack([self._at(f, x) for f in self.equations.drift], axis=1)

    def covariance(self, x: Array) -> Array:
        """Σ of one example's gradient, (n, d, d)."""
        return np.stack(
            [np.stack([self._at(e, x) for e in row], axis=1) for row in self.equations.covariance], axis=1
        )

    def covariance_divergence(self, x: Array) -> Array:
        """∇·Σ, (n, d), from exact derivatives (never a delta at a jump)."""
        return np.stack([self._at(e, x) for e in _divergence_of(self.equations)], axis=1)

    def hessian(self, x: Array) -> Array:
        """∂_j g_i, (n, d, d)."""
        return np.stack(
            [np.stack([self._at(e, x) for e in row], axis=1) for row in _hessian_of(self.equations)], axis=1
        )


def fields(experiment: Experiment, k: float = 0.0, t: float = 0.0) -> Fields:
    """The fields of an experiment at its parameter values.

    Raises TypeError for the forms that have no drift and diffusion (hops, tumble).
    """
    make = _MAKERS.get(experiment.system.form)
    if make is None:
        raise TypeError(f"the {experiment.system.form} form has no drift and diffusion fields")
    return make(experiment, k, t)


def _symbolic(experiment: Experiment, k: float, t: float) -> Fields:
    values = parameter_values(experiment)
    schedule = experiment.dynamics.schedule
    if LEARNING_RATE in values and schedule is not None:
        values[LEARNING_RATE] = float(evaluate(schedule, {**values, "k": k, "t": t}))
    return SymbolicFields(equations_of(cast(SymbolicSystem, experiment.system)), values, k, t)


def _over_examples(experiment: Experiment, k: float, t: float) -> Fields:
    from sgdtui.model.drawn_fields import drawn_fields, needs_cuts
    from sgdtui.model.polynomial_fields import polynomial_fields
    from sgdtui.model.sample_fields import SampleFields

    system, values = cast(SampleSystem, experiment.system), {**experiment.values, "k": k, "t": t}
    if needs_cuts(system):
        return drawn_fields(system, values)
    return polynomial_fields(system, values) or SampleFields(system, values)


def _of_network(experiment: Experiment, _k: float, _t: float) -> Fields:
    from sgdtui.model.network import NetworkSystem
    from sgdtui.model.network_fields import NetworkFields

    return NetworkFields(cast(NetworkSystem, experiment.system))


_MAKERS: dict[str, Callable[[Experiment, float, float], Fields]] = {
    "gradient": _symbolic,
    "drift": _symbolic,
    "sample": _over_examples,
    "network": _of_network,
}
"""The fields of each form that has any."""
