"""The Gibbs law on the line, by quadrature that finds its mass."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression.switches import turns
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.predict.numerics.bisection import joined, snapped, unproven_places
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.breakpoints import breakpoints
from sgdtui.predict.numerics.field_bounds import FieldBounds, bounds_of
from sgdtui.predict.numerics.landscape import Landscape
from sgdtui.predict.numerics.line_ends import FAR, End, end_at, outward
from sgdtui.predict.numerics.line_law import law_of
from sgdtui.predict.numerics.panel_density import observables_on
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.prediction import Absence, Prediction

NAME = "gibbs"
_POINT = 1e-19
Holes: TypeAlias = tuple[tuple[float, float], ...]


def gibbs_on_the_line(
    experiment: Experiment, system: Fields, edges: Array, temperature: float
) -> Prediction | Absence:
    """exp(-L/T)/Z on bins `edges` (n + 1,); a loss that is no number is a place where no walker can be."""
    (wall,) = walls(experiment, (edges,))
    bounds = bounds_of(system)
    (variable,) = experiment.variables
    observed = observables_on(experiment, variable)

    def fields(x: Array) -> Array:
        return np.column_stack([np.zeros(len(x)), -system.loss(x[:, None]) / temperature, observed(x)])

    def bounded(low: Array, high: Array) -> tuple[Array, Array, Array, Array]:
        least, most = bounds.loss(low, high)
        still = np.zeros(len(low))
        with np.errstate(over="ignore"):
            return still, still, -most / temperature, -least / temperature

    turning = [s for _, e in experiment.observe for s in turns(e, (variable,))]

    def places(cut: Array) -> Array:
        return np.union1d(breakpoints(turning, variable, experiment.values, cut), bounds.breakpoints(cut))

    low, high = (wall.low, wall.high) if wall.closed else (-np.inf, np.inf)
    ends, holes = _ends(system, bounds, edges, wall)
    start = float(np.clip(start_mean(experiment)[0], low, high))
    law = law_of(
        NAME,
        Landscape(fields, bounded, getattr(system, "uncertainty", 0.0)),
        low,
        high,
        ends,
        edges,
        start,
        places,
        holes,
    )
    if isinstance(law, Absence):
        return law
    prediction = law.prediction(NAME, edges, experiment)
    return replace(prediction, current=np.zeros((1, len(edges) - 1)), entropy_production=0.0)


def _ends(
    system: Fields, bounds: FieldBounds, edges: Array, wall: Wall
) -> tuple[tuple[End, ...], tuple[tuple[float, float], ...]]:
    """Both sides of every place where the loss is no finite number, the ends of an open line, and what is no place."""
    low, high = float(edges[0]), float(edges[-1])
    step = (high - low) / 64
    parts = [np.linspace(low, high, 65)]
    if not wall.closed:
        parts += [np.zeros(1), outward(low, step, -FAR), outward(high, step, FAR)]
    elif low < 0 < high:
        parts.append(np.zeros(1))
    cut = np.unique(np.concatenate(parts))

    def proven(left: Array, right: Array) -> NDArray[np.bool_]:
        least, most = bounds.loss(left, right)
        return np.asarray(np.isfinite(least) & np.isfinite(most))

    def hopeless(left: Array, right: Array) -> NDArray[np.bool_]:
        inner = left[:, None] + (right - left)[:, None] * np.array([0.0, 0.3, 0.7, 1.0])
        with np.errstate(all="ignore"):
            value = system.loss(inner.reshape(-1, 1)).reshape(inner.shape)
        return np.asarray((~np.isfinite(value)).all(axis=1))

    found, complete = unproven_places(cut, proven, hopeless, _POINT * float(np.min(np.diff(cut))))
    ends: list[End] = []
    holes: list[tuple[float, float]] = []
    if complete:
        for interval in joined(found):
            narrow = interval[1] - interval[0] <= 1e-9 * step
            places = np.full(2, interval.mean()) if narrow else interval
            left, right = (snapped(float(place), step, (cut[0], cut[-1])) for place in places)
            if not narrow:
                holes.append((left, right))
            for at, side in ((left, -1), (right, 1)):
                if cut[0] < at < cut[-1] or (wall.closed and side == (1 if at == cut[0] else -1)):
                    ends.append(end_at(at, side, step))
    if not wall.closed:
        ends += [End(-np.inf, 1, FAR), End(np.inf, -1, FAR)]
    return tuple(ends), tuple(holes)
