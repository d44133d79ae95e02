"""The part of the line that walkers live on: between places where the noise vanishes or nothing is a number.

Whether such a place is crossed, reflects, absorbs or is never reached follows from Feller's classification and from
the drift there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.feller import UNDERFLOW, Approach, approach, drift_and_strength
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.bisection import joined, snapped, unproven_places
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.field_bounds import FieldBounds
from sgdtui.predict.numerics.line_ends import FAR, end_at, outward
from sgdtui.predict.prediction import Absence

NAME = "fokker-planck"

_POINT = 1e-19
_SHARES = (0.02, 0.31, 0.69, 0.98)
_PARTS = np.array([0.0, 0.21, 0.37, 0.62, 0.83, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class StateSpace:
    """`low` and `high` (infinite where it is open) and how the densities go at singular places: its ends, and points
    within that are crossed. `leaking` ends are reached by walkers that are then lost, if there is any probability.
    """

    low: float
    high: float
    approaches: tuple[Approach, ...]
    leaking: tuple[Approach, ...] = ()


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """From `low` to `high` (one point, mostly) nothing is shown to be regular; `dead` if the noise is zero between."""

    low: float
    high: float


def obstacles(process: Diffusion, bounds: FieldBounds, cut: Array) -> list[_Obstacle] | None:
    """Where D is zero, or D or the drift is no finite number, between the ends of `cut`; None if nearly everywhere."""

    def proven(low: Array, high: Array) -> NDArray[np.bool_]:
        variance, gradient = bounds.variance(low, high), bounds.gradient(low, high)
        fine = (process.strength * variance[0] > UNDERFLOW) & np.isfinite(variance[1])
        return np.asarray(fine & np.isfinite(gradient[0]) & np.isfinite(gradient[1]))

    def hopeless(low: Array, high: Array) -> NDArray[np.bool_]:
        places = low[:, None] + (high - low)[:, None] * _PARTS
        drift, strength = drift_and_strength(process, places.ravel())
        bad = ~((strength > 0) & np.isfinite(strength) & np.isfinite(drift))
        return np.asarray(bad.reshape(places.shape).all(axis=1))

    thin = _POINT * float(np.min(np.diff(cut)))
    found, complete = unproven_places(cut, proven, hopeless, thin)
    if not complete:
        return None
    scale = float(np.median(np.diff(cut)))
    result = []
    for low, high in joined(found):
        narrow = high - low <= 1e-7 * max(abs(low), abs(high), scale)
        if narrow:
            point = snapped((low + high) / 2, scale, (cut[0], cut[-1]))
            low = high = point
        else:
            low, high = (snapped(end, scale, (cut[0], cut[-1])) for end in (low, high))
        result.append(_Obstacle(float(low), float(high)))
    return result


def state_space(
    process: Diffusion, bounds: FieldBounds, edges: Array, wall: Wall, start: tuple[float, float]
) -> StateSpace | Absence:
    """Where walkers that start between `start` (two places, or one twice) live in the long run.

    Absent where they end at a place without noise, or where the line falls apart into pieces that all hold some.
    """
    cut = _cut(edges, wall, start)
    found = obstacles(process, bounds, cut)
    if found is None:
        return Absence(NAME, "degenerate noise", "the noise or the drift is regular nowhere for long")
    walk = _Walk(process, found, float(cut[0]), float(cut[-1]), wall)
    low, high = start
    homes = [walk.home(place) for place in sorted({low + share * (high - low) for share in _SHARES})]
    for home in homes:
        if isinstance(home, Absence):
            return home
    spaces = [home for home in homes if isinstance(home, StateSpace)]
    if any((s.low, s.high) != (spaces[0].low, spaces[0].high) for s in spaces):
        return Absence(
            NAME, "degenerate noise", "the noise parts the line: the law depends on where walkers start"
        )
    return spaces[0]


def _cut(edges: Array, wall: Wall, start: tuple[float, float]) -> Array:
    low, high = float(edges[0]), float(edges[-1])
    inside = np.linspace(low, high, 65)
    if wall.closed:
        places = np.array([0.0, *start])
        return np.unique(np.concatenate([inside, places[(places > low) & (places < high)]]))
    step = (high - low) / 64
    parts = [inside, np.array([0.0, *start]), outward(low, step, -FAR), outward(high, step, FAR)]
    return np.unique(np.concatenate(parts))


class _Walk:
    """From place to place, over what can be crossed, to where walkers stay."""

    def __init__(
        self, process: Diffusion, found: list[_Obstacle], first: float, last: float, wall: Wall
    ) -> None:
        self.process, self.obstacles = process, found
        self.first, self.last, self.wall = first, last, wall

    def home(self, place: float) -> StateSpace | Absence:
        entered: _Obstacle | None = None
        for _ in range(2 * len(self.obstacles) + 2):
            at = next((o for o in self.obstacles if o.low <= place <= o.high), None)
            if at is not None:
                side = self._pushed(at, place)
                if side == 0:
                    return _stuck(place)
                beyond = at.high if side > 0 else at.low
                if beyond in (self.first, self.last):
                    return Absence(NAME, "degenerate noise", "without noise the drift carries walkers away")
                place = float(np.nextafter(beyond, np.inf * side))
                entered = at
            outcome = self._component(place, entered)
            if not isinstance(outcome, _Obstacle):
                return outcome
            entered = outcome
            place = outcome.low if place < outcome.low else outcome.high
        return Absence(NAME, "degenerate noise", "walkers cross places without noise for ever")

    def _pushed(self, at: _Obstacle, place: float) -> int:
        """Which way the drift takes a walker that is where there is no noise; 0 where it stays."""
        drift, _ = drift_and_strength(self.process, np.array([place]))
        if not np.isfinite(drift[0]) or drift[0] == 0:
            return 0
        side = int(np.sign(drift[0]))
        end = at.high if side > 0 else at.low
        on_the_way = np.linspace(place, end, 34)[:-1]
        if len(on_the_way) and end != place:
            there, _ = drift_and_strength(self.process, on_the_way)
            if not np.all(there * side > 0):
                return 0
        return side

    def _component(self, place: float, entered: _Obstacle | None) -> StateSpace | Absence | _Obstacle:
        """The regular stretch about a place: the state space, why there is none, or the obstacle that it leads to."""
        low_index = max((i for i, o in enumerate(self.obstacles) if o.high < place), default=-1)
        high_index = min(
            (i for i, o in enumerate(self.obstacles) if o.low > place), default=len(self.obstacles)
        )
        approaches: list[Approach] = []
        leaking: list[Approach] = []
        limits = []
        for side in (1, -1):
            index = low_index if side > 0 else high_index
            while True:
                if not 0 <= index < len(self.obstacles):
                    limits.append(self._open_end(side))
                    if not self.wall.closed:
                        approaches.append(approach(self.process, end_at(limits[-1], side, 1.0)))
                        if (absence := self._infinite(approaches[-1])) is not None:
                            return absence
                    break
                obstacle = self.obstacles[index]
                at = obstacle.high if side > 0 else obstacle.low
                near = self._approach(at, side, index)
                verdict = self._end(obstacle, near, entered)
                if isinstance(verdict, Absence | _Obstacle):
                    return verdict
                approaches.append(near)
                if verdict == "crossed":
                    approaches.append(self._approach(at, -side, index))
                    index -= side
                    continue
                if verdict == "lost":
                    leaking.append(near)
                limits.append(at)
                break
        return StateSpace(limits[0], limits[1], tuple(approaches), tuple(leaking))

    def _open_end(self, side: int) -> float:
        if self.wall.closed:
            return self.first if side > 0 else self.last
        return -side * np.inf

    def _approach(self, at: float, side: int, index: int) -> Approach:
        other = index + side
        beyond = (
            (self.obstacles[other].low if side > 0 else self.obstacles[other].high)
            if 0 <= other < len(self.obstacles)
            else (self.last if side > 0 else self.first)
        )
        scale = abs(beyond - at)
        if scale > 1e9 or scale == 0:
            scale = max(abs(at), 1.0) if scale else 1.0
        return approach(self.process, end_at(at, side, scale))

    def _infinite(self, far: Approach) -> Absence | None:
        if not far.speed_converges:
            return Absence(NAME, "not normalisable", "the probability does not die out far away")
        if far.scale_converges:
            return Absence(NAME, "not normalisable", "walkers run away to infinity in a finite time")
        return None

    def _end(
        self, obstacle: _Obstacle, near: Approach, entered: _Obstacle | None
    ) -> str | Absence | _Obstacle:
        """What an obstacle is to walkers that come near it."""
        at, side = near.end.at, near.end.side
        if near.faint:
            return "lost"
        is_wall = self.wall.closed and at in (self.first, self.last)
        if near.speed_converges and not near.scale_converges:
            return "out of reach"
        if near.speed_converges:
            if is_wall:
                return "reflecting"
            if obstacle.low == obstacle.high and obstacle is not entered:
                index = self.obstacles.index(obstacle)
                other = self._approach(at, -side, index)
                if other.speed_converges and other.scale_converges:
                    return "crossed"
            if self._is_number(obstacle, at, side):
                return "reflecting" if near.drift_inward > 0 else _absorbed(at)
            return "lost"
        if is_wall or not near.scale_converges:
            if near.scale_converges:
                return _absorbed(at)
            return Absence(NAME, "not normalisable", f"the probability piles up at {at:.6g} without limit")
        if near.drift_inward < 0 and self._is_number(obstacle, at, side):
            return obstacle
        return _absorbed(at)

    def _is_number(self, obstacle: _Obstacle, at: float, side: int) -> bool:
        """Whether drift and noise are numbers at the obstacle, so that a walker goes on from there."""
        places = np.array([at, np.nextafter(at, -side * np.inf), (obstacle.low + obstacle.high) / 2])
        drift, strength = drift_and_strength(self.process, places)
        return bool(np.all(np.isfinite(drift) & np.isfinite(strength)))


def _stuck(place: float) -> Absence:
    return Absence(
        NAME, "degenerate noise", f"neither noise nor drift moves walkers from their start at {place:.6g}"
    )


def _absorbed(at: float) -> Absence:
    return Absence(NAME, "degenerate noise", f"the noise vanishes at {at:.6g}, where walkers end and stay")
