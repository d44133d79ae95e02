"""How many quadrature nodes the mean over columns drawn afresh needs: as few as give the same drift and Σ."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.data import Fresh, is_continuous, product_rule, weighted_examples
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem

ORDERS = (2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48)
TOLERANCE = 1e-10
_OTHERS = 8
"""The order of the other columns while that of one is looked for."""


def enough_examples(experiment: Experiment, system: SampleSystem) -> tuple[Array, Array]:
    """Nodes (n, columns) and weights (n,): for each column the lowest order that agrees with the next two, on and
    around the window, if those of all columns together do.

    A gradient that is a polynomial of its columns, as most are, needs two or three nodes a column.
    """
    values = tuple(sorted(experiment.values.items()))
    box = np.array([[-2.0, 2.0]] * experiment.dimension)
    for axis, interval in zip(experiment.space.axes, experiment.space.domain or (), strict=False):
        box[axis] = interval
    return _rule(system, values, tuple((float(low), float(high)) for low, high in box))


@lru_cache(maxsize=8)
def _rule(
    system: SampleSystem, values: tuple[tuple[str, float], ...], box: tuple[tuple[float, float], ...]
) -> tuple[Array, Array]:
    data = system.data
    assert isinstance(data, Fresh)
    low, high = np.array(box).T
    points = np.random.default_rng(0).uniform(low, high, (32, len(low)))
    highest = weighted_examples(data)
    places = [_place(system, values, points, data, column) for column in range(len(data.columns))]
    while True:
        rule, higher = (
            product_rule(data, tuple(ORDERS[min(p + more, len(ORDERS) - 1)] for p in places))
            for more in (0, 1)
        )
        if len(rule[1]) >= len(highest[1]):
            return highest
        if _close(_moments(system, values, points, *rule), _moments(system, values, points, *higher)):
            return rule
        places = [place + 1 for place in places]


def _place(
    system: SampleSystem, values: tuple[tuple[str, float], ...], points: Array, data: Fresh, column: int
) -> int:
    """The place in `ORDERS` of the lowest order of one column that agrees with the next two; else the last."""
    if not is_continuous(data.distributions[column]):
        return 0
    found: list[Array] = []
    for order in ORDERS:
        orders = tuple(order if other == column else _OTHERS for other in range(len(data.columns)))
        found.append(_moments(system, values, points, *product_rule(data, orders)))
        if len(found) > 2 and all(_close(found[-3], other) for other in found[-2:]):
            return len(found) - 3
    return len(ORDERS) - 1


def _close(a: Array, b: Array) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(a - b) <= TOLERANCE * (1 + np.abs(b))) and np.isfinite(a).all())


def _moments(
    system: SampleSystem,
    values: tuple[tuple[str, float], ...],
    points: Array,
    nodes: Array,
    weights: Array,
) -> Array:
    names: dict[str, float | Array] = {**dict(values), "k": 0.0, "t": 0.0}
    names |= {v: points[:, i, None] for i, v in enumerate(system.variables)}
    names |= {c: nodes[None, :, i] for i, c in enumerate(system.data.columns)}
    gradient = [
        np.broadcast_to(evaluate(g, names), (len(points), len(nodes))) for g in system.example_gradient()
    ]
    first = [g @ weights for g in gradient]
    second = [(g * h) @ weights for i, g in enumerate(gradient) for h in gradient[: i + 1]]
    return np.stack([*first, *second])
