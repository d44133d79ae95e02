"""What a rule of the step is: formulas over the gradient and what it remembers, the same for numpy and for kernels."""

from __future__ import annotations

from dataclasses import dataclass

Formulas = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RuleNumber:
    """A number of a rule: a dial.

    It lies in [low, high], or (low, high) where `open_low` and `open_high` say so; `high` None: no upper end.
    """

    name: str
    default: float
    about: str
    low: float = 0.0
    high: float | None = None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the step, of one coordinate.

    Its formulas are assignments in order, the last of which gives `move`, what is added to the coordinate. They name
    the gradient `g` of the step (its noise included), what is remembered (0 at the start), the rule's numbers, and

        eta              the learning rate of the step
        age              the steps that the walker has taken since it was put at its start
        length           the Euclidean length of g over all coordinates
        momentum, dampening   of the dynamics

    name      as in a preset
    title     as a person says it
    formulas  without momentum; None where there is none without
    moments   what is remembered of each coordinate, without momentum
    carried   the formulas with momentum; None where the rule has none
    carries   what is remembered of each coordinate, with momentum
    odd       which of those change sign with the coordinate: a wall turns them round
    numbers   its own numbers
    decay     the decoupled weight decay where none is given
    source    whose rule it is
    why       one sentence: why no law of it is known
    settles   whether walkers can settle at all
    """

    name: str
    title: str
    formulas: Formulas | None
    source: str
    why: str
    moments: tuple[str, ...] = ()
    carried: Formulas | None = None
    carries: tuple[str, ...] = ()
    odd: frozenset[str] = frozenset()
    numbers: tuple[RuleNumber, ...] = ()
    decay: float = 0.0
    settles: bool = True
