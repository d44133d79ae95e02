"""A normal law on bins: the probability of each, and averages of observables under it."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.expression.tree import Expression
from sgdtui.model.experiment import Experiment
from sgdtui.model.quantities import named, seconds_a_place, values_at
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.prediction import Absence, Prediction

_REACH = 8.5
_CELLS, _FEWER_CELLS = 240, 160
_LEAST_ERROR, _LINE_ERROR = 1e-9, 1e-6
_POINTS = 1 << 17
_QUANTITY_SECONDS, _PAIRS = 0.5, 1 << 13
"""How long a quantity's average may take, and of how many mirrored pairs of points it is taken at most."""


def normal_prediction(
    name: str, experiment: Experiment, edges: tuple[Array, ...], mean: Array, covariance: Array
) -> Prediction | Absence:
    """The normal law of all coordinates, on the bins of the drawn axes. Walls are not taken into account."""
    from scipy.special import ndtr

    axes = list(experiment.space.axes)
    part = covariance[np.ix_(axes, axes)]
    scale = np.sqrt(np.diag(part))
    if np.any(scale <= 0) or not np.all(np.isfinite(scale)):
        return Absence(name, "degenerate noise", "the noise vanishes at the minimum")
    distribution = None
    if len(axes) == 1:
        distribution = ndtr((edges[0] - mean[axes[0]]) / scale[0])
        probability = np.diff(distribution)
    else:
        if abs(part[0, 1]) >= (1 - 1e-9) * scale[0] * scale[1]:
            return Absence(name, "degenerate noise", "the noise has no component across its own direction")
        probability = rectangles(mean[axes], part, edges)
    averages = {key: average(e, experiment, mean, covariance) for key, e in experiment.observe}
    observables = {key: value for key, (value, _) in averages.items() if np.isfinite(value)}
    return Prediction(
        name=name,
        edges=edges,
        probability=probability,
        outside=max(0.0, 1.0 - float(probability.sum())),
        distribution=distribution,
        mean=mean,
        covariance=covariance,
        observables=observables,
        numerical_error=max([_LEAST_ERROR, *(error for _, error in averages.values() if np.isfinite(error))]),
    )


def rectangles(mean: Array, covariance: Array, edges: tuple[Array, ...]) -> Array:
    """The probability of every rectangle under a normal law of two variables, (nx, ny)."""
    from scipy.special import ndtr

    deviation = np.sqrt(covariance[0, 0])
    slope = covariance[0, 1] / covariance[0, 0]
    rest = np.sqrt(covariance[1, 1] - slope * covariance[0, 1])
    widest = float(np.max(np.diff(edges[0])))
    finest = 0.5 * min(deviation, rest / max(abs(slope), 1e-300))
    pieces = int(np.clip(np.ceil(widest / finest), 1, 64))
    nodes, weights = np.polynomial.legendre.leggauss(4)
    steps = np.arange(pieces) / pieces
    starts = (edges[0][:-1, None] + np.diff(edges[0])[:, None] * steps).ravel()
    half = np.repeat(np.diff(edges[0]) / pieces / 2, pieces)
    x = (starts + half)[:, None] + half[:, None] * nodes
    density = np.exp(-0.5 * ((x - mean[0]) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))
    share = (density * weights * half[:, None]).reshape(len(edges[0]) - 1, -1)
    centre = (mean[1] + slope * (x - mean[0])).reshape(len(edges[0]) - 1, -1)
    rows = [
        share[i] @ np.diff(ndtr((edges[1][None, :] - centre[i][:, None]) / rest), axis=1)
        for i in range(len(share))
    ]
    return np.stack(rows)


def average(
    expression: Expression, experiment: Experiment, mean: Array, covariance: Array
) -> tuple[float, float]:
    """The mean of an expression under the normal law, and about its error (of a condition; else relative to its size).

    By quadrature where it names at most two coordinates, else over points drawn with a fixed seed.
    """
    if named(experiment, expression):
        return _of_quantity(expression, experiment, mean, covariance), 0.0
    used = [i for i, v in enumerate(experiment.variables) if v in expression.names]
    if not used:
        return float(evaluate(expression, experiment.values)), 0.0
    centre, part = mean[used], covariance[np.ix_(used, used)]
    scale = np.sqrt(np.diag(part))
    names = [experiment.variables[i] for i in used]
    dependent = len(used) == 2 and abs(part[0, 1]) >= (1 - 1e-9) * scale[0] * scale[1]
    if len(used) == 1 and scale[0] > 0:
        return _on_the_line(expression, experiment, names[0], float(centre[0]), float(scale[0])), _LINE_ERROR
    if len(used) == 2 and np.all(scale > 0) and not dependent:
        fine, coarse = (
            _on_the_plane(expression, experiment, (names[0], names[1]), centre, part, cells)
            for cells in (_CELLS, _FEWER_CELLS)
        )
        return fine, abs(fine - coarse) / max(1.0, abs(fine))
    values, vectors = np.linalg.eigh(part)
    normals = np.random.default_rng(0).standard_normal((_POINTS, len(used)))
    normals = np.concatenate([normals, -normals])
    points = centre + (normals * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    given = {**experiment.values, **{n: points[:, i] for i, n in enumerate(names)}}
    drawn = evaluate(expression, given)
    # A point and its mirror image are not independent.
    pairs = (drawn[:_POINTS] + drawn[_POINTS:]) / 2
    value = float(np.mean(drawn))
    return value, float(np.std(pairs) / np.sqrt(_POINTS)) / max(1.0, abs(value))


def _of_quantity(expression: Expression, experiment: Experiment, mean: Array, covariance: Array) -> float:
    """The mean of an expression that names quantities, over mirrored points drawn with a fixed seed."""
    most = int(_QUANTITY_SECONDS / seconds_a_place(experiment, [expression])) // 2
    values, vectors = np.linalg.eigh(covariance)
    normals = np.random.default_rng(0).standard_normal((min(max(most, 32), _PAIRS), len(mean)))
    away = (normals * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return float(values_at(experiment, [expression], np.concatenate([mean + away, mean - away])).mean())


def _on_the_plane(
    expression: Expression,
    experiment: Experiment,
    names: tuple[str, str],
    centre: Array,
    part: Array,
    cells: int,
) -> float:
    edges = tuple(
        np.linspace(c - _REACH * s, c + _REACH * s, cells + 1)
        for c, s in zip(centre, np.sqrt(np.diag(part)), strict=True)
    )
    law = PlaneLaw((edges[0], edges[1]), rectangles(centre, part, edges), 5)
    return law.average(expression, names, experiment.values)


def _on_the_line(
    expression: Expression, experiment: Experiment, variable: str, mean: float, scale: float
) -> float:
    from sgdtui.predict.numerics.gauss_panels import Panels, panels
    from sgdtui.predict.numerics.panel_density import LineLaw

    def observed(x: Array) -> Array:
        return evaluate(expression, {**experiment.values, variable: x})[:, None]

    def log_density(cut: Panels) -> Array:
        return -0.5 * ((cut.nodes - mean) / scale) ** 2

    cut, logarithm = panels(mean + scale * np.linspace(-12, 12, 49), observed, log_density)
    value = LineLaw.of(cut, logarithm, cut.values, closed=True).average(cut.values[..., 0])
    return np.nan if value is None else value
