"""The stationary Fokker–Planck solution on the plane, with the full tensor D and circulating currents.

Finite volumes (see `finite_volume`) on a box that the law itself determines, on three grids: the last two are
extrapolated, and the first shows what error is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.chebyshev import tabulated
from sgdtui.predict.diffusion.curl import force_integral
from sgdtui.predict.diffusion.finite_volume import Hops, hops
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.bounding_box import Box, first_box
from sgdtui.predict.numerics.cell_density import PlaneLaw, regrouping
from sgdtui.predict.numerics.singular_rates import SingularRates
from sgdtui.predict.prediction import Absence, Prediction

NAME = "fokker-planck"

_COARSE = 48
_CELLS = 200
_MOST_CELLS = 400
_EMPTY = 1e-9
_WIDEST = 0.75
_RARE = 1e-5
_GOAL = 1e-3
_QUIET = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PlaneSolution:
    """A stationary law on cells, with the hops that it is stationary under."""

    law: PlaneLaw
    hops: Hops
    clipped: float
    rates: SingularRates

    @property
    def relaxation_time(self) -> float | None:
        """One over the gap of the operator on these cells, in units of t; None where it is not found."""
        rate = self.rates.slowest_rate()
        return None if rate is None else 1 / rate


def stationary_plane(
    experiment: Experiment, process: Diffusion, edges: tuple[Array, ...]
) -> Prediction | Absence:
    """The stationary law of a two-dimensional SDE on the bins of the drawn axes."""
    sides = walls(experiment, edges)
    box = box_of_process(process, sides)
    if isinstance(box, Absence):
        return box
    process = tabulated(process, box)
    cells, finer = _CELLS, 4
    coarsest = cells_for(process, box, cells // finer)

    def solved(times: int) -> PlaneSolution:
        return solve_plane(process, sides, box, (times * coarsest[0], times * coarsest[1]))

    solutions = [solved(times) for times in (1, 2, finer)]
    found = [_figures(experiment, process, s, edges) for s in solutions]
    while True:
        rough, best = _extrapolated(found[-3], found[-2]), _extrapolated(found[-2], found[-1])
        assert rough.probability is not None
        assert best.probability is not None
        error = float(np.abs(best.probability - rough.probability).sum() / 2)
        if error < _GOAL or 2 * cells > _MOST_CELLS:
            break
        cells, finer = 2 * cells, 2 * finer
        solutions.append(solved(finer))
        found.append(_figures(experiment, process, solutions[-1], edges))
    last = solutions[-1]
    notes: tuple[str, ...] = ()
    if last.clipped > 1e-9:
        notes = (
            f"the noise's correlation outgrows the grid: {last.clipped:.1e} of negative mass was cut off",
        )
    assert rough.entropy_production is not None
    assert best.entropy_production is not None
    # The entropy is a sum over all cells, smooth in their width: its fourth order goes the same way as its second.
    power = best.entropy_production + (best.entropy_production - rough.entropy_production) / 15
    return replace(
        best,
        numerical_error=error + _cut_off(last.law, sides),
        notes=notes,
        entropy_production=power,
        relaxation_time=solutions[1].relaxation_time,
    )


def _cut_off(law: PlaneLaw, sides: tuple[Wall, ...]) -> float:
    """About how much of the law the box cuts off: its outermost cells, ten times over."""
    open_axes = [axis for axis, side in enumerate(sides) if not side.closed]
    return float(10 * sum(law.mass.sum(axis=1 - axis)[[0, -1]].sum() for axis in open_axes))


def solve_plane(
    process: Diffusion, sides: tuple[Wall, ...], box: Box, cells: tuple[int, int]
) -> PlaneSolution:
    """The stationary law on one grid, by a sparse direct solve."""
    found = hops(process, sides, box, cells)
    rates = SingularRates(found.operator, _seed(process, found))
    mass = rates.stationary
    clipped = float(-mass[mass < 0].sum())
    mass = np.maximum(mass, 0.0).reshape(found.shape)
    return PlaneSolution(PlaneLaw(found.edges, mass / mass.sum()), found, clipped, rates)


def _seed(process: Diffusion, found: Hops) -> int:
    """A cell where there is much mass: a few hundred steps down the drift from the middle of the box."""
    low = np.array([e[0] for e in found.edges])
    high = np.array([e[-1] for e in found.edges])
    x = ((low + high) / 2)[None, :]
    for _ in range(200):
        drift = process.drift(x)
        pace = np.max(np.abs(drift) / (high - low))
        if not np.isfinite(pace) or pace < 1e-12:
            break
        x = np.clip(x + drift / pace * 0.01 * min(1.0, pace), low + 1e-9, high - 1e-9)
    index = [int(np.clip(np.searchsorted(e, x[0, i]) - 1, 0, len(e) - 2)) for i, e in enumerate(found.edges)]
    return index[0] * found.shape[1] + index[1]


def cells_for(process: Diffusion, box: Box, cells: int) -> tuple[int, int]:
    """About cells² cells whose shape fits D where it has cross terms, so that the rates stay positive; else square."""
    middle = [np.linspace(low, high, 17) for low, high in box]
    grid = np.stack([g.ravel() for g in np.meshgrid(*middle, indexing="ij")], axis=1)
    tensor = process.tensor(grid)
    if not np.any(tensor[:, 0, 1]):
        return cells, cells
    with np.errstate(all="ignore"):
        shape = np.sqrt(tensor[:, 0, 0] / tensor[:, 1, 1])
        tight = np.abs(tensor[:, 0, 1]) / np.sqrt(tensor[:, 0, 0] * tensor[:, 1, 1])
    good = np.isfinite(shape) & (shape > 0)
    weight = tight[good] ** 4 + 1e-9
    ratio = float(np.exp(np.sum(weight * np.log(shape[good])) / weight.sum()))
    spans = [high - low for low, high in box]
    # width_x / width_y = ratio and nx·ny = cells²
    along = np.clip(np.sqrt(spans[0] / (spans[1] * ratio)), 1 / 3, 3)
    return max(12, round(cells * along)), max(12, round(cells / along))


def box_of_process(exact: Diffusion, sides: tuple[Wall, ...]) -> Box | Absence:
    """The box that holds all but a negligible part of the law, found on coarse grids."""
    box = first_box(sides)
    spans = [high - low for low, high in box]
    for _ in range(40):
        process = tabulated(exact, tuple(box))
        absence = degenerate(process, box)
        if absence is not None:
            return absence
        found = solve_plane(process, sides, tuple(box), cells_for(process, tuple(box), _COARSE))
        settled, grown = True, list(box)
        for axis, side in enumerate(sides):
            if side.closed:
                continue
            grown[axis], fits = _next_interval(found.law, axis)
            if grown[axis][1] - grown[axis][0] > 1e6 * spans[axis]:
                return Absence(NAME, "not normalisable", "the probability does not die out far away")
            settled &= fits
        box = grown
        if settled:
            return tuple(box)
    return Absence(NAME, "not normalisable", "the probability does not die out far away")


def _next_interval(law: PlaneLaw, axis: int) -> tuple[tuple[float, float], bool]:
    """The interval to try next along an axis, and whether the present one will do.

    It holds all cells that are not empty and grows where the ends are not; but never far beyond where all but a
    rare few are, which the cells must still resolve: a long algebraic tail is cut there.
    """
    marginal, cells = law.mass.sum(axis=1 - axis), law.edges[axis]
    low, high = float(cells[0]), float(cells[-1])
    wide, step = high - low, float(cells[1] - cells[0])
    living = np.flatnonzero(marginal > _EMPTY)
    first, last = int(living[0]), int(living[-1])
    new_low = low - wide / 2 if first == 0 else float(cells[first]) - step
    new_high = high + wide / 2 if last == len(marginal) - 1 else float(cells[last + 1]) + step
    cumulated = np.concatenate([[0.0], np.cumsum(marginal)])
    left, right = np.interp([_RARE, 1 - _RARE], cumulated, cells)
    margin = _WIDEST * max(right - left, step)
    new_low, new_high = max(new_low, left - margin), min(new_high, right + margin)
    fits = 0.93 * wide <= new_high - new_low <= 1.1 * wide
    return (float(new_low), float(new_high)), bool(fits)


def degenerate(process: Diffusion, box: list[tuple[float, float]]) -> Absence | None:
    """Whether D is singular, negative or no number somewhere in the box."""
    axes = [np.linspace(low, high, 66)[:-1] + (high - low) / 130 for low, high in box]
    grid = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    edge = np.stack(
        [g.ravel() for g in np.meshgrid(*[np.linspace(*b, 65) for b in box], indexing="ij")], axis=1
    )
    tensor = process.tensor(np.concatenate([grid, edge]))
    drift = process.drift(grid)
    if not (np.all(np.isfinite(tensor)) and np.all(np.isfinite(drift))):
        return Absence(NAME, "degenerate noise", "the noise or the drift is not a number somewhere near")
    least = np.linalg.eigvalsh(tensor)[:, 0]
    if np.min(least) <= _QUIET * np.max(np.linalg.eigvalsh(tensor)[:, 1]):
        return Absence(NAME, "degenerate noise", "the noise vanishes in some direction somewhere near")
    return None


def _figures(
    experiment: Experiment, process: Diffusion, solution: PlaneSolution, edges: tuple[Array, ...]
) -> Prediction:
    """One grid's law with its current on the bins and its entropy production."""
    law = solution.law
    prediction = law.prediction(NAME, edges, experiment)
    flux = solution.hops.current(law.mass)
    first, second = ((e[1:] + e[:-1]) / 2 for e in law.edges)
    volume = np.multiply.outer(np.diff(law.edges[0]), np.diff(law.edges[1]))
    power = force_integral(process, flux, (first, second), volume)
    axes = experiment.space.axes
    current = None
    if len(axes) == 2:
        by_axis = [regrouping(law.edges[axis], edges[i]) for i, axis in enumerate(axes)]
        area = np.multiply.outer(np.diff(edges[0]), np.diff(edges[1]))
        parts = []
        for axis in axes:
            flow = flux[axis] * volume
            flow = flow if tuple(axes) == (0, 1) else flow.T
            parts.append(by_axis[0] @ flow @ by_axis[1].T / area)
        current = np.stack(parts)
    return replace(prediction, current=current, entropy_production=power)


def _extrapolated(coarse: Prediction, fine: Prediction) -> Prediction:
    """The second order of two grids, one twice as fine, taken to the limit."""

    def limit(a: Array, b: Array) -> Array:
        return b + (b - a) / 3

    assert coarse.probability is not None
    assert fine.probability is not None
    assert coarse.mean is not None
    assert fine.mean is not None
    assert coarse.covariance is not None
    assert fine.covariance is not None
    assert coarse.entropy_production is not None
    assert fine.entropy_production is not None
    probability = np.maximum(limit(coarse.probability, fine.probability), 0.0)
    distribution = None
    if coarse.distribution is not None and fine.distribution is not None:
        distribution = np.clip(np.maximum.accumulate(limit(coarse.distribution, fine.distribution)), 0.0, 1.0)
    current = fine.current
    if coarse.current is not None and fine.current is not None:
        current = limit(coarse.current, fine.current)
    return replace(
        fine,
        probability=probability,
        outside=max(0.0, 1.0 - float(probability.sum())),
        distribution=distribution,
        mean=limit(coarse.mean, fine.mean),
        covariance=limit(coarse.covariance, fine.covariance),
        observables={k: v + (v - coarse.observables[k]) / 3 for k, v in fine.observables.items()},
        current=current,
        entropy_production=fine.entropy_production
        + (fine.entropy_production - coarse.entropy_production) / 3,
    )
