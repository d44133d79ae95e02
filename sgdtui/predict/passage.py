"""How long the SDE takes to reach a condition: the exact mean first passage on the line, and Kramers' formula.

With U = ∫f/D and convention a, the time to leave an interval from x is built from the speed density m = D^(a-1) e^U and
the scale density s = D^(-a) e^(-U) (Gardiner, Handbook of Stochastic Methods, §5.2.7); only their product matters, so
neither sees the constant in U.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.expression import Expression
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At
from sgdtui.predict.diffusion import Diffusion, diffusion

Array = NDArray[np.float64]

_POINTS = 40_001
_NEGLIGIBLE = -60.0
"""A tail is cut where its log density is this far below its peak."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """The interval that walkers start in, on a grid (n,), and which of its ends are exits; `slope` is -f'."""

    grid: Array
    potential: Array
    diffusion: Array
    slope: Array
    convention: float
    exits: tuple[bool, bool]

    def mirrored(self) -> _Stretch:
        """The same with left and right exchanged."""
        grid, potential, diffusion, slope = -self.grid, self.potential, self.diffusion, self.slope
        left, right = self.exits
        return _Stretch(
            grid[::-1], potential[::-1], diffusion[::-1], slope[::-1], self.convention, (right, left)
        )

    @property
    def speed(self) -> Array:
        """M = D^(a-1) e^(U - max U), (n,)."""
        density: Array = self.diffusion ** (self.convention - 1) * np.exp(
            self.potential - self.potential.max()
        )
        return density

    @property
    def scale(self) -> Array:
        """S = D^(-a) e^(max U - U), (n,)."""
        density: Array = self.diffusion**-self.convention * np.exp(self.potential.max() - self.potential)
        return density


def mean_passage_time(experiment: Experiment) -> float | None:
    """The exact mean time t at which `until` first holds, from the point that all walkers start at.

    None where there is no such integral: no `until`, more than one dimension, no single starting point, no SDE, a
    periodic axis, or an infinite mean.
    """
    start = _start(experiment)
    if experiment.until is None or start is None or experiment.dimension != 1:
        return None
    if _holds(experiment, experiment.until, np.array([start]))[0]:
        return 0.0
    found = _stretch(experiment)
    if found is None:
        return None
    grid, (left, right) = found.grid, found.exits
    if right and not left:
        inner = _running(found.speed, grid)
        return _from(start, grid, found.scale * inner)
    if left and not right:
        inner = _running(found.speed[::-1], -grid[::-1])[::-1]
        return _upto(start, grid, found.scale * inner)
    scale = _running(found.scale, grid)
    whole = _running(found.scale * _running(found.speed, grid), grid)
    at = float(np.interp(start, grid, scale) / scale[-1])
    return at * float(whole[-1]) - float(np.interp(start, grid, whole))


def kramers_time(experiment: Experiment) -> float | None:
    """Kramers' estimate of the same time: over the one barrier between the start's well and the exit.

    2π/√(U''(well)·|U''(top)|) with the prefactors of D at both; for constant D = T the textbook
    2π/√(L''(well)|L''(top)|)·exp(ΔL/T). None where the start is in no well or no barrier is in the way.
    """
    found = _stretch(experiment)
    start = _start(experiment)
    if found is None or start is None or found.exits[0] == found.exits[1]:
        return None
    if found.exits[0]:
        found, start = found.mirrored(), -start
    potential, strength, grid = found.potential, found.diffusion, found.grid
    here = int(np.searchsorted(grid, start))
    tops = np.flatnonzero((potential[1:-1] >= potential[:-2]) & (potential[1:-1] > potential[2:])) + 1
    wells = tops[tops <= here + 1]
    if len(wells) == 0:
        return None
    well = int(wells[-1])
    top = well + int(np.argmin(potential[well:]))
    if top >= len(grid) - 2:
        return None
    # At an extremum f = 0, so U'' = f'/D; the slope is taken between the grid points beside it.
    bends = [-_at_extremum(potential, found.slope, i) / strength[i] for i in (well, top)]
    if bends[0] >= 0 or bends[1] <= 0:
        return None
    a = found.convention
    prefactor = strength[well] ** (a - 1) * strength[top] ** -a
    height = potential[well] - potential[top]
    return float(2 * np.pi * prefactor / np.sqrt(-bends[0] * bends[1]) * np.exp(height))


def _at_extremum(potential: Array, values: Array, i: int) -> float:
    """The value at the extremum of a parabola through the three points about grid point i."""
    before, here, after = potential[i - 1 : i + 2]
    shift = (before - after) / (2 * (before - 2 * here + after))
    return float(np.interp(i + shift, [i - 1, i, i + 1], values[i - 1 : i + 2]))


def _start(experiment: Experiment) -> float | None:
    return experiment.start.point[0] if isinstance(experiment.start, At) else None


def _stretch(experiment: Experiment) -> _Stretch | None:
    start, domain, until = _start(experiment), experiment.space.domain, experiment.until
    if until is None or experiment.dimension != 1 or start is None or domain is None:
        return None
    process = diffusion(experiment, "fokker-planck")
    boundary = experiment.space.boundaries[0].kind
    if not isinstance(process, Diffusion) or process.mobility != 1 or boundary == "periodic":
        return None
    low, high = domain[0]
    walls = (low, high) if boundary == "reflect" else (-np.inf, np.inf)
    reach = max(high - low, abs(start - low), abs(start - high))
    left, left_exit = _edge(experiment, until, start, -reach, walls)
    right, right_exit = _edge(experiment, until, start, reach, walls)
    if not (left_exit or right_exit) or left == right:
        return None
    grid = np.linspace(left, right, _POINTS)
    potential, strength = _landscape(process, grid)
    if not (np.isfinite(potential).all() and (strength > 0).all()):
        return None
    tails = [potential[i] - potential.max() for i in (0, -1)]
    for end, (is_exit, wall) in enumerate(zip((left_exit, right_exit), walls, strict=True)):
        if not is_exit and not np.isfinite(wall) and tails[end] > _NEGLIGIBLE:
            return None
    keep = slice(
        0
        if left_exit or np.isfinite(walls[0])
        else int(np.argmax(potential > potential.max() + _NEGLIGIBLE)),
        _POINTS
        if right_exit or np.isfinite(walls[1])
        else _POINTS - int(np.argmax(potential[::-1] > potential.max() + _NEGLIGIBLE)),
    )
    if keep != slice(0, _POINTS):
        grid = np.linspace(grid[keep][0], grid[keep][-1], _POINTS)
        potential, strength = _landscape(process, grid)
    slope = process.fields.hessian(grid[:, None])[:, 0, 0]
    return _Stretch(grid, potential, strength, slope, process.convention, (left_exit, right_exit))


def _edge(
    experiment: Experiment, until: Expression, start: float, reach: float, walls: tuple[float, float]
) -> tuple[float, bool]:
    """Where the walkers' interval ends on one side of the start: at the condition, a wall, or far out."""
    far = min(max(start + 4 * reach, walls[0]), walls[1])
    points = np.linspace(start, far, 16_385)
    inside = ~_holds(experiment, until, points)
    if not inside[0]:
        return start, True
    if inside.all():
        return far, False
    outer = int(np.argmin(inside))
    low, high = points[outer - 1], points[outer]
    for _ in range(60):
        middle = (low + high) / 2
        if _holds(experiment, until, np.array([middle]))[0]:
            high = middle
        else:
            low = middle
    return float(high), True


def _holds(experiment: Experiment, until: Expression, x: Array) -> NDArray[np.bool_]:
    names: dict[str, float | Array] = {**experiment.values, experiment.variables[0]: x, "k": 0.0, "t": 0.0}
    return np.broadcast_to(evaluate(until, names) != 0, x.shape)


def _landscape(process: Diffusion, grid: Array) -> tuple[Array, Array]:
    """U = ∫f/D from the left end and D, both (n,), Simpson's rule between points."""
    middle = (grid[:-1] + grid[1:]) / 2

    def force(x: Array) -> tuple[Array, Array]:
        with np.errstate(all="ignore"):
            strength = process.tensor(x[:, None])[:, 0, 0]
            return process.drift(x[:, None])[:, 0] / strength, strength

    at, strength = force(grid)
    between, _ = force(middle)
    steps = (at[:-1] + 4 * between + at[1:]) * np.diff(grid) / 6
    return np.concatenate([[0.0], np.cumsum(steps)]), strength


def _running(density: Array, grid: Array) -> Array:
    """The running integral of a density from the left end, (n,)."""
    return np.concatenate([[0.0], np.cumsum((density[:-1] + density[1:]) / 2 * np.diff(grid))])


def _upto(x: float, grid: Array, integrand: Array) -> float:
    return float(np.interp(x, grid, _running(integrand, grid)))


def _from(x: float, grid: Array, integrand: Array) -> float:
    running = _running(integrand, grid)
    return float(running[-1] - np.interp(x, grid, running))
