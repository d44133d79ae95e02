"""Kramers' estimate of a passage time: one barrier an exit, wells and tops taken for parabolas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.time.exit_interval import exit_stretch, passage_process


def kramers_time(experiment: Experiment) -> float | None:
    """Kramers' estimate of the same time: one barrier an exit, both wells and tops as parabolas.

    t = √(2π/|Φ″_top|)·√(2π/Φ″_well)·D_top^(-a) D_well^(a-1) exp(ΔΦ) with Φ′ = -f/D; for constant D = T this is
    2π exp(ΔL/T)/√(L″_well |L″_top|). None where no barrier lies between the start's well and an exit.
    """
    process = passage_process(experiment)
    if process is None or not isinstance(experiment.start, At):
        return None
    start = experiment.start.point[0]
    stretch = exit_stretch(experiment, start)
    if stretch is None or stretch.low == stretch.high:
        return None
    rates = []
    for end, is_exit in ((stretch.low, stretch.low_exit), (stretch.high, stretch.high_exit)):
        if not is_exit:
            continue
        rate = _kramers_rate(process, start, end)
        if rate is not None:
            rates.append(rate)
    return 1.0 / sum(rates) if rates and sum(rates) > 0 else None


def _kramers_rate(process: Diffusion, start: float, end: float) -> float | None:
    """The rate over the highest barrier between the start's well and the exit at `end`."""

    def force(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(process.drift(x[:, None])[:, 0] / process.tensor(x[:, None])[:, 0, 0])

    away = start - (end - start)
    grid = np.linspace(away, end, 40_001)
    value = force(grid)
    potential = np.concatenate([[0.0], np.cumsum((value[1:] + value[:-1]) / 2) * (grid[1] - grid[0])])
    well = int(np.argmin(np.abs(grid - start)))
    while 0 < well < len(grid) - 1 and max(potential[well - 1], potential[well + 1]) > potential[well]:
        well += 1 if potential[well + 1] > potential[well - 1] else -1
    path = np.arange(well, len(grid))
    if len(path) < 3 or not np.all(np.isfinite(potential[path])):
        return None
    top = int(path[np.argmin(potential[path])])
    if top in (well, len(grid) - 1, 0):
        return None
    points = np.array([_zero(force, grid, well), _zero(force, grid, top)])
    h = 1e-4 * abs(end - start)
    slope = (force(points + h) - force(points - h)) / (2 * h)
    strength = process.tensor(points[:, None])[:, 0, 0]
    if not (slope[0] < 0 < slope[1]):
        return None
    a = process.convention
    nodes, weights = np.polynomial.legendre.leggauss(200)
    middle, half = points.mean(), (points[1] - points[0]) / 2
    drop = -float(half * weights @ force(middle + half * nodes))
    time = (
        np.sqrt(2 * np.pi / slope[1])
        * np.sqrt(2 * np.pi / -slope[0])
        * strength[1] ** -a
        * strength[0] ** (a - 1)
        * np.exp(drop)
    )
    return float(1 / time)


def _zero(force: Callable[[Array], Array], grid: Array, index: int) -> float:
    """The zero of the force beside a grid point, by bisection; the grid point where the sign does not change."""
    low, high = float(grid[max(index - 1, 0)]), float(grid[min(index + 1, len(grid) - 1)])
    at_low = float(force(np.array([low]))[0])
    if at_low * float(force(np.array([high]))[0]) > 0:
        return float(grid[index])
    for _ in range(60):
        middle = (low + high) / 2
        if at_low * float(force(np.array([middle]))[0]) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
