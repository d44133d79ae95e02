"""Steps of SGD over columns drawn afresh whose loss has kinks or jumps: where in a column the gradient jumps depends on
the weight, so that the column is cut there anew for every place.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression import Apply, Expression
from sgdtui.expression.node import COMPARISONS, Node, render, walk
from sgdtui.expression.numeric import evaluate
from sgdtui.model.data import Distribution, Fresh, weighted_examples
from sgdtui.model.sample import SampleSystem

_CELLS, _CELLS_BESIDE_OTHERS = 96, 32
_TAIL_CELLS = 16
_OTHER_NODES = 12
_MOST_OTHERS = 200
_MOST_JUMPS = 4
_HALVINGS = 40
_KINKED = frozenset({"abs", "sign", "step"})
_CONTINUOUS = frozenset({"normal", "uniform", "exponential"})


def boundaries(expression: Expression) -> tuple[Expression, ...]:
    """Expressions whose sign changes where `expression` has a kink or a jump."""
    found = []
    for node in walk(expression.node):
        if not isinstance(node, Apply):
            continue
        if node.function in COMPARISONS or node.function in ("min", "max"):
            left, right = (_expression(a) for a in node.arguments)
            found.append(left - right)
        elif node.function in _KINKED:
            found.append(_expression(node.arguments[0]))
    return tuple({e.text: e for e in found}.values())


def _expression(node: Node) -> Expression:
    return Expression(node, render(node))


def drawn_maps(
    system: SampleSystem, values: dict[str, float], eta: float
) -> Callable[[Array], tuple[Array, Array]] | None:
    """Places (n,) to images (n, m) and weights (n, m) of a step on one example.

    One column that is drawn from a continuous law is cut where the loss has kinks; any others are averaged over by
    quadrature. None where there is no such column: the loss is smooth, or the examples are a table.
    """
    data, loss = system.data, system.loss
    if not isinstance(data, Fresh) or loss is None:
        return None
    signs = boundaries(loss)
    names = {name for sign in signs for name in sign.names}
    own = next(
        (i for i, (c, d) in enumerate(zip(data.columns, data.distributions, strict=True))
         if c in names and d.kind in _CONTINUOUS),
        None,
    )  # fmt: skip
    if own is None:
        return None
    column, law = data.columns[own], data.distributions[own]
    rest = Fresh(
        data.columns[:own] + data.columns[own + 1 :], data.distributions[:own] + data.distributions[own + 1 :]
    )
    others, shares = weighted_examples(rest, _OTHER_NODES) if rest.columns else (np.empty((1, 0)), np.ones(1))
    if len(others) > _MOST_OTHERS:
        return None
    gradient = system.example_gradient()[0]
    cuts = _cuts(_CELLS if len(others) == 1 else _CELLS_BESIDE_OTHERS)

    def given(x: Array, other: NDArray[np.intp], u: Array) -> dict[str, Array | float]:
        columns = {name: others[other, i, None] for i, name in enumerate(rest.columns)}
        return {**values, **columns, system.variables[0]: x[:, None], column: quantile(law, u)}

    def maps(x: Array) -> tuple[Array, Array]:
        place, other = np.repeat(x, len(others)), np.tile(np.arange(len(others)), len(x))

        def pattern(row: NDArray[np.intp], u: Array) -> NDArray[np.intp]:
            """Which side of every boundary the levels u (m, k) are on, as one number, for m rows."""
            known = given(place[row], other[row], u)
            code = np.zeros(u.shape, dtype=np.intp)
            for sign in signs:
                side = np.sign(np.nan_to_num(np.broadcast_to(evaluate(sign, known), u.shape)))
                code = 3 * code + side.astype(np.intp) + 1
            return code

        found = _jumps(len(place), cuts, pattern)
        levels = np.sort(np.concatenate([found, np.tile(cuts, (len(place), 1))], axis=1), axis=1)
        weights = np.diff(levels, axis=1) * shares[other, None]
        middles = (levels[:, 1:] + levels[:, :-1]) / 2
        slope = np.broadcast_to(evaluate(gradient, given(place, other, middles)), middles.shape)
        images = place[:, None] - eta * (slope + system.ridge * place[:, None])
        shape = (len(x), len(others) * weights.shape[1])
        return images.reshape(shape), weights.reshape(shape)

    return maps


def _cuts(cells: int) -> Array:
    """Levels between 0 and 1: equal cells, and cells that shrink towards both ends."""
    even = np.linspace(0.0, 1.0, cells + 1)
    tail = even[1] * 0.5 ** np.arange(1, _TAIL_CELLS + 1)
    return np.unique(np.concatenate([even, tail, 1 - tail]))


def _jumps(count: int, cuts: Array, pattern: Callable[[NDArray[np.intp], Array], NDArray[np.intp]]) -> Array:
    """Levels where the pattern changes in each row, (count, at most a few), filled up with ones."""
    inner = np.clip(cuts, 1e-12, 1 - 1e-12)
    codes = pattern(np.arange(count), np.tile(inner, (count, 1)))
    row, cell = np.nonzero(np.diff(codes, axis=1))
    low, high, first = inner[cell], inner[cell + 1], codes[row, cell]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        same = pattern(row, middle[:, None])[:, 0] == first
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    found = np.ones((count, _MOST_JUMPS))
    order = np.arange(len(row)) - np.searchsorted(row, row)
    kept = order < _MOST_JUMPS
    found[row[kept], order[kept]] = high[kept]
    return found


def quantile(law: Distribution, u: Array) -> Array:
    """The value of a column below which a share u of it lies."""
    u = np.clip(u, 1e-16, 1 - 1e-16)
    a = law.arguments
    if law.kind == "uniform":
        return a[0] + (a[1] - a[0]) * u
    if law.kind == "exponential":
        return np.asarray(-a[0] * np.log1p(-u))
    from scipy.special import ndtri

    return np.asarray(a[0] + a[1] * ndtri(u))
