"""The wells of a system: places where walkers rest if the noise stops, and what leads to each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.loss import FALLBACK_INTERVAL
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.numerics.minima import search_box
from sgdtui.predict.numerics.resting_places import Box, followed, merged
from sgdtui.predict.numerics.search_once import searched_once
from sgdtui.predict.numerics.start import starts

_AFFORDABLE = 3e8
"""Examples times weights times places followed: a second or two."""
_PLACES = 512
_MOST_WELLS = 24
_STRICT = 1e-9
"""Of the strongest pull: what pulls back by less in some direction is a valley, not a well."""


@dataclass(frozen=True, slots=True, eq=False)
class Wells:
    """Isolated stable places of rest, `places` (m, d), within `box`; `system` is followed to see what leads where."""

    places: Array
    box: Box
    system: Fields

    @property
    def count(self) -> int:
        """M"""
        return len(self.places)

    def of(self, points: Array) -> NDArray[np.intp]:
        """Which well each point (n, d) leads to, (n,); -1: none of them, or a walker that is lost."""
        labels = np.full(len(points), -1)
        alive = np.flatnonzero(np.isfinite(points).all(axis=1))
        if not len(alive) or not self.count:
            return labels
        ends, _ = followed(self._drift, self._jacobian, points[alive], self.box)
        gaps = np.max(
            np.abs(self.box.between(ends[:, None, :], self.places[None, :, :])) / self.box.width, axis=2
        )
        nearest = np.argmin(gaps, axis=1)
        labels[alive] = np.where(gaps[np.arange(len(alive)), nearest] < 1e-3, nearest, -1)
        return labels

    def _drift(self, x: Array) -> Array:
        return -self.system.gradient(x)

    def _jacobian(self, x: Array) -> Array:
        return -self.system.hessian(x)


def find_wells(experiment: Experiment, walkers: Array | None = None) -> Wells | None:
    """The wells that walkers at `walkers` (n, d), at the start, and scattered over the window and beyond lead to.

    None for systems that have no drift of their own (jumps), that change with time, or that are too large to follow;
    nor for networks, whose minima are too many to count.
    """
    return _without_walkers(experiment) if walkers is None else _found(experiment, walkers)


@searched_once
def _without_walkers(experiment: Experiment) -> Wells | None:
    return _found(experiment, None)


def _found(experiment: Experiment, walkers: Array | None) -> Wells | None:
    if not experiment.system.has_fields:
        return None
    system = fields(experiment)
    if system.time_dependent or system.minimum_near is not None:
        return None
    count = affordable_places(experiment, system)
    if count < 8:
        return None
    box = box_of(experiment)
    scattered = _scattered(box, count)
    given = [starts(experiment)[: count // 4], scattered]
    if walkers is not None:
        alive = walkers[np.isfinite(walkers).all(axis=1)]
        given.append(alive[:: max(1, 4 * len(alive) // count)])
    wells = Wells(np.zeros((0, experiment.dimension)), box, system)
    ends, rest = followed(wells._drift, wells._jacobian, np.concatenate(given), box)
    places = ends[rest]
    if len(places):
        places = places[_is_strict(wells._jacobian(places))]
    places = merged(places, box)
    return Wells(places[:_MOST_WELLS], box, system) if len(places) <= _MOST_WELLS else None


def affordable_places(experiment: Experiment, system: Fields) -> int:
    """How many places can be followed, at most `_PLACES`."""
    terms = system.curvature_terms if isinstance(system, SampleFields) else 1
    return int(min(_PLACES, _AFFORDABLE // (100 * terms * experiment.dimension**2)))


def box_of(experiment: Experiment) -> Box:
    """Where wells are looked for: the window and beyond it as far as minima are, and where walkers start."""
    ends = np.array(search_box(experiment), dtype=float)
    dimension = len(ends)
    ring, walled = np.zeros(dimension, dtype=bool), np.zeros(dimension, dtype=bool)
    boundaries = experiment.space.boundaries
    for position, axis in enumerate(experiment.space.axes):
        kind = boundaries[min(position, len(boundaries) - 1)].kind
        ring[axis], walled[axis] = kind == "periodic", kind == "reflect"
    begun = starts(experiment)
    low = np.minimum(np.minimum(ends[:, 0], FALLBACK_INTERVAL[0]), begun.min(axis=0))
    high = np.maximum(np.maximum(ends[:, 1], FALLBACK_INTERVAL[1]), begun.max(axis=0))
    closed = ring | walled
    return Box(np.where(closed, ends[:, 0], low), np.where(closed, ends[:, 1], high), ring, walled)


def _is_strict(jacobian: Array) -> NDArray[np.bool_]:
    """Whether each of the linearised drifts (n, d, d) pulls back from every side."""
    real = np.linalg.eigvals(jacobian).real
    return np.asarray(real.max(axis=1) < -_STRICT * np.abs(real).max(axis=1))


def _scattered(box: Box, count: int) -> Array:
    """Places all over the box, evenly on a line, else by a seeded Latin hypercube, (n, d)."""
    dimension = len(box.low)
    if dimension == 1:
        shares = (np.arange(count)[:, None] + 0.5) / count
    else:
        rng = np.random.default_rng(0)
        order = rng.permuted(np.tile(np.arange(count), (dimension, 1)), axis=1).T
        shares = (order + rng.random(order.shape)) / count
    return np.asarray(box.low + shares * box.width)
