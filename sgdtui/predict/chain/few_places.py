"""A chain that only ever visits countably many places: steps of fixed lengths lead from a start over a lattice, and
the law sits on it. Its places are followed one by one.

Such a chain may have a period: after k steps it can only be in one class of places. What is recorded every so many
steps may then show one class only.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At
from sgdtui.predict.chain.live_interval import EMPTY, Lair
from sgdtui.predict.chain.stationary_vector import stationary_vector
from sgdtui.predict.chain.step import NAME, Chain
from sgdtui.predict.prediction import Prediction

_MOST = 2500
_ROUNDS = 5000
_SAME = 1e-10
"""Places that are nearer to each other than this share of where the law lives are one: rounding parts them."""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Places in the order in which they were found, and steps between them: from, to, weight."""

    places: Array
    level: NDArray[np.intp]
    source: NDArray[np.intp]
    target: NDArray[np.intp]
    weight: Array


def law_on_places(experiment: Experiment, step: Chain, lair: Lair, edges: Array) -> Prediction | None:
    """The law, or None where the start is no one place or too many places are visited."""
    if step.maps is None or not isinstance(experiment.start, At):
        return None
    walk = _walk(step, float(experiment.start.point[0]), lair.far)
    if walk is None:
        return None
    from scipy.sparse import csc_array

    size = len(walk.places)
    matrix = csc_array((walk.weight, (walk.target, walk.source)), shape=(size, size))
    total: Array = np.asarray(matrix.sum(axis=0)).ravel()
    matrix.data = matrix.data / np.repeat(np.maximum(total, 1e-300), np.diff(matrix.indptr))
    mass, _ = stationary_vector(matrix, 0)
    mass, notes = _recorded(experiment, walk, mass)
    return _prediction(experiment, walk.places, mass, edges, notes)


def _walk(step: Chain, start: float, far: tuple[float, float]) -> Walk | None:
    """All places from a start on, those between the ends of `far` (and the way there) alone."""
    assert step.maps is not None
    near = _SAME * (far[1] - far[0])
    places, level = np.array([start]), np.zeros(1, dtype=np.intp)
    sources: list[NDArray[np.intp]] = []
    targets: list[NDArray[np.intp]] = []
    weights: list[Array] = []
    first = 0
    low, high = min(start, far[0]), max(start, far[1])
    for turn in range(1, _ROUNDS):
        images, share = step.maps(places[first:])
        share = np.broadcast_to(share, images.shape)
        row, column = np.nonzero((share > 0) & (images >= low) & (images <= high))
        image = images[row, column]
        order = np.argsort(image)
        fresh = image[order][np.append(True, np.diff(image[order]) > near)] if len(image) else image
        _, distance = _nearest(places, fresh)
        fresh = fresh[distance > near]
        if len(places) + len(fresh) > _MOST:
            return None
        first_new = len(places)
        places = np.concatenate([places, fresh])
        level = np.concatenate([level, np.full(len(fresh), turn)])
        sources.append(first + row)
        targets.append(_nearest(places, image)[0])
        weights.append(share[row, column])
        first = first_new
        if not len(fresh):
            return Walk(
                places, level, np.concatenate(sources), np.concatenate(targets), np.concatenate(weights)
            )
    return None


def _nearest(places: Array, x: Array) -> tuple[NDArray[np.intp], Array]:
    """The place nearest to each x, and how far it is."""
    order = np.argsort(places)
    ordered = places[order]
    above = np.clip(np.searchsorted(ordered, x), 1, max(len(ordered) - 1, 1))
    above = np.minimum(above, len(ordered) - 1)
    below = np.maximum(above - 1, 0)
    closer = np.where(np.abs(ordered[below] - x) <= np.abs(ordered[above] - x), below, above)
    return order[closer], np.abs(ordered[closer] - x)


def _recorded(experiment: Experiment, walk: Walk, mass: Array) -> tuple[Array, tuple[str, ...]]:
    """The law at the steps that are recorded, where the chain has a period that the recording shares."""
    used = (mass[walk.source] > EMPTY) & (walk.weight > EMPTY)
    loops = walk.level[walk.source[used]] + 1 - walk.level[walk.target[used]]
    period = int(np.gcd.reduce(np.abs(loops))) if len(loops) else 0
    shared = gcd(period, experiment.run.every)
    if period <= 1:
        return mass, ()
    note = f"walkers return to a place only after a multiple of {period} steps"
    if shared <= 1 or experiment.run.burn_in is None:
        return mass, (note,)
    seen = walk.level % shared == experiment.run.burn_in % shared
    mass = np.where(seen, mass, 0.0)
    return mass / mass.sum(), (f"{note}; every {experiment.run.every}th step shows one class of places only",)


def _prediction(
    experiment: Experiment, places: Array, mass: Array, edges: Array, notes: tuple[str, ...]
) -> Prediction:
    order = np.argsort(places)
    places, mass = places[order], mass[order]
    cumulated = np.concatenate([[0.0], np.cumsum(mass)])
    mean = float(places @ mass)
    values: dict[str, Array | float] = {**experiment.values, experiment.variables[0]: places}
    averages = {
        key: float(np.broadcast_to(evaluate(e, values), places.shape) @ mass) for key, e in experiment.observe
    }
    # A place on an edge belongs to the bin above it, whatever rounding makes of it.
    below = edges - _SAME * (edges[-1] - edges[0])
    distribution = np.clip(cumulated[np.searchsorted(places, below)], 0.0, 1.0)
    return Prediction(
        name=NAME,
        edges=(edges,),
        probability=None,
        outside=float(max(0.0, 1.0 - (distribution[-1] - distribution[0]))),
        distribution=distribution,
        mean=np.array([mean]),
        covariance=np.array([[float((places - mean) ** 2 @ mass)]]),
        observables={key: value for key, value in averages.items() if np.isfinite(value)},
        numerical_error=1e-9,
        singular=True,
        notes=notes,
    )
