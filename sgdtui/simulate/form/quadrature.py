"""How many quadrature nodes the mean over columns drawn afresh needs: as few as give the same drift and Σ."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.data import weighted_examples
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem

ORDERS = (2, 3, 4, 6, 8, 12, 16, 24, 48)
TOLERANCE = 1e-10


def enough_examples(experiment: Experiment, system: SampleSystem) -> tuple[Array, Array]:
    """Nodes (n, columns) and weights (n,): the smallest rule that agrees with the next two on and around the window.

    A gradient that is a polynomial of its columns, as most are, needs two or three nodes a column.
    """
    points = _points(experiment)
    rules = [weighted_examples(system.data, order) for order in ORDERS]
    moments = [_moments(experiment, system, points, *rule) for rule in rules]
    for rule, *three in zip(rules, moments, moments[1:], moments[2:], strict=False):
        if all(_close(three[0], other) for other in three[1:]):
            return rule
    return rules[-1]


def _close(a: Array, b: Array) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(a - b) <= TOLERANCE * (1 + np.abs(b))) and np.isfinite(a).all())


def _points(experiment: Experiment) -> Array:
    box = np.array([[-2.0, 2.0]] * experiment.dimension)
    for axis, interval in zip(experiment.space.axes, experiment.space.domain or (), strict=False):
        box[axis] = interval
    return np.random.default_rng(0).uniform(box[:, 0], box[:, 1], (32, len(box)))


def _moments(
    experiment: Experiment, system: SampleSystem, points: Array, nodes: Array, weights: Array
) -> Array:
    names: dict[str, float | Array] = {**experiment.values, "k": 0.0, "t": 0.0}
    names |= {v: points[:, i, None] for i, v in enumerate(system.variables)}
    names |= {c: nodes[None, :, i] for i, c in enumerate(system.data.columns)}
    gradient = [
        np.broadcast_to(evaluate(g, names), (len(points), len(nodes))) for g in system.example_gradient()
    ]
    first = [g @ weights for g in gradient]
    second = [(g * h) @ weights for i, g in enumerate(gradient) for h in gradient[: i + 1]]
    return np.stack([*first, *second])
