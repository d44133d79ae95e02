"""Searches of a landscape that several predictions ask for: made once for each, found or too costly."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Generic, TypeVar

from sgdtui.budget import TooCostly, left
from sgdtui.model.experiment import Experiment

_KEPT = 16
_RICHER = 2.0
"""A search that was too costly is begun again by whoever has so many times more left than the one who gave it up."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, eq=False)
class _Answer(Generic[Found]):
    experiment: Experiment  # held, so that its id stays its own
    found: Found | TooCostly
    had: float  # seconds that were left when it was begun


def searched_once(search: Callable[[Experiment], Found]) -> Callable[[Experiment], Found]:
    """The same search, whose last answers are kept: also for another length of run, or with other observables.

    One that ran out of its budget has run out of it for whoever asks next with no more to spend: it is not begun again
    at their expense.
    """
    kept: OrderedDict[Hashable, _Answer[Found]] = OrderedDict()

    @wraps(search)
    def searched(experiment: Experiment) -> Found:
        key, has = _landscape(experiment), left()
        known = kept.get(key)
        if known is None or (isinstance(known.found, TooCostly) and has >= _RICHER * known.had):
            found: Found | TooCostly
            try:
                found = search(experiment)
            except TooCostly as cost:
                found = cost
            known = kept[key] = _Answer(experiment, found, has)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        if isinstance(known.found, TooCostly):
            raise TooCostly(*known.found.args)
        return known.found

    return searched


def _landscape(experiment: Experiment) -> Hashable:
    """What a search depends on; the experiment itself where a part of it cannot be compared."""
    e = experiment
    parts = (e.system, e.parameters, e.dynamics, e.space, e.start)
    try:
        hash(parts)
    except TypeError:
        return id(experiment)
    return parts
