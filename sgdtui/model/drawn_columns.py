"""Means over columns drawn afresh of what need not be smooth: quadrature cut where the integrand has a kink or a jump.

Where a kink lies depends on the weights and on the other columns. Columns are integrated one within the other. The
innermost is cut at the zeros of the switches of the loss; the next one where such a zero meets an end of the inner
column's support or another zero, for there the inner integral has a kink of its own; and so on outwards, until what is
left are places of the weights at which the means themselves have one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.budget import afford
from sgdtui.expression import Expression, constant, substitute
from sgdtui.expression.error import ExpressionError
from sgdtui.expression.interval import enclosure
from sgdtui.expression.node import Apply, Number, walk
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.switches import Switch, turns
from sgdtui.model.data import Distribution, Fresh
from sgdtui.model.roots import roots_along

_ORDER = 10
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_ORDER)
_SMOOTH_ORDER = 16
_MOST_SWITCHES = 24
_ANYWHERE = 1e9
_CUTS: Mapping[str, tuple[float, ...]] = {
    "normal": (-8.6, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 8.6),
    "exponential": (0.0, 2.0, 5.0, 9.0, 14.0, 21.0, 37.0),
    "uniform": (0.0, 0.25, 0.5, 0.75, 1.0),
}
"""First cuts of a support, in units of its scale."""
_BULK: Mapping[str, tuple[float, ...]] = {
    "normal": (-5.0, -2.0, 2.0, 5.0),
    "exponential": (0.0, 3.0, 10.0),
    "uniform": (0.0, 1.0),
}
"""Places of an inner column that an outer one is cut for: the ends of its support, and where its density changes."""
_OUTERMOST = ("bernoulli", "choice", "uniform", "exponential", "normal")


def is_smooth_in(expression: Expression, columns: tuple[str, ...]) -> bool:
    """Whether an expression is a polynomial of the columns, which Gauss quadrature integrates exactly."""
    named = set(columns)
    for node in walk(expression.node):
        if not isinstance(node, Apply) or not named & Expression(node, "").names:
            continue
        if node.function in ("+", "-", "*", "neg", "sum"):
            continue
        exponent = node.arguments[-1]
        if node.function == "/" and not named & Expression(exponent, "").names:
            continue
        if node.function == "**" and isinstance(exponent, Number) and exponent.value in range(9):
            continue
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Level:
    """One column, and the switches that cut it once all columns within it are integrated.

    `smooth`: the loss is a polynomial of it.
    """

    column: int
    distribution: Distribution
    switches: tuple[Switch, ...]
    smooth: bool


class DrawnColumns:
    """Quadrature rules over columns drawn afresh, a rule of its own at every point of the weights."""

    def __init__(
        self,
        data: Fresh,
        variables: tuple[str, ...],
        expressions: tuple[Expression, ...],
        values: Mapping[str, float],
    ) -> None:
        self.data, self.variables, self.values = data, variables, dict(values)
        found = {
            f"{s.value.text} {s.whole}": s for e in expressions for s in turns(e, (*variables, *data.columns))
        }
        waiting = _distinct([s for s in found.values() if self._can_turn(s)], self.values)
        order = sorted(
            range(len(data.columns)), key=lambda i: _OUTERMOST.index(data.distributions[i].kind), reverse=True
        )
        levels = []
        for column in order:
            name = data.columns[column]
            here = tuple(s for s in waiting if name in s.value.names)
            smooth = all(is_smooth_in(e, (name,)) for e in expressions)
            levels.append(_Level(column, data.distributions[column], here, smooth))
            rest = [s for s in waiting if name not in s.value.names]
            left = _eliminated(here, name, data.distributions[column])
            waiting = _distinct([*rest, *left], self.values)[:_MOST_SWITCHES]
        self.levels = tuple(reversed(levels))
        self.turning = tuple(s for s in waiting if s.value.names & set(variables))
        """Switches of the weights alone: where the means may have a kink."""

    def _can_turn(self, switch: Switch) -> bool:
        """Whether a switch can be zero at all, whatever the weights are."""
        if not switch.value.names & set(self.data.columns):
            return True
        names: dict[str, float | tuple[Array, Array]] = {**self.values, "k": 0.0, "t": 0.0}
        far = np.array([_ANYWHERE])
        names |= dict.fromkeys(self.variables, (-far, far))
        for column, distribution in zip(self.data.columns, self.data.distributions, strict=True):
            low, high = _support(distribution)
            names[column] = (np.array([low]), np.array([high]))
        below, above = enclosure(switch.value, names, (1,))
        return bool(below[0] <= 0 <= above[0])

    def rule(self, x: Array) -> tuple[Array, Array, NDArray[np.intp]]:
        """Examples (m, columns), weights (m,), and which point of `x` (n, d) each belongs to, increasing."""
        rows, weights = np.zeros((len(x), len(self.data.columns))), np.ones(len(x))
        owner = np.arange(len(x))
        for level in self.levels:
            places, shares = self._along(level, x[owner], rows)
            wanted = shares > 0
            afford(
                "means over the columns drawn",
                bytes=8.0 * int(wanted.sum()) * (rows.shape[1] + 4),
                remedy="fewer columns",
            )
            rows = np.repeat(rows, wanted.sum(axis=1), axis=0)
            rows[:, level.column] = places[wanted]
            owner = np.repeat(owner, wanted.sum(axis=1))
            weights = (weights[:, None] * shares)[wanted]
        return rows, weights, owner

    def _along(self, level: _Level, x: Array, rows: Array) -> tuple[Array, Array]:
        """Places and shares of one column, for points (m, d) and outer columns (m, columns), (m, k) each."""
        distribution, count = level.distribution, len(rows)
        if distribution.kind in ("bernoulli", "choice") or (level.smooth and not level.switches):
            places, shares = distribution.quadrature(_SMOOTH_ORDER)
            return np.tile(places, (count, 1)), np.tile(shares, (count, 1))
        low, high = _support(distribution)
        cuts = [np.tile(_first_cuts(distribution), (count, 1))]
        for switch in level.switches:
            cuts.append(roots_along(self._function(switch, level, x, rows), low, high))
        edges = np.sort(np.concatenate(cuts, axis=1), axis=1)
        half = np.diff(edges, axis=1)[..., None] / 2
        places = (edges[:, :-1, None] + half + half * _NODES).reshape(count, -1)
        shares = (half * _WEIGHTS).reshape(count, -1) * _density(distribution, places)
        return places, shares

    def _function(self, switch: Switch, level: _Level, x: Array, rows: Array) -> Callable[[Array], Array]:
        columns = self.data.columns
        used = {c: rows[:, i, None] for i, c in enumerate(columns) if c in switch.value.names}
        weights = {v: x[:, i, None] for i, v in enumerate(self.variables)}

        def value(places: Array) -> Array:
            names: dict[str, float | Array] = {**self.values, "k": 0.0, "t": 0.0, **weights, **used}
            names[columns[level.column]] = places
            found = np.broadcast_to(evaluate(switch.value, names), (len(rows), places.shape[-1]))
            return np.sin(np.pi * found) if switch.whole else found

        return value


def _distinct(found: list[Switch], values: Mapping[str, float]) -> tuple[Switch, ...]:
    """Switches without those that are zero throughout or a multiple of another, as seen at a few random places."""
    rng = np.random.default_rng(0)
    names = sorted({name for s in found for name in s.value.names} - values.keys())
    places: dict[str, float | Array] = {**values, "k": 0.0, "t": 0.0}
    places |= {name: rng.uniform(0.3, 2.3, 5) for name in names if name not in ("k", "t")}
    kept: dict[tuple[object, ...], Switch] = {}
    for switch in found:
        value = np.broadcast_to(evaluate(switch.value, places), 5)
        largest = float(np.max(np.abs(value)))
        if np.isfinite(value).all() and largest > 1e-12 and not switch.whole:
            unit = value / value[np.argmax(np.abs(value))]
            kept.setdefault(tuple(np.round(unit, 9)), switch)
        elif not largest <= 1e-12:
            kept.setdefault((switch.value.text, switch.whole), switch)
    return tuple(kept.values())


def _eliminated(here: tuple[Switch, ...], name: str, distribution: Distribution) -> list[Switch]:
    """What is left of switches once a column is integrated or summed over."""
    if distribution.kind in ("bernoulli", "choice"):
        values = [float(v) for v in distribution.quadrature()[0]]
        return [found for s in here for v in values if (found := _at(s, name, v)) is not None]
    ends = _scaled(distribution, _BULK[distribution.kind])
    left = [_at(s, name, float(end)) for s in here for end in ends]
    for one, other in combinations([s for s in here if not s.whole], 2):
        left.append(_meeting(one, other, name))
    return [s for s in left if s is not None]


def _at(switch: Switch, name: str, value: float) -> Switch | None:
    try:
        return Switch(substitute(switch.value, {name: constant(value)}), switch.whole)
    except ExpressionError:
        return None


def _meeting(one: Switch, other: Switch, name: str) -> Switch | None:
    """Where the zeros of two switches, both affine in a column, meet: offset·other slope - other offset·slope."""
    parts = []
    for switch in (one, other):
        offset, ahead = _at(switch, name, 0.0), _at(switch, name, 1.0)
        if offset is None or ahead is None:
            return None
        parts.append((offset.value, ahead.value - offset.value))
    try:
        (a, b), (c, d) = parts
        return Switch(a * d - c * b)
    except ExpressionError:
        return None


def _support(distribution: Distribution) -> tuple[float, float]:
    if distribution.kind in ("bernoulli", "choice"):
        values = distribution.quadrature()[0]
        return float(values.min()), float(values.max())
    cuts = _first_cuts(distribution)
    return float(cuts[0]), float(cuts[-1])


def _first_cuts(distribution: Distribution) -> Array:
    return _scaled(distribution, _CUTS[distribution.kind])


def _scaled(distribution: Distribution, places: tuple[float, ...]) -> Array:
    """Places in units of a law's scale as values of its column."""
    a, units = distribution.arguments, np.array(places)
    match distribution.kind:
        case "normal":
            return np.asarray(a[0] + a[1] * units)
        case "exponential":
            return np.asarray(a[0] * units)
        case _:
            return np.asarray(a[0] + (a[1] - a[0]) * units)


def _density(distribution: Distribution, x: Array) -> Array:
    a = distribution.arguments
    match distribution.kind:
        case "normal":
            return np.asarray(np.exp(-(((x - a[0]) / a[1]) ** 2) / 2) / (a[1] * np.sqrt(2 * np.pi)))
        case "exponential":
            return np.asarray(np.exp(-x / a[0]) / a[0])
        case _:
            return np.full(x.shape, 1 / (a[1] - a[0]))
