"""The rule of an experiment's step with its numbers: what is remembered, and its formulas as checked expressions.

Numpy takes a step by them here; `sgdtui.simulate.form.update` writes the same formulas into kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression, parse
from sgdtui.expression.numeric import evaluate
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.rules.registry import RULES
from sgdtui.model.rules.rule import Formulas, Rule

OF_THE_STEP = ("eta", "age")
GRADIENT, LENGTH, MOVE = "g", "length", "move"


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """A rule as it is taken.

    state     what is remembered of each coordinate; all 0 at the start
    odd       which of those change sign with the coordinate
    once      formulas that hold for all walkers: (name, expression) in order
    shared    those that hold for all coordinates of a walker
    own       those of each coordinate; the last gives `move`
    numbers   every number that they name, by name
    decay     the decoupled weight decay: x is further moved by -eta*decay*x
    """

    rule: Rule
    state: tuple[str, ...]
    odd: frozenset[str]
    once: tuple[tuple[str, Expression], ...]
    shared: tuple[tuple[str, Expression], ...]
    own: tuple[tuple[str, Expression], ...]
    numbers: Mapping[str, float]
    decay: float

    @property
    def needs_length(self) -> bool:
        """Whether the length of the whole gradient is named."""
        return any(LENGTH in formula.names for _, formula in (*self.shared, *self.own))

    def take(
        self, x: Array, gradient: Array, state: Mapping[str, Array], eta: float, age: int
    ) -> tuple[Array, dict[str, Array]]:
        """Points (n, d) and their states (n, d) after one step against `gradient` (n, d), noise included."""
        names: dict[str, float | Array] = {**self.numbers, "eta": eta, "age": float(age), GRADIENT: gradient}
        names |= state
        names[LENGTH] = np.linalg.norm(gradient, axis=1, keepdims=True)
        for target, formula in (*self.once, *self.shared, *self.own):
            names[target] = evaluate(formula, {name: names[name] for name in formula.names} or {"eta": eta})
        return x + names[MOVE] - eta * self.decay * x, {name: np.asarray(names[name]) for name in self.state}


def update_of(dynamics: Dynamics) -> Update:
    """The rule of the dynamics. Raises ValueError where it has no formulas with, or without, momentum."""
    rule = RULES[dynamics.optimizer.name]
    carried = dynamics.momentum != 0.0
    formulas, state = (rule.carried, rule.carries) if carried else (rule.formulas, rule.moments)
    if formulas is None:
        raise ValueError(f"{rule.title} has no step {'with' if carried else 'without'} momentum")
    own = {number.name: number.default for number in rule.numbers} | dict(dynamics.optimizer.numbers)
    numbers = {**own, "momentum": dynamics.momentum, "dampening": dynamics.dampening}
    once, shared, each = _sorted(formulas, state, tuple(numbers))
    odd = rule.odd & set(state)
    return Update(rule, state, odd, once, shared, each, numbers, dynamics.decay)


Parsed = tuple[tuple[str, Expression], ...]


@lru_cache(maxsize=64)
def _sorted(
    formulas: Formulas, state: tuple[str, ...], numbers: tuple[str, ...]
) -> tuple[Parsed, Parsed, Parsed]:
    """Formulas by what they vary with: nothing but the step, the walker, the coordinate."""
    known = [*numbers, *OF_THE_STEP, GRADIENT, LENGTH, *state]
    of_coordinate, of_walker = {GRADIENT, *state}, {LENGTH}
    once, shared, own = [], [], []
    for target, text in formulas:
        formula = parse(text, known)
        known.append(target)
        if formula.names & of_coordinate or target in state:
            of_coordinate.add(target)
            own.append((target, formula))
        elif formula.names & of_walker:
            of_walker.add(target)
            shared.append((target, formula))
        else:
            once.append((target, formula))
    return tuple(once), tuple(shared), tuple(own)
