"""p(x, t) for a live run: predicted at moments through the burn-in, read off at any time between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.plain import plain
from sgdtui.predict.registry import on_its_way

MOMENTS = {1: 48, 2: 16}
"""How many, evenly spread in the logarithm of time, by the number of drawn axes."""
_EMPTY = 1e-9
"""The share of a law below which a bin counts as empty."""


@dataclass(frozen=True, slots=True, eq=False)
class OnTheWay:
    """The law of walkers that began at the experiment's start.

    of    the prediction whose law it is: "transfer" of the chain's own, "fokker-planck" of the SDE's
    edges one array of bin edges a drawn axis
    time  (n,) increasing, in units of t
    laws  (n, bins…) the probability of each bin
    """

    of: str
    edges: tuple[Array, ...]
    time: Array
    laws: Array

    def at(self, time: float) -> Array | None:
        """(bins…) at a time: on the line between two moments, on the plane at the nearest; None before the first, and
        after the last.
        """
        if not self.time[0] <= time <= self.time[-1]:
            return None
        after = int(np.clip(np.searchsorted(self.time, time), 1, len(self.time) - 1))
        low, high = np.log(self.time[after - 1 : after + 1])
        share = float((np.log(time) - low) / (high - low))
        if len(self.edges) == 1:
            return _moved(self.edges[0], self.laws[after - 1], self.laws[after], share)
        nearest: Array = self.laws[after if share > 0.5 else after - 1]
        return nearest


def _moved(edges: Array, before: Array, after: Array, share: float) -> Array:
    """Every quantile a `share` of its way from one law to the other: what moves is moved, not faded out and in."""
    (old_x, old_levels), (new_x, new_levels) = _quantiles(edges, before), _quantiles(edges, after)
    levels = np.unique(np.concatenate([old_levels, new_levels]))
    places = (1 - share) * np.interp(levels, old_levels, old_x) + share * np.interp(levels, new_levels, new_x)
    mass = (1 - share) * before.sum() + share * after.sum()
    moved: Array = np.diff(np.interp(edges, places, levels)) * mass
    return moved


def _quantiles(edges: Array, law: Array) -> tuple[Array, Array]:
    """The ends of bins that are not empty, and the share of the law below each."""
    share = law / law.sum()
    there = share > _EMPTY
    ends = np.append(there, False) | np.append(False, there)
    below = np.append(0.0, np.cumsum(np.where(there, share, 0.0)))
    return edges[ends], below[ends] / below[-1]


def has_law_on_the_way(experiment: Experiment) -> bool:
    """With momentum a position alone is no Markov state; where walkers stop (`until`) the histogram lacks them."""
    dynamics = plain(experiment).dynamics
    return dynamics.momentum == 0 and dynamics.is_plain and experiment.until is None


def on_the_way(experiment: Experiment, edges: tuple[Array, ...], until: float) -> OnTheWay | None:
    """From one step to the time `until`; None where p(x, t) is not known or there is no way to go."""
    experiment = plain(experiment)
    step = experiment.time_step
    known = on_its_way(experiment)
    if known is None or not has_law_on_the_way(experiment) or not step < until < np.inf:
        return None
    times = np.geomspace(step, until, MOMENTS[len(edges)])
    if not experiment.dynamics.is_sde:  # a chain has its law at whole steps only
        times = np.unique(np.rint(times / step)) * step
    if len(times) < 2:
        return None
    name, evolution = known
    found = evolution(experiment, edges, times)
    return None if found is None else OnTheWay(name, edges, times, found[0])
