"""Spend points where a measure crosses a value: halve the gaps of the grid that the contour runs through."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from sgdtui.sweeps.grid import Axis, GridError, Point, Value, points

Measured = dict[Point, float | None]


@dataclass(frozen=True, slots=True)
class Target:
    """The contour where the quantity `measure` takes `value`; every gap it crosses is halved `levels` times."""

    measure: str
    value: float
    levels: int = 3


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the contour crosses a line of the grid along `axis`: between the points `low` and `high`, at `position`.

    `position` is the value of that axis by linear interpolation of the measure.
    """

    axis: str
    low: Point
    high: Point
    position: float


def parse_target(text: str, levels: int) -> Target:
    """Read `MEASURE=VALUE`.

    Raises:
        GridError: it is not that.
    """
    measure, equals, value = text.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        equals = ""
    if not equals or not measure.strip() or number != number:
        raise GridError(f"{text!r}: write MEASURE=VALUE, as in --refine gibbs.tv=0.05")
    return Target(measure.strip(), number, levels)


def refine(axes: Sequence[Axis], target: Target) -> Generator[list[Point], Measured, list[Crossing]]:
    """Ask for points, level by level, and give the contour's crossings at the end.

    Yields lists of points to run; send back what was measured there (None where there is no value: no contour runs
    to such a point). The full grid comes first. Only ranges are halved; a list's values stand alone.

    Raises:
        GridError: no axis is a range.
    """
    halved = [number for number, axis in enumerate(axes) if axis.spacing != "list"]
    if not halved:
        raise GridError("nothing to refine: at least one axis must be a range, as in eta=0.01:1:24:log")
    known = dict((yield list(points(axes))))
    gaps = [
        (number, low, high)
        for number in halved
        for low, high in _neighbours(axes, number)
        if _crosses(known, low, high, target)
    ]
    for _ in range(target.levels):
        middles = [(number, low, _middle(axes, number, low, high), high) for number, low, high in gaps]
        wanted = list(dict.fromkeys(middle for _, low, middle, high in middles if middle not in (low, high)))
        wanted = [point for point in wanted if point not in known]
        if not wanted:
            break
        known |= yield wanted
        gaps = [
            (number, *half)
            for number, low, middle, high in middles
            for half in ((low, middle), (middle, high))
            if _crosses(known, *half, target)
        ]
    return [_crossing(axes, known, gap, target) for gap in gaps]


def _neighbours(axes: Sequence[Axis], number: int) -> list[tuple[Point, Point]]:
    values = axes[number].values
    following: dict[Value, Value] = dict(itertools.pairwise(values))
    return [
        (point, _moved(point, number, following[point[number][1]]))
        for point in points(axes)
        if point[number][1] in following
    ]


def _moved(point: Point, number: int, value: Value) -> Point:
    return (*point[:number], (point[number][0], value), *point[number + 1 :])


def _middle(axes: Sequence[Axis], number: int, low: Point, high: Point) -> Point:
    return _moved(low, number, axes[number].between(float(low[number][1]), float(high[number][1])))


def _crosses(known: Measured, low: Point, high: Point, target: Target) -> bool:
    a, b = known.get(low), known.get(high)
    return a is not None and b is not None and low != high and (a < target.value) != (b < target.value)


def _crossing(
    axes: Sequence[Axis], known: Measured, gap: tuple[int, Point, Point], target: Target
) -> Crossing:
    number, low, high = gap
    a, b = known[low], known[high]
    assert a is not None
    assert b is not None
    share = (target.value - a) / (b - a)
    start, end = float(low[number][1]), float(high[number][1])
    return Crossing(axes[number].name, low, high, start + share * (end - start))
