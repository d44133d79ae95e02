"""What a system can be asked beside its coordinates: numbers of a place by name, such as a network's test loss.

They cost too much for every step: they are measured at record times, by exact formulas, over some of the walkers. An
expression that names one is evaluated here and not in the kernel of the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol, cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem
from sgdtui.model.system import System

_LEAST_SECONDS = 1e-7
"""Of an expression without quantities, at a place."""


class Quantities(Protocol):
    """The quantities of one experiment."""

    def seconds(self, name: str) -> float:
        """About how long one place takes on one core."""

    def at(self, names: Collection[str], x: Array) -> dict[str, Array]:
        """Each of the names at points (n, d), (n,)."""


def quantity_names(system: System) -> tuple[str, ...]:
    """The names that expressions which are observed or waited for may use beside coordinates and parameters."""
    names: tuple[str, ...] = getattr(system, "quantities", ())
    return names


def quantities(experiment: Experiment) -> Quantities:
    """Raises TypeError where the system has none."""
    make = _MAKERS.get(experiment.system.form)
    if make is None:
        raise TypeError(f"the {experiment.system.form} form has no quantities")
    return make(experiment)


def named(experiment: Experiment, expression: Expression) -> frozenset[str]:
    """The quantities that an expression names; a parameter of the same name wins."""
    return frozenset(expression.names & _known(experiment.system)) - experiment.values.keys()


def _known(system: System) -> frozenset[str]:
    return frozenset(quantity_names(system))


def beside_steps(experiment: Experiment) -> tuple[int, ...]:
    """Which of the observed expressions name a quantity."""
    if not quantity_names(experiment.system):
        return ()
    return tuple(i for i, (_, e) in enumerate(experiment.observe) if named(experiment, e))


def waits_beside_steps(experiment: Experiment) -> bool:
    """Whether `until` is looked at when records are made: where it, or what is observed, names a quantity."""
    if experiment.until is None or not quantity_names(experiment.system):
        return False
    return bool(beside_steps(experiment) or named(experiment, experiment.until))


def in_steps(experiment: Experiment) -> Experiment:
    """The experiment as the kernel of its steps sees it: without what names quantities."""
    outside = set(beside_steps(experiment))
    waits = waits_beside_steps(experiment)
    if not outside and not waits:
        return experiment
    return replace(
        experiment,
        observe=tuple(pair for i, pair in enumerate(experiment.observe) if i not in outside),
        until=None if waits else experiment.until,
    )


def seconds_a_place(experiment: Experiment, expressions: Sequence[Expression]) -> float:
    """About how long expressions take at one place, on one core."""
    used = {name for e in expressions for name in named(experiment, e)}
    if not used:
        return _LEAST_SECONDS
    asked = quantities(experiment)
    return max(_LEAST_SECONDS, sum(asked.seconds(name) for name in used))


def values_at(
    experiment: Experiment, expressions: Sequence[Expression], x: Array, k: float = 0.0, t: float = 0.0
) -> Array:
    """Expressions at places (n, d), quantities and all, (n, m)."""
    if not expressions:
        return np.zeros((len(x), 0))
    names: dict[str, float | Array] = {**experiment.values, "k": k, "t": t}
    used = {name for e in expressions for name in e.names}
    names |= {v: x[:, i] for i, v in enumerate(experiment.variables) if v in used}
    asked = {name for e in expressions for name in named(experiment, e)}
    if asked:
        names |= quantities(experiment).at(asked, x)
    found = [np.broadcast_to(evaluate(e, names), (len(x),)) for e in expressions]
    return np.stack(found, axis=1)


def _of_network(experiment: Experiment) -> Quantities:
    from sgdtui.model.network_quantities import NetworkQuantities

    return NetworkQuantities(cast(NetworkSystem, experiment.system), experiment.start)


_MAKERS: dict[str, Callable[[Experiment], Quantities]] = {"network": _of_network}
"""The quantities of each form that has any."""
