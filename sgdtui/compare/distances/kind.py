"""What makes a distance: how it is called, what it is, how it errs, and what sampling alone would show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sgdtui.arrays import Array
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.sampling import Sampling


@dataclass(frozen=True, slots=True)
class DistanceKind:
    """One distance.

    name          as in JSON and claims: "tv"
    label         as on the screen: "TV"; `plain` in plain text
    between       the distance of two laws; only of those with masses unless `singular`
    influence     (pair, distance) to ψ, (bins + 1,): the distance grows by ψ(x) for each share of walkers more at x
    floor         the distance that sampling alone would show on average
    singular      whether it exists for a law without masses
    in_report     whether the text of a run has room for it
    """

    name: str
    label: str
    between: Callable[[Pair], float]
    influence: Callable[[Pair, float], Array]
    floor: Callable[[Sampling], float]
    plain: str = ""
    singular: bool = False
    in_report: bool = True
