"""The numbers that are predicted beside the laws: one more is a file and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sgdtui.model.experiment import Experiment
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.prediction import Absence
from sgdtui.registry import Registry


@dataclass(frozen=True, slots=True, eq=False)
class NumbersKind:
    """A prediction of numbers as the house knows it.

    name   as in JSON and claims
    label  as a title
    work   from an experiment to its numbers, or why there are none; None where nobody would ask for them
    """

    name: str
    label: str
    work: Callable[[Experiment], Numbers | Absence | None]


def _tail_index(experiment: Experiment) -> Numbers | Absence | None:
    from sgdtui.predict.asymptotic.tail_index import tail_index

    return tail_index(experiment)


def _energy(experiment: Experiment) -> Numbers | Absence | None:
    from sgdtui.predict.asymptotic.energy import energy

    return energy(experiment)


NUMBERS: Registry[NumbersKind] = Registry(
    "prediction",
    (
        NumbersKind("tail_index", "tail index", _tail_index),
        NumbersKind("energy", "energy of the minima", _energy),
    ),
)
"""In the order in which they are worked out."""
