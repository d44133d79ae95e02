"""Finding all of the probability: intervals are halved until the rest provably holds next to none.

On every interval the logarithm of the density is bounded by U at an end, the largest force and the largest level. An
interval on which the density varies by more than e² and that could still hold a share of 1e-16 is halved; so is one
that lies between intervals that hold some, for its force decides how the probability is shared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.numerics.gauss_panels import WEIGHTS
from sgdtui.predict.numerics.landscape import Landscape, Stretch, sampled, settle, summit

_LEAST = np.log(1e-16)
_STEEP = 2.0
_MOST = 12_000
_MOST_BETWEEN = 4_000
_MOST_BEYOND = 3_000
_AT_ONCE = 12
_PASSES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """`stretch` cut so finely that nothing is hidden in it; `missed` bounds the share of probability that may be.

    `complete` is False where the search was given up.
    """

    stretch: Stretch
    missed: float
    complete: bool


def search(landscape: Landscape, stretch: Stretch, start: float) -> Found:
    """The stretch cut until all of the probability is found, beginning at `start`."""
    view = _View.of(landscape, stretch)
    anchor = int(np.clip(np.searchsorted(stretch.edges, start) - 1, 0, len(stretch.void) - 1))
    place = float(stretch.edges[anchor])
    for _ in range(_PASSES):
        anchor = int(np.clip(np.searchsorted(view.stretch.edges, place, side="right") - 1, 0, view.count - 1))
        anchor, at_edges, at_nodes = summit(view.stretch.edges, view.values, anchor)
        place = float(view.stretch.edges[anchor])
        share, total = view.shares(at_nodes)
        if not np.isfinite(total):
            return Found(view.stretch, 1.0, False)
        live = np.flatnonzero(share > 1e-17)
        inside = np.zeros(view.count, dtype=bool)
        inside[live[0] : live[-1] + 1] = True
        could = view.bound(at_edges) - total > _LEAST
        chosen = view.unresolved & could
        if view.count < _MOST_BETWEEN:
            chosen |= view.wild & inside
        if not chosen.any():
            chosen, missed = view.beyond(at_edges, live, total)
            if not chosen.any():
                return Found(view.stretch, missed, True)
            if view.count > _MOST_BEYOND:
                return Found(view.stretch, view.left_out(at_edges, share, total), True)
        if view.count > _MOST:
            return Found(view.stretch, 1.0, False)
        view = view.halved(landscape, chosen)
    return Found(view.stretch, 1.0, False)


def is_wild(landscape: Landscape, stretch: Stretch, low: bool, high: bool) -> tuple[bool, bool]:
    """Whether towards a far end the landscape goes up and down by more than the intervals there can follow."""
    view = _View.of(landscape, stretch)
    turns = view.wild & (view.force_low < 0) & (view.force_high > 0)
    with np.errstate(all="ignore"):
        levels = view.values[..., 1]
        there = np.isfinite(levels).any(axis=1)
        swings = view.unresolved & ~view.wild & there & (view.level_high > np.max(levels) - 40)
    doubtful = turns | swings
    return bool(low and doubtful[:6].any()), bool(high and doubtful[-6:].any())


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A stretch with its fields at the nodes and their bounds on every interval."""

    stretch: Stretch
    values: Array
    force_low: Array
    force_high: Array
    level_low: Array
    level_high: Array

    @classmethod
    def of(cls, landscape: Landscape, stretch: Stretch) -> _View:
        _, values = sampled(landscape, stretch.edges[:-1], stretch.edges[1:])
        values = settle(values, stretch)
        bounds = landscape.bounds(stretch.edges[:-1], stretch.edges[1:])
        return cls(stretch, values[..., :2], *_calmed(bounds, stretch))

    @property
    def count(self) -> int:
        return len(self.stretch.void)

    @property
    def wild(self) -> NDArray[np.bool_]:
        """Intervals along which the force varies so much that it is not known what it comes to."""
        with np.errstate(all="ignore"):
            known = self.stretch.widths * (self.force_high - self.force_low) <= _STEEP
        return np.asarray(~known & self._thick)

    @property
    def unresolved(self) -> NDArray[np.bool_]:
        with np.errstate(all="ignore"):
            swing = self.stretch.widths * (self.force_high - self.force_low)
            known = swing + (self.level_high - self.level_low) <= _STEEP
        known |= self.level_high == -np.inf
        return np.asarray(~known & self._thick)

    @property
    def _thick(self) -> NDArray[np.bool_]:
        edges = self.stretch.edges
        size = np.maximum(np.abs(edges[:-1]), np.abs(edges[1:]))
        return np.asarray((np.diff(edges) > 8e-16 * size) & ~self.stretch.void)

    def shares(self, at_nodes: Array) -> tuple[Array, float]:
        """The share of each interval, and the logarithm of the whole; not finite where there is none."""
        with np.errstate(all="ignore"):
            height = at_nodes + self.values[..., 1]
            height = np.where(np.isnan(height), -np.inf, height)
            peak = float(np.max(height))
            if not np.isfinite(peak):
                return np.zeros(self.count), np.inf
            mass = (np.exp(height - peak) @ WEIGHTS) * self.stretch.widths / 2
        return mass / mass.sum(), peak + float(np.log(mass.sum()))

    def bound(self, at_edges: Array) -> Array:
        """The logarithm of the most that each interval can hold, if U is right at its ends."""
        widths = self.stretch.widths
        with np.errstate(all="ignore"):
            from_left = at_edges[:-1] + widths * np.maximum(self.force_high, 0.0)
            from_right = at_edges[1:] + widths * np.maximum(-self.force_low, 0.0)
            return np.asarray(np.fmin(from_left, from_right) + self.level_high + np.log(widths))

    def beyond(
        self, at_edges: Array, live: NDArray[np.intp], total: float
    ) -> tuple[NDArray[np.bool_], float]:
        """Intervals outside those that hold probability which might yet hold some, the nearest few on either side;
        and the share that all of them hold at most. U is bounded there, not integrated.
        """
        widths, doubt = self.stretch.widths, self.unresolved
        chosen = np.zeros(self.count, dtype=bool)
        missed = 0.0
        for side in (1, -1):
            index = np.arange(live[-1] + 1, self.count) if side > 0 else np.arange(live[0] - 1, -1, -1)
            if len(index) == 0:
                continue
            with np.errstate(all="ignore"):
                most_force = self.force_high[index] if side > 0 else -self.force_low[index]
                climbed = side * np.diff(at_edges)[index]
                rise = np.where(self.wild[index], widths[index] * most_force, climbed)
                rise = np.clip(np.where(np.isnan(rise), 1e300, rise), -1e300, 1e300)
                near = at_edges[index if side > 0 else index + 1][0]
                foot = np.concatenate([[near], np.clip(near + np.cumsum(rise), -1e304, 1e304)[:-1]])
                above = np.clip(widths[index] * most_force, 0.0, 1e300)
                most = foot + above + self.level_high[index] + np.log(widths[index]) - total
            possible = most > _LEAST
            open_ = index[possible & doubt[index]][:_AT_ONCE]
            if len(open_) == 0 and possible.any():
                # Nothing hides there; but on the way the force was only bounded.
                before = index[: int(np.argmax(possible))]
                slack = (rise - climbed)[: len(before)]
                order = np.argsort(-slack)[:_AT_ONCE]
                open_ = before[order][self.wild[before[order]]]
            chosen[open_] = True
            with np.errstate(over="ignore"):
                missed += float(np.minimum(np.sum(np.exp(np.minimum(most, 1.0))), 1.0))
        return chosen, missed

    def left_out(self, at_edges: Array, share: Array, total: float) -> float:
        """The share that the intervals which hold none can hold at most, U taken as integrated."""
        with np.errstate(over="ignore"):
            most = np.exp(np.minimum(self.bound(at_edges) - total, 0.0))
        return float(min(np.sum(most[share <= 1e-17]), 1.0))

    def halved(self, landscape: Landscape, chosen: NDArray[np.bool_]) -> _View:
        stretch, parent = self.stretch.split(chosen)
        new = np.flatnonzero(chosen[parent])
        values = self.values[parent]
        bounds = [b[parent] for b in (self.force_low, self.force_high, self.level_low, self.level_high)]
        left, right = stretch.edges[new], stretch.edges[new + 1]
        values[new] = settle(sampled(landscape, left, right)[1])[..., :2]
        fresh = _calmed(landscape.bounds(left, right))
        for kept, found in zip(bounds, fresh, strict=True):
            kept[new] = found
        return _View(stretch, values, *bounds)


def _calmed(
    bounds: tuple[Array, Array, Array, Array], stretch: Stretch | None = None
) -> tuple[Array, Array, Array, Array]:
    force_low, force_high, level_low, level_high = (np.array(b) for b in bounds)
    if stretch is not None:
        void = stretch.void
        force_low[void] = force_high[void] = stretch.push[void]
        level_low[void] = level_high[void] = -np.inf
    return force_low, force_high, level_low, level_high
