"""What the map shows of a table: which settings along its axes, which measure, and where each row stands. Frozen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.sweeps.grid import Point
from sgdtui.sweeps.table import SweepTable
from sgdtui.tui.map.axis import Axis, axis_of

VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person looks at the table: axes and measure by their place among those there are, the rest fixed.

    held   the values of the other settings, by name; one that is not there takes the first value
    log    logarithmic or not, by setting, where it was asked for
    """

    x: str
    y: str
    measure: str
    held: Mapping[str, Any] = field(default_factory=dict)
    log: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """The rows of a table that the choice leaves, with their places.

    rows      their numbers in the table, (n,)
    at        their positions, (n, 2)
    values    the measure, NaN where it is no number, (n,)
    verdicts  what is said of each: the verdict, "failed", or "" where nothing is
    """

    choice: Choice
    x: Axis
    y: Axis
    rows: NDArray[np.intp]
    at: Array
    values: Array
    verdicts: tuple[str, ...]

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and largest value there is."""
        good = self.values[np.isfinite(self.values)]
        return (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)

    def nearest(self, columns: int, rows: int) -> NDArray[np.intp]:
        """For every cell of a grid (rows, columns), the top row first, the entry of `rows` that it shows; -1: none.

        A cell belongs to the nearest point, not further than half the gap of the coarse grid, so that refined points
        share their neighbours' cells and what has not been run stays empty.
        """
        found = np.full((rows, columns), -1, dtype=np.intp)
        if not len(self.rows) or columns < 1 or rows < 1:
            return found
        from scipy.spatial import KDTree

        (left, right), (bottom, top) = self.x.limits, self.y.limits
        across = left + (np.arange(columns) + 0.5) / columns * (right - left)
        up = top - (np.arange(rows) + 0.5) / rows * (top - bottom)
        scale = np.array([self.x.gap, self.y.gap])
        cells = np.stack(np.meshgrid(across, up), axis=-1) / scale
        points = self.at / scale
        nearest = KDTree(points).query(cells)[1]
        away = np.abs(cells - points[nearest]).max(axis=-1)
        found[:] = np.where(away <= 0.5 + 1e-9, nearest, -1)
        return found

    def towards(self, entry: int, across: int, up: int) -> int:
        """The nearest other point in a direction; the same where there is none."""
        scale = np.array([self.x.gap, self.y.gap])
        away = (self.at - self.at[entry]) / scale
        along = away @ np.array([across, up], float)
        beside = np.abs(away @ np.array([up, across], float))
        cost = np.where(along > 1e-9, along + 3 * beside, np.inf)
        best = int(np.argmin(cost))
        return best if np.isfinite(cost[best]) else entry


def chart_of(table: SweepTable, choice: Choice) -> Chart:
    """The chart of a choice."""
    columns = table.columns
    x = axis_of(choice.x, columns[choice.x], choice.log.get(choice.x))
    y = axis_of(choice.y, columns[choice.y], choice.log.get(choice.y))
    held = {name: choice.held[name] for name in others(table, choice) if name in choice.held}
    rows, places, values, verdicts = [], [], [], []
    measured = columns.get(choice.measure, [None] * len(table))
    for row in range(len(table)):
        if any(columns[name][row] != value for name, value in held.items()):
            continue
        place = (x.position(columns[choice.x][row]), y.position(columns[choice.y][row]))
        if not all(map(math.isfinite, place)):
            continue
        rows.append(row)
        places.append(place)
        values.append(_number(measured[row]))
        failed = bool(columns["error"][row]) if "error" in columns else False
        verdicts.append("failed" if failed else str(columns.get(VERDICT, [""] * len(table))[row] or ""))
    return Chart(
        choice, x, y, np.array(rows, dtype=np.intp), np.array(places, float).reshape(-1, 2),
        np.array(values, float), tuple(verdicts),
    )  # fmt: skip


def first_choice(table: SweepTable) -> Choice:
    """The first two settings that vary, and the distance from Gibbs, the verdict, or the first measure there is."""
    varied = [name for name in table.settings if len(values_of(table, name)) > 1]
    names = [*varied, *(name for name in table.settings if name not in varied)]
    numeric = measures(table)
    measure = next((name for name in numeric if name.endswith("gibbs.tv")), None)
    measure = measure or (VERDICT if VERDICT in table.columns else next(iter(numeric), "seconds"))
    x, y = names[0], names[1] if len(names) > 1 else names[0]
    return holding(table, Choice(x, y, measure))


def holding(table: SweepTable, choice: Choice) -> Choice:
    """The choice with a value for every setting that is not an axis."""
    held = {}
    for name in others(table, choice):
        there = values_of(table, name)
        held[name] = choice.held[name] if choice.held.get(name) in there else (there[0] if there else None)
    return Choice(choice.x, choice.y, choice.measure, held, choice.log)


def others(table: SweepTable, choice: Choice) -> list[str]:
    """The settings that are not axes."""
    return [name for name in table.settings if name not in (choice.x, choice.y)]


def values_of(table: SweepTable, name: str) -> list[Any]:
    """The distinct values of a setting, sorted."""
    there = {value for value in table.columns[name] if value is not None}
    return sorted(there, key=lambda value: (isinstance(value, str), value))


def measures(table: SweepTable) -> list[str]:
    """What can be shown: the quantities and the seconds; the verdict where there is one."""
    return [*table.quantities, "seconds"]


def point_of(table: SweepTable, row: int) -> Point:
    """The settings of a row."""
    return tuple(
        (name, table.columns[name][row]) for name in table.settings if table.columns[name][row] is not None
    )


def _number(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    return float(value) if isinstance(value, int | float) else math.nan
