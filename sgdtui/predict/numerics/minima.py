"""The minima of a loss: on a grid in one and two dimensions, in more by going downhill from many places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.descent import descend, scattered
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.loss import FALLBACK_INTERVAL
from sgdtui.model.minimum import local_minima, lowest
from sgdtui.predict.numerics.newton import is_flat, newton, solved
from sgdtui.predict.numerics.search_once import searched_once
from sgdtui.predict.numerics.start import start_mean

_TIE = 1e-6
"""Minima tie whose values differ by less than this share of the loss's range."""
_GRID = 129
_MOST_CANDIDATES = 16
_FEWEST_DESCENTS, _MOST_DESCENTS = 24, 192
_SURE = 2
"""Once every minimum was met more often than this, the search ends."""
_AFFORDABLE = 2e9
"""Examples times weights times evaluations that a search may take: seconds."""
_POLISH = 20
"""Steps of Newton's method that sharpen the end of a descent."""
_EVALUATIONS = 40
"""Of the gradient, in a descent as most go."""
_FAR = 100.0
"""Widths of the box beyond it, where a descent that nothing stops is given up."""
_NEAR = 1e-4
"""Of the box's width: two ends of descents that are closer are one minimum, and a minimum is lower than its
surroundings at this distance."""
_UPHILL = 1e-9
"""Of the largest curvature: what bends down by less is a rounding error."""


@dataclass(frozen=True, slots=True, eq=False)
class Minima:
    """Local minima of a loss, the lowest first.

    points  (m, d)
    values  (m,)
    flat    (m,) whether the curvature vanishes in some direction: one point then stands for the whole valley
    unseen  the share of the searched places from which a descent is estimated to lead to a minimum that is not among
            these (Good and Turing: the minima that were met once, over the descents); 0 where a grid was searched
    """

    points: Array
    values: Array
    flat: Array
    unseen: float = 0.0


def lowest_minima(experiment: Experiment, system: Fields) -> Array:
    """The lowest minima of the loss in the domain, (m, d): all that tie, to a millionth of the loss's range.

    On a line or a plane the lowest point of the domain may lie on its edge. In more dimensions, where there is no
    minimum in the domain, the lowest of those beyond it; (0, d) where the search found none at all.
    """
    box = np.array(search_box(experiment))
    found = _searched(experiment)
    points, values = found.points, found.values
    slack = 1e-9 * (box[:, 1] - box[:, 0])
    inside = np.all((points >= box[:, 0] - slack) & (points <= box[:, 1] + slack), axis=1)
    if inside.any():
        points, values = points[inside], values[inside]
    if not len(points):
        return points
    sampled = system.loss(scattered(box, 257))
    sampled = sampled[np.isfinite(sampled)]
    span = float(np.ptp(sampled)) if len(sampled) else 0.0
    return np.asarray(points[values <= values.min() + _TIE * span])


def all_minima(experiment: Experiment, system: Fields, walkers: Array | None = None) -> Minima:
    """Every local minimum that the search finds; points on the edge of an open window are none.

    On a line or a plane the window is searched. In more than two dimensions descents start from where the walkers do,
    from `walkers` (n, d) where they are known, and from seeded places all over the box and beyond; they go on until
    every minimum was met three times, or enough is enough.
    """
    if system.minimum_near is not None:
        return _searched(experiment)
    if _goes_downhill(experiment, system):
        return _searched(experiment) if walkers is None else _downhill(experiment, system, walkers)
    walls = _walls(experiment)
    ends = np.array(search_box(experiment))
    found = _searched(experiment)
    width = ends[:, 1] - ends[:, 0]
    met: list[_Met] = []
    for point in found.points:
        if is_minimum(system, point, walls, width):
            _meet(system, met, point, width)
    return _in_order(system, met, 0.0)


@searched_once
def _searched(experiment: Experiment) -> Minima:
    """The search without walkers: several predictions of one experiment ask for it."""
    system, box = fields(experiment), search_box(experiment)
    near = system.minimum_near
    if near is not None:
        # The one below the start stands for itself: of the others nothing is known but that they are many.
        return _in_order(system, [_met_at(system, near(start_mean(experiment)))], 1.0)
    if _goes_downhill(experiment, system):
        return _downhill(experiment, system, None)
    points = local_minima(system.loss, box[0])[:, None] if len(box) == 1 else _on_the_plane(system, box)
    return _in_order(system, [_met_at(system, point) for point in points], 0.0)


def _goes_downhill(experiment: Experiment, system: Fields) -> bool:
    """Whether a grid would be too large."""
    points = {1: 2049, 2: _GRID**2}.get(experiment.dimension, np.inf)
    return experiment.dimension > 1 and points * _examples(system) > _AFFORDABLE / 20


def search_box(experiment: Experiment) -> list[tuple[float, float]]:
    """Where minima are looked for, one interval a coordinate: the domain, the loss's own, or a wide one."""
    system = experiment.system
    loss = getattr(system, "loss", None)
    own = getattr(loss, "domain", None) or getattr(system, "domain", None)
    if own is not None and len(own) == experiment.dimension:
        box = [tuple(interval) for interval in own]
    else:
        box = [FALLBACK_INTERVAL] * experiment.dimension
    if experiment.space.domain is not None:
        for axis, interval in zip(experiment.space.axes, experiment.space.domain, strict=True):
            box[axis] = (float(interval[0]), float(interval[1]))
    return [(float(low), float(high)) for low, high in box]


def search_width(experiment: Experiment) -> float:
    """The longest side of the box that is searched: the length that counts in these units."""
    return max(high - low for low, high in search_box(experiment))


# --- downhill -----------------------------------------------------------------------------------------------------


def _downhill(experiment: Experiment, system: Fields, walkers: Array | None) -> Minima:
    convex = getattr(experiment.system, "model", None) is not None
    starts, given = _starts(experiment, system, walkers, convex)
    walls = _walls(experiment)
    box = np.array(search_box(experiment))
    bounds = walls if convex else _bounds(walls, box)
    width = box[:, 1] - box[:, 0]
    met: list[_Met] = []
    done = 0
    for start in starts:
        end = _end(system, np.clip(start, bounds[:, 0], bounds[:, 1]), walls, bounds, width, convex)
        done += 1
        if end is not None:
            _meet(system, met, _wrapped(experiment, end), width)
        if done >= given + _FEWEST_DESCENTS and all(minimum.hits > _SURE for minimum in met):
            break
    unseen = 0.0 if convex else sum(minimum.hits == 1 for minimum in met) / done
    return _in_order(system, met, unseen)


def _starts(experiment: Experiment, system: Fields, walkers: Array | None, convex: bool) -> tuple[Array, int]:
    """Where descents begin, (n, d): first the `given` ones at the walkers, then those that are spread out.

    A convex loss has one minimum, or one valley, and the start is enough.
    """
    start = start_mean(experiment)
    if convex:
        return start[None, :], 1
    box = np.array(search_box(experiment))
    middle, width = box.mean(axis=1), box[:, 1] - box[:, 0]
    aside = 1e-3 * width * np.random.default_rng(0).standard_normal(len(box))
    at_walkers = [start, start + aside, start - aside]
    if walkers is not None:
        alive = walkers[np.isfinite(walkers).all(axis=1)]
        at_walkers += list(alive[:: max(1, len(alive) // 8)][:8])
    affordable = _AFFORDABLE / (_examples(system) * len(box) * _EVALUATIONS)
    count = int(np.clip(affordable, 4, _MOST_DESCENTS))
    # A window may show little of the loss: half of the places are in it, half in a box that is wide.
    wide = np.stack(
        [np.minimum(box[:, 0], FALLBACK_INTERVAL[0]), np.maximum(box[:, 1], FALLBACK_INTERVAL[1])], axis=1
    )
    near, far = scattered(box, (count + 1) // 2), scattered(wide, (count + 1) // 2, seed=1)
    spread = np.stack([near, far], axis=1).reshape(-1, len(box))
    return np.concatenate([np.stack(at_walkers), middle[None, :], spread]), len(at_walkers)


def _bounds(walls: Array, box: Array) -> Array:
    """How far a descent may go, (d, 2): to the walls, or much further than anything was looked for."""
    width = box[:, 1] - box[:, 0]
    low = np.minimum(box[:, 0], FALLBACK_INTERVAL[0]) - _FAR * width
    high = np.maximum(box[:, 1], FALLBACK_INTERVAL[1]) + _FAR * width
    return np.stack([np.maximum(walls[:, 0], low), np.minimum(walls[:, 1], high)], axis=1)


def _end(
    system: Fields, start: Array, walls: Array, bounds: Array, width: Array, convex: bool
) -> Array | None:
    """The minimum (d,) that a descent leads to, sharpened; None where it leads to none."""
    point, value = descend(system.loss, start, bounds, system.gradient)
    stopped = (point <= bounds[:, 0]) & (bounds[:, 0] > walls[:, 0])
    stopped |= (point >= bounds[:, 1]) & (bounds[:, 1] < walls[:, 1])
    if not np.isfinite(value) or stopped.any():
        return None
    with np.errstate(all="ignore"):
        sharper = newton(system, point, _POLISH)
        near = convex or np.all(np.abs(sharper - point) <= 1e-2 * width)
        kept = near and np.all((sharper >= walls[:, 0]) & (sharper <= walls[:, 1]))
        if kept and system.loss(sharper[None, :])[0] <= value + 1e-12 * abs(value):
            point = sharper
        return point if is_minimum(system, point, walls, width) else None


def _wrapped(experiment: Experiment, end: Array) -> Array:
    """The same place within the window of the axes that run round."""
    space, place = experiment.space, end.copy()
    for position, axis in enumerate(space.axes):
        wall = space.boundaries[min(position, len(space.boundaries) - 1)]
        if wall.kind == "periodic" and space.domain is not None:
            low, high = space.domain[position]
            place[axis] = low + (end[axis] - low) % (high - low)
    return place


def is_minimum(system: Fields, x: Array, walls: Array, width: Array) -> bool:
    """Whether `x` (d,) is lowest of its surroundings, within the `walls` (d, 2); `width` (d,) gives the scale.

    No gradient is asked for at a kink or at a wall: the loss must be higher all around, and where it is smooth the
    gradient must be that of a place close to a minimum.
    """
    d = len(x)
    directions = np.concatenate([np.eye(d), np.random.default_rng(0).standard_normal((2 * d, d)) / d**0.5])
    hessian, gradient = system.hessian(x[None, :])[0], system.gradient(x[None, :])[0]
    smooth = bool(np.all(np.isfinite(hessian)) and np.all(np.isfinite(gradient)))
    if smooth:
        step = solved(hessian, gradient)
        smooth = bool(np.linalg.norm(gradient - hessian @ step) <= 1e-6 * np.linalg.norm(gradient))
        inside = np.all((x > walls[:, 0]) & (x < walls[:, 1]))
        if smooth and inside and np.any(np.abs(step) > _NEAR * np.maximum(width, np.abs(x))):
            return False  # slides on, down a slope that dies out
        curvatures, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        if smooth and inside and curvatures[0] < -_UPHILL * np.abs(curvatures).max():
            return False
        directions = np.concatenate([directions, axes.T])
    around = np.concatenate([x + _NEAR * width * directions, x - _NEAR * width * directions])
    values = system.loss(np.clip(around, walls[:, 0], walls[:, 1]))
    here = float(system.loss(x[None, :])[0])
    return bool(np.all(np.isnan(values) | (values >= here - 1e-12 * (abs(here) + np.nanmax(np.abs(values))))))


@dataclass(slots=True, eq=False)
class _Met:
    """A minimum (d,) that descents led to, and how often."""

    point: Array
    value: float
    flat: bool
    hits: int = 1


def _met_at(system: Fields, point: Array) -> _Met:
    place = point[None, :]
    return _Met(point, float(system.loss(place)[0]), is_flat(system.hessian(place)[0]))


def _meet(system: Fields, met: list[_Met], end: Array, width: Array) -> None:
    """Count the end of a descent to the minima that were met: the same place, or another one of the same valley."""
    new = _met_at(system, end)
    for known in met:
        ties = abs(new.value - known.value) <= 1e-9 * (abs(new.value) + abs(known.value)) + 1e-14
        if (ties and new.flat and known.flat) or np.all(np.abs(known.point - end) <= _NEAR * width):
            known.hits += 1
            return
    met.append(new)


def _in_order(system: Fields, met: list[_Met], unseen: float) -> Minima:
    """The lowest first; those that tie in the order in which they were met."""
    met = sorted(met, key=lambda minimum: minimum.value)
    return Minima(
        np.array([minimum.point for minimum in met]).reshape(-1, system.dimension),
        np.array([minimum.value for minimum in met]),
        np.array([minimum.flat for minimum in met], dtype=bool),
        unseen,
    )


def _walls(experiment: Experiment) -> Array:
    """Between what a coordinate is kept by reflecting walls, (d, 2); infinite where it is open or runs round."""
    ends = np.tile([-np.inf, np.inf], (experiment.dimension, 1))
    space = experiment.space
    for position, axis in enumerate(space.axes):
        wall = space.boundaries[min(position, len(space.boundaries) - 1)]
        if wall.kind == "reflect" and space.domain is not None:
            ends[axis] = space.domain[position]
    return ends


def _examples(system: Fields) -> int:
    """How many examples one evaluation goes over."""
    return len(getattr(system, "examples", (0,)))


# --- on a grid of the plane ---------------------------------------------------------------------------------------


def _on_the_plane(system: Fields, box: list[tuple[float, float]]) -> list[Array]:
    """Local minima of a grid, the lowest of them, each sharpened."""
    axes = [np.linspace(low, high, _GRID) for low, high in box]
    points = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    values = np.where(np.isnan(v := system.loss(points)), np.inf, v).reshape(_GRID, _GRID)
    padded = np.pad(values, 1, constant_values=np.inf)
    shifts = [(i, j) for i in (0, 1, 2) for j in (0, 1, 2) if (i, j) != (1, 1)]
    neighbours = np.min([padded[i : i + _GRID, j : j + _GRID] for i, j in shifts], axis=0)
    candidates = np.argwhere((values <= neighbours) & np.isfinite(values))
    order = np.argsort(values[tuple(candidates.T)], kind="stable")[:_MOST_CANDIDATES]
    step = np.array([axis[1] - axis[0] for axis in axes])
    ends = np.array(box)
    found: list[Array] = []
    for i, j in candidates[order]:
        centre = np.array([axes[0][i], axes[1][j]])
        around = np.stack(
            [np.maximum(centre - step, ends[:, 0]), np.minimum(centre + step, ends[:, 1])], axis=1
        )
        point = _sharpened(system, centre, around)
        slid = (point <= around[:, 0]) & (around[:, 0] > ends[:, 0])
        slid |= (point >= around[:, 1]) & (around[:, 1] < ends[:, 1])
        if slid.any():  # the grid saw a minimum in a valley that goes on
            point, _ = descend(system.loss, point, ends, system.gradient)
        if not any(np.all(np.abs(point - other) <= 1e-3 * step) for other in found):
            found.append(point)
    return found


def _sharpened(system: Fields, centre: Array, around: Array) -> Array:
    """The lowest point of the cells about a grid point: downhill, or by zooming in where that does not get there."""
    point, value = descend(system.loss, centre, around, system.gradient)
    width = around[:, 1] - around[:, 0]
    with np.errstate(all="ignore"):
        if np.isfinite(value) and is_minimum(system, point, around, width):
            return point
    return lowest(system.loss, [(float(low), float(high)) for low, high in around])[0]
