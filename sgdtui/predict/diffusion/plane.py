"""The stationary Fokker–Planck solution on the plane, with the full tensor D and circulating currents.

Finite volumes (see `finite_volume`) on a box that the law itself determines, on three grids: the last two are
extrapolated, and the first shows what error is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.central import binned_current, central_law, slowest_rate
from sgdtui.predict.diffusion.chebyshev import tabulated
from sgdtui.predict.diffusion.curl import force_integral
from sgdtui.predict.diffusion.finite_volume import Hops, hops
from sgdtui.predict.diffusion.sampled_box import sampled_box
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.bounding_box import Box, first_box
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.numerics.node_law import apart
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
_CENTRAL_CELLS = (72, 100, 144, 200, 280)
_MODE_CELLS = 120
_CENTRAL_GOAL = 1e-4
_LEAST_ERROR = 1e-6
_MIXED = 0.1
_MOST_MIXED, _BARRED = 0.3, 1.0
_WORTHLESS = 0.25
"""A law with a larger error is not given."""
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
    work = _Work(experiment, process, sides, box, edges)
    best = _best(work)
    if best is None:
        return Absence(NAME, "not found", "the equations on every grid are singular to rounding")
    if best.numerical_error > _WORTHLESS:
        gap = f"two grids differ by {best.numerical_error:.2g}"
        detail = f"the law is too narrow for {_MOST_CELLS} cells an axis: {gap}"
        return Absence(NAME, "too costly", detail)
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What is to be solved, where, and the bins on which it is wanted."""

    experiment: Experiment
    process: Diffusion
    sides: tuple[Wall, ...]
    box: Box
    edges: tuple[Array, ...]

    @property
    def smooth_sides(self) -> bool:
        """Whether no side is a mirror, in which central differences would see a kink."""
        return all(side.kind != "reflect" for side in self.sides)

    @property
    def periodic(self) -> tuple[bool, bool]:
        return self.sides[0].kind == "periodic", self.sides[1].kind == "periodic"

    def cells(self, about: int) -> tuple[int, int]:
        return cells_for(self.process, self.box, about)

    def solved(self, cells: tuple[int, int]) -> PlaneSolution | None:
        """The law on a grid; None where the equations are singular to rounding."""
        try:
            return solve_plane(self.process, self.sides, self.box, cells)
        except RuntimeError:
            return None


def _best(work: _Work) -> Prediction | None:
    """By the positive scheme; by central differences where that mixes too much, whichever has the smaller error.

    None where neither can be solved.
    """
    coarse = work.solved(work.cells(_CELLS // 4))
    central = None
    if work.smooth_sides and (coarse is None or mixing(work.process, coarse.law) > _MIXED):
        central = _by_central_differences(work)
        if central is not None and central.numerical_error < _GOAL:
            return central
    positive = None if coarse is None else _by_positive_scheme(work, coarse)
    if central is None and work.smooth_sides and (positive is None or positive.numerical_error > _GOAL):
        central = _by_central_differences(work)
    found = [p for p in (positive, central) if p is not None]
    return min(found, key=lambda p: p.numerical_error) if found else None


def _by_central_differences(work: _Work) -> Prediction | None:
    """On finer and finer grids until two agree; None where the numbers are not finite."""
    before: Prediction | None = None
    best: Prediction | None = None
    coarser: PlaneLaw | None = None
    for about in _CENTRAL_CELLS:
        solution = work.solved(work.cells(about))
        if solution is None:
            continue
        rates, grid = solution.rates, solution.law.edges
        slowest = rates.slowest_rate(6)
        found = central_law(work.process, grid, work.periodic, rates, slowest, coarser)
        coarser = found.nodes.law
        prediction = found.prediction(work.experiment, work.edges)
        if before is not None:
            gap = min(1.0, apart(prediction, before, work.experiment) + found.flaw)
            if best is None or gap < best.numerical_error:
                best = replace(prediction, numerical_error=max(gap, _LEAST_ERROR))
            if gap < _CENTRAL_GOAL:
                break
        before = prediction
    if best is None or coarser is None or not np.isfinite(best.numerical_error):
        return None
    power = best.entropy_production
    power = power if power is not None and np.isfinite(power) else None
    return replace(
        best, entropy_production=power, relaxation_time=_slowest_time(work.process, work.periodic, coarser)
    )


def plane_relaxation(process: Diffusion, sides: tuple[Wall, ...], box: Box) -> float | None:
    """One over the gap of the operator on a box, in units of t; None where it is not found."""
    try:
        rough = solve_plane(process, sides, box, cells_for(process, box, _MODE_CELLS))
    except RuntimeError:
        return None
    if any(side.kind == "reflect" for side in sides) or mixing(process, rough.law) < _MIXED:
        return rough.relaxation_time
    periodic = (sides[0].kind == "periodic", sides[1].kind == "periodic")
    return _slowest_time(process, periodic, rough.law)


def _slowest_time(process: Diffusion, periodic: tuple[bool, bool], law: PlaneLaw) -> float | None:
    rate = slowest_rate(process, _about(law, _MODE_CELLS), periodic)
    return None if rate is None else 1 / rate


def _about(law: PlaneLaw, cells: int) -> PlaneLaw:
    """The law on about `cells` cells an axis, if it has more."""
    shape = [min(n, max(12, round(cells * n / np.sqrt(law.mass.size)))) for n in law.mass.shape]
    edges = [np.linspace(e[0], e[-1], n + 1) for e, n in zip(law.edges, shape, strict=True)]
    mass = law.binned((edges[0], edges[1]), (0, 1))
    return PlaneLaw((edges[0], edges[1]), mass / mass.sum())


def _by_positive_scheme(work: _Work, coarse: PlaneSolution) -> Prediction | None:
    """On three grids (four where need be), each twice as fine; the last two extrapolated."""

    def solved(times: int) -> PlaneSolution | None:
        return work.solved((times * coarse.hops.shape[0], times * coarse.hops.shape[1]))

    def figures(solution: PlaneSolution) -> Prediction:
        return _figures(work.experiment, work.process, solution, work.edges)

    cells, finer = _CELLS, 4
    middle, last = solved(2), solved(finer)
    if middle is None or last is None:
        return None
    found = [figures(s) for s in (coarse, middle, last)]
    while True:
        rough, best = _extrapolated(found[-3], found[-2]), _extrapolated(found[-2], found[-1])
        error = apart(best, rough, work.experiment)
        if error < _GOAL or 2 * cells > _MOST_CELLS:
            break
        cells, finer = 2 * cells, 2 * finer
        finest = solved(finer)
        if finest is None:
            break
        last = finest
        found.append(figures(last))
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
        numerical_error=error + _cut_off(last.law, work.sides),
        notes=notes,
        entropy_production=power,
        relaxation_time=middle.relaxation_time,
    )


def mixing(process: Diffusion, law: PlaneLaw) -> float:
    """The numerical diffusion of the positive scheme as a share of D, averaged over the law.

    Exponential fitting adds w coth w - 1 to D, w the drift times half a cell's width over D.
    """
    grid = np.stack(
        [g.ravel() for g in np.meshgrid(*[(e[1:] + e[:-1]) / 2 for e in law.edges], indexing="ij")], axis=1
    )
    drift, tensor = process.drift(grid), process.tensor(grid)
    most = np.zeros(len(grid))
    for axis, e in enumerate(law.edges):
        with np.errstate(all="ignore"):
            w = np.abs(drift[:, axis]) * (e[1] - e[0]) / (2 * tensor[:, axis, axis])
            most = np.maximum(most, np.where(w > 1e-3, w / np.tanh(w) - 1, w**2 / 3))
    return float(law.mass.ravel() @ np.where(np.isnan(most), np.inf, most))


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
    inset, fastest = 1e-9 * (high - low), 0.0
    for _ in range(200):
        drift = process.drift(x)
        pace = float(np.max(np.abs(drift) / (high - low)))
        fastest = max(fastest, pace)
        if not np.isfinite(pace) or pace <= 1e-12 * fastest:
            break
        x = np.clip(x + drift / pace * 0.01 * min(1.0, 4 * pace / fastest), low + inset, high - inset)
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
    """The box that holds all but a negligible part of the law, found on coarse grids; or, where these mix too much
    for it, by following walkers.
    """
    box = first_box(sides)
    spans = [high - low for low, high in box]
    spread = Absence(NAME, "not normalisable", "the probability does not die out far away")
    sampled = False
    for _ in range(40):
        process = tabulated(exact, tuple(box))
        absence = degenerate(process, box)
        if absence is not None:
            return absence
        try:
            found = solve_plane(process, sides, tuple(box), cells_for(process, tuple(box), _COARSE))
            failed, mixed = False, mixing(process, found.law) > _MOST_MIXED
        except RuntimeError:
            failed = mixed = True
        if mixed and not sampled:
            sampled = True
            by_walkers = sampled_box(process, sides)
            if by_walkers is not None:
                process = tabulated(exact, by_walkers)
                absence = degenerate(process, list(by_walkers))
                return absence or _without_empty_sides(process, sides, by_walkers)
            if failed:
                return Absence(NAME, "not found", "no box was found that holds the law")
        settled, grown = True, list(box)
        for axis, side in enumerate(sides):
            if side.closed:
                continue
            grown[axis], fits = _next_interval(found.law, axis)
            if grown[axis][1] - grown[axis][0] > 1e6 * spans[axis]:
                return spread
            settled &= fits
        box = grown
        if settled:
            return tuple(box)
    return spread


def _without_empty_sides(process: Diffusion, sides: tuple[Wall, ...], box: Box) -> Box:
    """A box that walkers on their way have made too wide, shrunk to what of it is not empty.

    The positive scheme's law is wider than the true one, so that nothing is lost; unless its cells are so wide that
    they bar the way, where nothing is shrunk.
    """
    for _ in range(3):
        try:
            law = solve_plane(process, sides, box, cells_for(process, box, 3 * _COARSE)).law
        except RuntimeError:
            return box
        if not mixing(process, law) < _BARRED:
            return box
        shrunk = []
        for axis, (side, (low, high)) in enumerate(zip(sides, box, strict=True)):
            first, last = _next_interval(law, axis)[0]
            shrunk.append((low, high) if side.closed else (max(low, first), min(high, last)))
        done = all(b[1] - b[0] > 0.8 * (a[1] - a[0]) for a, b in zip(box, shrunk, strict=True))
        box = tuple(shrunk)
        if done:
            break
    return box


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
    current = binned_current(law, flux, edges, experiment.space.axes)
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
