"""Wells that the stationary law leaves empty but where walkers may sit for ages: the slowest mode that a run meets.

A stationary law may have next to nothing in a well, and yet every walker that falls into it at the start stays there
for longer than any run. So how long walkers take to settle is asked of all places where the start leads.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import EIGENVALUES, afford_dense
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.live_interval import COARSE, Lair, held
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import kernel_matrix
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box
from sgdtui.predict.numerics.panel_density import FAR
from sgdtui.predict.numerics.start import starts

_STEPS = 3_000
_KICKS = 3.0
_MARGIN = 6.0
_MOST_CELLS = 800


def chain_relaxation(experiment: Experiment, step: Chain, lair: Lair, wall: Wall) -> float:
    """How long the chain takes to forget its start, in units of t: all that the law and the start reach counts."""
    second = lair.second
    if not wall.closed:
        ((low, high),) = explored(
            experiment,
            lambda x: (step.mean(x[:, 0])[:, None] - x) / step.time,
            lambda x: np.abs(step.spread(x[:, 0]))[:, None] / np.sqrt(step.time),
            ((lair.low, lair.high),),
        )
        low, high = max(low, lair.limits[0]), min(high, lair.limits[1])
        if low < lair.low or high > lair.high:
            second = max(second, _second_within(step, wall, low, high, lair.limits))
    slowest = min(second, 1 - 1e-15)
    return float(-step.time / np.log(slowest)) if slowest > 0 else step.time


def _second_within(step: Chain, wall: Wall, low: float, high: float, limits: tuple[float, float]) -> float:
    """The second largest modulus of an eigenvalue of the kernel on cells that resolve low to high.

    Walkers that pass an end are kept there: how long they would take to come back from further away is another
    question than how long they take to forget their start.
    """
    spread = np.abs(step.spread(np.linspace(low, high, 101)))
    finest = float(np.min(spread[spread > 0])) if np.any(spread > 0) else high - low
    cells = int(np.clip(2 * (high - low) / finest, COARSE, _MOST_CELLS))
    grid = np.linspace(low, high, cells + 1)
    kept = tuple(end < limit for end, limit in ((limits[0], low), (high, limits[1])))
    matrix = held(kernel_matrix(step, grid, wall), step, grid, (kept[0], kept[1]))
    afford_dense(f"the eigenvalues of a kernel of {cells} cells", cells, EIGENVALUES)
    moduli = np.sort(np.abs(np.linalg.eigvals(matrix.toarray())))
    return float(moduli[-2])


def explored(
    experiment: Experiment, drift: Callable[[Array], Array], deviation: Callable[[Array], Array], law: Box
) -> Box:
    """The box of the law, widened to where walkers come to rest if the noise stops after a few kicks at their start.

    A margin of some standard deviations about each place of rest is added.

    Args:
        experiment: for its start.
        drift: points (n, d) to mean velocities (n, d).
        deviation: points (n, d) to standard deviations after a unit of t, were they to stay the same, (n, d).
        law: where the stationary law lives.
    """
    points = starts(experiment)
    width = np.ptp(np.array(law), axis=1)
    with np.errstate(all="ignore"):
        pace = _pace(drift, law)
        kick = _KICKS * np.sqrt(pace) * np.diag(np.max(np.nan_to_num(deviation(points)), axis=0))
        points = np.concatenate([points, *(points + sign * row for row in kick for sign in (-1, 1))])
        for _ in range(_STEPS):
            step = pace * drift(points)
            alive = np.all(np.abs(points + step) < FAR, axis=1)
            points = (points + step)[alive]
            if not len(points):
                return law
            if np.all(np.abs(step[alive]).max(axis=0) <= 1e-6 * width):
                break
        margin = _MARGIN * _local_deviation(points, drift, np.nan_to_num(deviation(points)), pace, width)
    low, high = (points - margin).min(axis=0), (points + margin).max(axis=0)
    return tuple((min(a, float(b)), max(c, float(d))) for (a, c), b, d in zip(law, low, high, strict=True))


def _pace(drift: Callable[[Array], Array], law: Box) -> float:
    """A step of t that follows the drift stably about the law, and at most a quarter of the law at once."""
    low, high = np.array(law).T
    x = (low + high) / 2 + np.random.default_rng(0).uniform(-1.5, 1.5, (400, len(law))) * (high - low)
    steepest = fastest = 0.0
    speed = np.abs(drift(x))
    for axis, width in enumerate(high - low):
        step = np.zeros(len(law))
        step[axis] = 1e-4 * width
        slope = np.abs(drift(x + step) - drift(x)) / step[axis]
        steepest = max(steepest, float(np.max(slope[np.isfinite(slope)], initial=0.0)))
        fastest = max(fastest, float(np.nanmax(speed[:, axis], initial=0.0)) / float(width))
    slowest = max(2 * steepest, 4 * fastest) if np.isfinite(fastest) else 2 * steepest
    return 1 / slowest if slowest > 0 else 1.0


def _local_deviation(
    points: Array, drift: Callable[[Array], Array], size: Array, pace: float, width: Array
) -> Array:
    """The standard deviations of the linearised process about each point, axis by axis; `width` is the law's."""
    deviation = np.empty_like(points)
    for axis in range(points.shape[1]):
        step = np.zeros(points.shape[1])
        step[axis] = 1e-5 * width[axis]
        slope = (drift(points - step) - drift(points + step))[:, axis] / (2 * step[axis])
        deviation[:, axis] = size[:, axis] / np.sqrt(np.maximum(2 * slope, 1e-2 / pace))
    return deviation
