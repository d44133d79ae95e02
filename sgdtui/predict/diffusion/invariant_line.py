"""A straight line that walkers never leave: all start on it, and there drift and noise point along it.

Two layers that start alike stay alike (the law of balance): the noise of u·w is singular on the plane; on the line
u = w it is not. The law is then that of one coordinate, and the others follow it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression, substitute
from sgdtui.expression.tree import constant, name
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.model.start import At, Start
from sgdtui.predict.diffusion.line import NAME, line_law
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.prediction import Absence, Prediction

_MOST_DIMENSIONS = 64
_OFF = 1e-9
"""What may point off the line, next to what points along it: rounding, and the error of means over drawn columns."""
_DIGITS = 12
_PLACES, _REACH = 81, 3.0
"""Places on the line that are looked at, and how far on either side, in stretches of it in the window."""


@dataclass(frozen=True, slots=True)
class Line:
    """The points `place` + q·`direction`, (d,) each, where q is the coordinate `leading`.

    A coordinate and not a length, so that places where the noise vanishes, at zero mostly, are exact numbers.
    """

    leading: int
    place: Array
    direction: Array

    @classmethod
    def through(cls, point: Array, along: Array) -> Line:
        """The line through a point in the direction `along`, led by the coordinate that changes most on it."""
        leading = int(np.argmax(np.abs(along)))
        direction = np.round(along / along[leading], _DIGITS)
        place = point - point[leading] * direction
        place[np.abs(place) < 10.0**-_DIGITS * np.max(np.abs(point))] = 0.0
        return cls(leading, place, direction)

    def points(self, q: Array) -> Array:
        """(n,) to (n, d)."""
        return np.asarray(self.place + np.multiply.outer(q, self.direction))


class _Along:
    """Fields of a system on a line, as those of its leading coordinate."""

    dimension = 1
    minimum_near = None

    def __init__(self, found: Fields, line: Line) -> None:
        self.found, self.line = found, line
        self.has_loss, self.time_dependent = False, found.time_dependent
        self.uncertainty = getattr(found, "uncertainty", 0.0)

    def loss(self, _: Array) -> Array:
        raise ValueError("a coordinate alone has no loss")

    def gradient(self, x: Array) -> Array:
        return self.found.gradient(self.line.points(x[:, 0]))[:, [self.line.leading]]

    def covariance(self, x: Array) -> Array:
        leading = [self.line.leading]
        return self.found.covariance(self.line.points(x[:, 0]))[:, leading][:, :, leading]

    def covariance_divergence(self, x: Array) -> Array:
        return self.found.covariance_divergence(self.line.points(x[:, 0]))[:, [self.line.leading]]

    def hessian(self, x: Array) -> Array:
        rows = self.found.hessian(self.line.points(x[:, 0]))[:, [self.line.leading]]
        return (rows @ self.line.direction)[:, :, None]


@dataclass(frozen=True, slots=True)
class _Watched:
    """What the law on a line needs to know of an experiment, in the leading coordinate."""

    variables: tuple[str, ...]
    values: dict[str, float]
    observe: tuple[tuple[str, Expression], ...]
    start: Start


def law_on_line(
    experiment: Experiment, process: Diffusion, edges: tuple[Array, ...]
) -> Prediction | Absence | None:
    """The stationary law on bins of the drawn axes, where walkers keep to a line; None where they do not."""
    if not isinstance(experiment.start, At):
        return None
    sides = walls(experiment, edges)
    if any(side.kind != "open" for side in sides):
        return None
    found = invariant_line(experiment, process, edges)
    if found is None:
        return None
    line, cuts = found
    leading = experiment.variables[line.leading]
    others = {
        variable: constant(float(line.place[i])) + constant(float(line.direction[i])) * name(leading)
        for i, variable in enumerate(experiment.variables)
        if variable != leading
    }
    watched = _Watched(
        (leading,),
        experiment.values,
        tuple((key, substitute(expression, others)) for key, expression in experiment.observe),
        At((experiment.start.point[line.leading],)),
    )
    along = replace(process, fields=_Along(process.fields, line))
    law = line_law(watched, along, cuts, Wall("open", -np.inf, np.inf, (float(cuts[0]), float(cuts[-1]))))
    if isinstance(law, Absence):
        return law
    # Open at both ends, so that nothing flows along it.
    on_line = replace(law[0].prediction(NAME, cuts, watched), entropy_production=0.0)
    return _in_space(experiment, line, on_line, edges)


def invariant_line(
    experiment: Experiment, process: Diffusion, edges: tuple[Array, ...]
) -> tuple[Line, Array] | None:
    """The line, and the places where it crosses the edges of bins; None where there is none."""
    start, d = experiment.start, experiment.dimension
    if not isinstance(start, At) or not 1 < d <= _MOST_DIMENSIONS:
        return None
    place = np.array(start.point, dtype=float)
    with np.errstate(all="ignore"):
        noise = process.tensor(place[None])[0]
        if not np.isfinite(noise).all() or not np.any(noise):
            return None
        line = Line.through(place, np.linalg.eigh(noise)[1][:, -1])
        if not _along(process, line, place[[line.leading]]):
            return None
        cuts = _crossings(line, edges, experiment.space.axes)
        if len(cuts) < 2:
            return None
        middle, reach = (cuts[0] + cuts[-1]) / 2, _REACH * (cuts[-1] - cuts[0])
        everywhere = np.append(
            middle + np.linspace(-reach, reach, _PLACES), np.linspace(cuts[0], cuts[-1], _PLACES)
        )
        return (line, cuts) if _along(process, line, everywhere) else None


def _along(process: Diffusion, line: Line, q: Array) -> bool:
    """Whether drift and noise point along the line at all places (n,) where they are numbers, and there is noise."""
    points = line.points(q)
    drift, tensor = process.drift(points), process.tensor(points)
    known = np.isfinite(drift).all(axis=1) & np.isfinite(tensor).all(axis=(1, 2))
    drift, tensor = drift[known], tensor[known]
    unit = line.direction / np.linalg.norm(line.direction)
    along = np.outer(unit, unit)
    strength = np.einsum("i,nij,j->n", unit, tensor, unit)
    off_drift = np.linalg.norm(drift - drift @ along, axis=1)
    off_noise = np.linalg.norm(tensor - strength[:, None, None] * along, axis=(1, 2))
    sizes = np.linalg.norm(drift, axis=1), np.linalg.norm(tensor, axis=(1, 2))
    return bool(
        len(drift)
        and np.all(off_drift <= _OFF * (sizes[0] + sizes[0].mean()))
        and np.all(off_noise <= _OFF * (sizes[1] + sizes[1].mean()))
        and np.median(strength) > 0
    )


def _crossings(line: Line, edges: tuple[Array, ...], axes: tuple[int, ...]) -> Array:
    """Where the line enters and leaves bins, increasing; the ends are those of the window."""
    low, high, places = -np.inf, np.inf, []
    for cut, axis in zip(edges, axes, strict=True):
        slope, at = line.direction[axis], line.place[axis]
        if abs(slope) < 1e-12:
            if not cut[0] <= at <= cut[-1]:
                return np.empty(0)
            continue
        crossed = np.sort((cut - at) / slope)
        low, high = max(low, crossed[0]), min(high, crossed[-1])
        places.append(crossed)
    if not places or low >= high:
        return np.empty(0)
    every = np.unique(np.concatenate(places))
    every = every[(every >= low) & (every <= high)]
    far_enough = np.append(True, np.diff(every) > 1e-9 * (high - low))
    return np.asarray(every[far_enough])


def _in_space(experiment: Experiment, line: Line, law: Prediction, edges: tuple[Array, ...]) -> Prediction:
    """The same law of all coordinates, on bins of the drawn axes."""
    (cuts,) = law.edges
    assert law.probability is not None
    middles = line.points((cuts[1:] + cuts[:-1]) / 2)
    shape = tuple(len(cut) - 1 for cut in edges)
    bins = [
        np.clip(np.searchsorted(cut, middles[:, axis], side="right") - 1, 0, len(cut) - 2)
        for cut, axis in zip(edges, experiment.space.axes, strict=True)
    ]
    probability = np.zeros(shape)
    np.add.at(probability, tuple(bins), law.probability)
    return replace(
        law,
        edges=edges,
        probability=probability,
        current=np.zeros((len(edges), *shape)),
        distribution=np.append(0.0, np.cumsum(probability)) if len(edges) == 1 else None,
        mean=None if law.mean is None else line.points(law.mean)[0],
        covariance=None
        if law.covariance is None
        else law.covariance[0, 0] * np.outer(line.direction, line.direction),
        notes=(*law.notes, f"walkers keep to the line through their start along {_told(line)}"),
    )


def _told(line: Line) -> str:
    return "(" + ", ".join(f"{x:.3g}" for x in line.direction) + ")"
