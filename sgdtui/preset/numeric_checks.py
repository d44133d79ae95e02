"""Checks that need numbers: Σ on a grid of the domain, rates of hops and tumbles, a loss that is no number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression import Expression
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import parameter_values
from sgdtui.model.loss import FALLBACK_INTERVAL, Interval
from sgdtui.model.noise import Matrix
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.model.system import SymbolicSystem
from sgdtui.preset.text.report import Report
from sgdtui.preset.text.yaml_places import Path

POINTS = {1: 257, 2: 65}
"""Grid points an axis, by the number of axes."""

_ROUNDING = 1e-12


def grid(experiment: Experiment, domain: tuple[Interval, ...]) -> Array:
    """Points (n, d) on a grid of the domain; variables that are not shown stay where walkers start."""
    axes = experiment.space.axes
    lines = [np.linspace(low, high, POINTS[len(axes)]) for low, high in domain]
    mesh = [axis.ravel() for axis in np.meshgrid(*lines, indexing="ij")]
    match experiment.start:
        case At(point):
            middle = np.array(point)
        case Uniform(box):
            middle = np.array(box).mean(axis=1)
        case Normal(mean, _):
            middle = np.array(mean)
    points = np.repeat(middle[None, :], len(mesh[0]), axis=0)
    for axis, values in zip(axes, mesh, strict=True):
        points[:, axis] = values
    return points


def points_to_check(experiment: Experiment) -> Array:
    """A grid of the domain, (n, d); without a domain, where walkers start."""
    domain = experiment.space.domain
    return grid(experiment, domain) if domain is not None else _start_points(experiment)


def check_force_and_noise(
    experiment: Experiment, entries: Sequence[tuple[Path, Expression]], report: Report
) -> None:
    """Note a Σ that is not positive semidefinite or not symmetric, and what is not a number: of Σ, and of the
    expressions `entries` with their places in the preset.

    Without a domain Σ is checked on a fallback interval and where walkers start, as far as the entries are numbers
    there.
    """
    system = cast(SymbolicSystem, experiment.system)
    noise = system.exchangeable_noise
    assert noise is not None
    before = report.errors
    if noise.form == "full":
        _check_symmetry(experiment, system.covariance(), report)
    points = points_to_check(experiment)
    _check_force(experiment, entries, points, report)
    problems = list(covariance_problems(experiment, points))
    if experiment.space.domain is None and report.errors == before and not any(bad for _, bad in problems):
        further = covariance_problems(experiment, _wherever(experiment, points, entries))
        problems += [problem for problem in further if problem[1]]
    for message, is_error in problems:
        if is_error:
            report.error(
                ("noise",), message, "a covariance has no negative eigenvalue: use max(0, …), abs or a square"
            )
        else:
            report.warn(("noise",), message)


def check_recording(experiment: Experiment, report: Report) -> None:
    """Note a recording that nobody chose and that always sees the same moments of an epoch: a walker's law depends on
    how much of its epoch is over.
    """
    rows, every = getattr(experiment.system, "example_count", None), experiment.run.every
    if getattr(experiment.system, "draw", "") != "reshuffle" or rows is None or experiment.dynamics.is_sde:
        return
    epoch = rows // math.gcd(rows, experiment.dynamics.batch)
    seen = epoch // math.gcd(epoch, every)
    if seen < epoch:
        other = next(n for n in range(every + 1, every + epoch + 1) if math.gcd(n, epoch) == 1)
        report.warn(
            ("run", "every"),
            f"recording every {every} steps sees {seen} of the {epoch} steps of an epoch, over and over",
            f"averages are of those alone; write run: {{every: {other}}} to see them all alike",
        )


def _wherever(experiment: Experiment, starts: Array, entries: Sequence[tuple[Path, Expression]]) -> Array:
    """Where walkers may come that have no domain, (n, d): the starts, and a fallback interval on the drawn axes as far
    as there is a force.
    """
    around = grid(experiment, (FALLBACK_INTERVAL,) * len(experiment.space.axes))
    names = _names(experiment, around)
    forced = [np.isfinite(evaluate(force, names)) for _, force in entries]
    return np.concatenate([starts, around[np.all(forced, axis=0)]])


def covariance_problems(experiment: Experiment, points: Array) -> Iterator[tuple[str, bool]]:
    """What is wrong with Σ at points (n, d), each as (message, whether it is an error)."""
    system = cast(SymbolicSystem, experiment.system)
    names = _names(experiment, points)
    covariance = system.covariance()
    d = len(covariance)
    if all(covariance[i][j].constant_value == 0.0 for i in range(d) for j in range(d) if i != j):
        entries = {covariance[i][i] for i in range(d)}
        lowest = np.stack([evaluate(entry, names) for entry in entries], axis=1)
        finite = np.all(np.isfinite(lowest), axis=1)
        values = np.where(finite, lowest.min(axis=1), np.nan)
        size = np.where(finite, np.abs(lowest).max(axis=1), 0.0)
    else:
        matrix = np.stack([np.stack([evaluate(e, names) for e in row], axis=1) for row in covariance], axis=1)
        finite = np.all(np.isfinite(matrix), axis=(1, 2))
        values, size = np.full(len(points), np.nan), np.zeros(len(points))
        if finite.any():
            eigenvalues = np.linalg.eigvalsh((matrix[finite] + matrix[finite].transpose(0, 2, 1)) / 2)
            values[finite], size[finite] = eigenvalues[:, 0], np.abs(eigenvalues).max(axis=1)
    if not finite.any():
        yield "Σ is not a finite number anywhere on the domain", True
        return
    negative = np.flatnonzero(finite & (values < -_ROUNDING * np.maximum(size, 1e-300)))
    if len(negative):
        worst = negative[np.argmin(values[negative])]
        yield (
            f"Σ has the negative eigenvalue {values[worst]:.4g} at {_where(experiment, points[worst])}",
            True,
        )
    if not finite.all():
        first = np.flatnonzero(~finite)[0]
        yield (
            (
                f"Σ is not a finite number on {1 - finite.mean():.0%} of the domain, as at "
                f"{_where(experiment, points[first])}: walkers that get there are lost"
            ),
            False,
        )


def _names(experiment: Experiment, points: Array) -> dict[str, float | Array]:
    coordinates = {variable: points[:, i] for i, variable in enumerate(experiment.variables)}
    return {"k": 0.0, "t": 0.0, **parameter_values(experiment), **coordinates}


def _start_points(experiment: Experiment) -> Array:
    match experiment.start:
        case At(point):
            return np.array([point], dtype=float)
        case Uniform(box):
            sides = np.array(box)
            return np.array(np.linspace(sides[:, 0], sides[:, 1], 257))
        case Normal(mean, deviation):
            steps = np.linspace(-3, 3, 257)[:, None]
            return np.array(np.array(mean) + steps * np.array(deviation))


def _where(experiment: Experiment, point: Array) -> str:
    shown = list(zip(experiment.variables, point, strict=True))[:4]
    return ", ".join(f"{name} = {value:.4g}" for name, value in shown)


def _check_symmetry(experiment: Experiment, matrix: Matrix, report: Report) -> None:
    d = len(matrix)
    box = experiment.space.domain or (FALLBACK_INTERVAL,) * len(experiment.space.axes)
    names = _names(experiment, grid(experiment, box))
    for row in range(d):
        for column in range(row):
            above, below = matrix[column][row], matrix[row][column]
            if above.node == below.node:
                continue
            a, b = evaluate(above, names), evaluate(below, names)
            finite = np.isfinite(a) & np.isfinite(b)
            if np.any(
                np.abs(a - b)[finite] > 1e-9 * np.maximum(1e-300, np.maximum(np.abs(a), np.abs(b)))[finite]
            ):
                report.error(
                    ("noise", "covariance", row, column),
                    f"Σ is not symmetric: '{below.text}' here, '{above.text}' in row {column + 1}, column {row + 1}",
                    "write the same expression in both places",
                )


def _check_force(
    experiment: Experiment, entries: Sequence[tuple[Path, Expression]], points: Array, report: Report
) -> None:
    """The loss, or the drift as written, on the grid: no number anywhere is an error, in places a warning."""
    names = _names(experiment, points)
    for path, expression in entries:
        bad = ~np.isfinite(evaluate(expression, names))
        if bad.all():
            report.error(
                path,
                f"'{expression.text}' is not a finite number anywhere on the domain",
                "check logs, roots and divisions",
            )
        elif bad.any():
            first = points[np.flatnonzero(bad)[0]]
            report.warn(
                path,
                f"'{expression.text}' is not a finite number on {bad.mean():.0%} of the domain, as at "
                f"{_where(experiment, first)}: walkers that get there are lost",
            )


def check_rate(
    experiment: Experiment, expression: Expression, path: Path, points: Array, report: Report
) -> None:
    """Note a rate or speed that is negative, or no number, at one of the points (n, d)."""
    values = evaluate(expression, _names(experiment, points))
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        index = int(np.flatnonzero(bad)[0])
        what = "negative" if np.isfinite(values[index]) else "not a finite number"
        report.error(
            path,
            f"'{expression.text}' is {what} at {_where(experiment, points[index])}",
            "allowed: 0 <= value",
        )
