"""Ends of the line beyond which nothing is computed: panels crowd towards them, and a power law holds for the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.numerics.gauss_panels import Panels
from sgdtui.predict.numerics.landscape import Stretch

FAR = 1e12
"""Walkers beyond this are lost, so a law must be normalisable within it."""
_AT_ZERO = 1e-14
_ELSEWHERE = 1e-6
_SPACING = 1e-10
_GROWTH = 1.25
_NOTHING = 200.0


@dataclass(frozen=True, slots=True)
class End:
    """A place `at` (minus or plus infinity included) that the line reaches from above (`side` 1) or below (-1).

    `gap` is how near panels come: a distance, or the distance from zero at which they stop for an infinite end.
    """

    at: float
    side: int
    gap: float

    @property
    def infinite(self) -> bool:
        """Whether it is infinitely far away."""
        return not np.isfinite(self.at)

    @property
    def last(self) -> float:
        """Where panels stop."""
        return -self.side * self.gap if self.infinite else self.at + self.side * self.gap

    def distance(self, x: Array) -> Array:
        """The distance from the end, or for an infinite end the inverse distance from zero."""
        return np.asarray(1.0 / np.abs(x) if self.infinite else (x - self.at) * self.side)

    def approach(self, reach: float) -> Array:
        """Places that crowd towards the end from `reach` away, ratio 2, the last one included."""
        count = int(np.ceil(np.log2(max(reach / self.gap, 2.0))))
        return np.asarray(self.at + self.side * self.gap * 2.0 ** np.arange(count + 1), dtype=np.float64)


def end_at(at: float, side: int, scale: float) -> End:
    """The end at a place where something vanishes or blows up; `scale` is the length over which that changes."""
    if not np.isfinite(at):
        return End(at, side, FAR)
    gap = _AT_ZERO * scale if at == 0 else max(_ELSEWHERE * scale, _SPACING * abs(at))
    return End(at, side, gap)


def outward(start: float, step: float, limit: float) -> Array:
    """Places from `start` on with growing steps, up to `limit` (which is included), on the side of its sign."""
    reach = abs(limit - start)
    count = max(int(np.ceil(np.log1p(reach * (_GROWTH - 1) / step) / np.log(_GROWTH))), 1)
    places = step * (_GROWTH ** np.arange(1, count + 1) - 1) / (_GROWTH - 1)
    return np.append(start + np.sign(limit - start) * places[places < reach * (1 - 1e-9)], limit)


def stretch_between(
    low: float,
    high: float,
    edges: Array,
    ends: tuple[End, ...],
    places: Array,
    holes: tuple[tuple[float, float], ...] = (),
) -> Stretch:
    """The first cut of the line from `low` to `high` (infinite: as far as walkers are followed).

    The bins `edges` (n + 1,) and `places` are edges of it; panels crowd towards the `ends`, whose gaps are void as are
    the `holes`.
    """
    first, last = max(low, -FAR), min(high, FAR)
    pieces = max(1, int(np.ceil(128 / (len(edges) - 1))))
    fine = (edges[:-1, None] + np.diff(edges)[:, None] * np.arange(pieces) / pieces).ravel()
    step = (edges[-1] - edges[0]) / 128
    parts = [np.array([first, last]), places, np.ravel(holes), fine, edges[-1:]]
    if first < edges[0]:
        parts.append(outward(float(edges[0]), step, first))
    if last > edges[-1]:
        parts.append(outward(float(edges[-1]), step, last))
    for end in ends:
        if not end.infinite:
            parts.append(end.approach((last - first) / 2 if last - first < FAR else abs(end.at) + 128 * step))
            parts.append(np.array([end.at]))
    cut = np.unique(np.concatenate(parts))
    cut = cut[(cut >= first) & (cut <= last)]
    gaps = [tuple(sorted((end.at, end.last))) for end in ends if not end.infinite] + list(holes)
    keep = np.ones(len(cut), dtype=bool)
    for a, b in gaps:
        keep &= (cut <= a) | (cut >= b)
    cut = cut[keep]
    void = np.zeros(len(cut) - 1, dtype=bool)
    for a, b in gaps:
        void |= (cut[:-1] >= a) & (cut[1:] <= b)
    return Stretch(cut, void, np.zeros(len(void)))


@dataclass(frozen=True, slots=True)
class Tail:
    """Probability beyond the last panel before an end, `share` of the whole, with p ∝ distance^`power`.

    `doubt` is how far the share may be off. For an infinite end the distance is 1/|x|, and p the density over it.
    """

    end: End
    share: float
    power: float
    doubt: float

    def average(self, nodes: Array, values: Array) -> float | None:
        """∫ values·p beyond the last panel from what they are before it; None where it diverges.

        `nodes`, `values`: (n, ORDER) of all panels.
        """
        near = nearest_nodes(self.end, nodes, values != 0)
        distance, value = self.end.distance(nodes[near]), values[near]
        if len(value) < 2 or not np.all(np.isfinite(value)):
            return 0.0 if self.share == 0 or len(value) == 0 else None
        limit = float(self.end.distance(np.array([self.end.last]))[0])
        smooth = _smooth_average(distance, value, limit, self.power)
        if smooth is not None:
            return self.share * smooth
        order = np.argsort(distance)
        first, last = order[0], order[-1]
        growth = float(np.log(abs(value[first] / value[last])) / np.log(distance[first] / distance[last]))
        if value[first] * value[last] < 0:
            growth = min(growth, 0.0)
        if self.power + growth <= -1 + 1e-5:
            return None
        at_limit = float(value[first] * (limit / distance[first]) ** growth)
        return self.share * at_limit * (1 + self.power) / (1 + self.power + growth)


def _smooth_average(distance: Array, value: Array, limit: float, power: float) -> float | None:
    """The mean of a + b·log(distance) + c·distance over distance^power below `limit`; None where that does not fit."""
    design = np.column_stack([np.ones_like(distance), np.log(distance / limit), distance / limit])
    solution, *_ = np.linalg.lstsq(design, value, rcond=None)
    if np.max(np.abs(value - design @ solution)) > 1e-6 * np.max(np.abs(value)):
        return None
    return float(solution @ np.array([1.0, -1 / (1 + power), (1 + power) / (2 + power)]))


def nearest_nodes(end: End, nodes: Array, where: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """The nodes (n, ORDER) that are within a factor of eight of the last panel's distance from an end."""
    distance = end.distance(nodes)
    limit = end.distance(np.array([end.last]))[0]
    near = (distance >= limit * (1 - 1e-9)) & (distance <= 8 * limit)
    if where is not None:
        near &= where
    return np.asarray(near)


def power_law(distance: Array, logarithm: Array) -> tuple[float, float, float, float]:
    """(A, power, bend, doubt) of the fit A + power·log(distance) + bend·distance, and how well it holds."""
    size = float(np.max(distance))
    design = np.column_stack([np.ones_like(distance), np.log(distance / size), distance / size])
    solution, *_ = np.linalg.lstsq(design, logarithm, rcond=None)
    left = logarithm - design @ solution
    doubt = float(np.max(np.abs(left))) / float(np.ptp(design[:, 1]))
    level = float(solution[0] - solution[1] * np.log(size))
    return level, float(solution[1]), float(solution[2] / size), doubt


def tail_of(end: End, panels: Panels, logarithm: Array) -> Tail | None:
    """The probability beyond the last panel, as a share of what is on the panels; None where it does not end.

    `logarithm` (n, ORDER) is log p at the nodes up to a constant.
    """
    near = nearest_nodes(end, panels.nodes, np.isfinite(logarithm))
    if near.sum() < 4:
        return Tail(end, 0.0, np.inf, 0.0)
    distance, height = end.distance(panels.nodes[near]), logarithm[near]
    peak = float(np.max(logarithm))
    if float(np.max(height)) < peak - _NOTHING:
        return Tail(end, 0.0, np.inf, 0.0)
    if end.infinite:
        height = height - 2 * np.log(distance)  # dx = dz/z²
    level, power, bend, doubt = power_law(distance, height)
    limit = float(end.distance(np.array([end.last]))[0])
    total = float(np.sum(np.exp(logarithm - peak) * panels.weights))
    at_limit = level + power * np.log(limit) + bend * limit - peak + np.log(limit / total)
    if at_limit < -80 and power > -0.99:
        return Tail(end, 0.0, np.inf, 0.0)
    if power <= -1 + 1e-6:
        return None
    share = float(np.exp(at_limit) * (1 / (1 + power) - bend * limit / (2 + power) / (1 + power)))
    share = max(share, 0.0)
    return Tail(end, share, power, share * min(1.0, doubt / (1 + power) + (bend * limit) ** 2))
