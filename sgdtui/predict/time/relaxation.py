"""How long the walkers take to forget their start: one over the gap of the operator, in units of t.

On the line the Fokker–Planck operator (SDE) or the chain's kernel (SGD) on coarse cells; on the plane the former;
else the slowest mode of the linearised system.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.chain.metastability import explored
from sgdtui.predict.diffusion.sde import Diffusion, diffusion
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.numerics.bounding_box import Box
from sgdtui.predict.numerics.generator import slowest_time
from sgdtui.predict.numerics.minima import search_box
from sgdtui.predict.numerics.start import starts
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.own_theory import own_theory
from sgdtui.predict.prediction import Absence
from sgdtui.predict.rule import why_no_law
from sgdtui.predict.time.wells import Wells, find_wells

_CELLS = 500
_MOST_WELLS = 6
_NOBODY = 1e-6
"""The share of a law below which a well that nobody comes to is left out of account."""
_KICKS = 3.0
_RARER = 3.0
"""Crossings that take so many times longer than what an operator's gap says are not seen by it."""
_RARE = 1e3
"""Relaxation times within a well for which walkers stay: then nothing is slower than the crossings, which are exact."""


def relaxation_time(experiment: Experiment) -> float | None:
    """One over the gap, in units of t; None where it is not known (no stationary law, a swarm, changing equations)."""
    own = own_theory(experiment)
    if own is not None:
        return own.relaxation_time(experiment)
    if why_no_law(experiment, "") is not None:
        return None
    window = _window(experiment)
    swarm = experiment.dynamics.swarm
    if learning_rate(experiment) is None or (swarm is not None and swarm.size > 1 and swarm.coupling != 0):
        return None
    if fields(experiment).time_dependent:
        return None
    if experiment.dimension == 1 and momentum(experiment) == 0:
        found = (
            _sde_line(experiment, window[0])
            if experiment.dynamics.is_sde
            else _chain_line(experiment, window[0])
        )
        if found is not None:
            return _with_wells(experiment, found)
    elif experiment.dimension == 2 and momentum(experiment) == 0:
        found = _plane(experiment, window)
        if found is not None:
            return _with_wells(experiment, found)
    return _slower(_linear(experiment), well_relaxation_time(experiment))


def _with_wells(experiment: Experiment, found: float) -> float:
    """The time of an operator's gap, or that of the crossings between the wells where it is much longer.

    An operator on cells may not reach a well that nobody came to yet, and where crossings are rare its gap is made of
    rounding and of what its cells smear; where they are not, walkers do not wait for the bottom of a well.
    """
    between = well_relaxation_time(experiment)
    if between is None:
        return found
    within = relaxation_time_within_wells(experiment)
    rare = within is not None and between > _RARE * within
    return between if rare or between > _RARER * found else found


def knows_wells(experiment: Experiment) -> bool:
    """Whether the relaxation time is that of an operator on the line, which knows all that start and law reach."""
    return experiment.dimension == 1 and momentum(experiment) == 0


@lru_cache(maxsize=32)
def relaxation_time_within_wells(experiment: Experiment) -> float | None:
    """The time in which walkers forget where in their well they began, in units of t: the slowest of all wells, as
    linearised; None where there are no wells or one is not stable.
    """
    wells = find_wells(experiment)
    if wells is None or not wells.count:
        return None
    times = [_linear_about(experiment, wells.system.hessian(place[None, :])[0]) for place in wells.places]
    known = [time for time in times if time is not None]
    return max(known) if len(known) == len(times) else None


@lru_cache(maxsize=32)
def well_relaxation_time(experiment: Experiment, everywhere: bool = False) -> float | None:
    """The slowest time of walkers that hop between the wells: on the line from each to the next, else at the rates of
    Kramers; None with fewer than two wells, or where no barrier is found about one of them.

    Unless `everywhere`, only wells count that hold a share of the law, or that the start leads to: None with fewer
    than two of those.
    """
    from sgdtui.predict.chain.state_reduction import stationary_masses
    from sgdtui.predict.time.well_shares import crossing, in_window

    wells = find_wells(experiment)
    if wells is None:
        return None
    wells = replace(wells, places=wells.places[in_window(experiment, wells)])
    on_the_line = experiment.dimension == 1
    if wells.count < 2 or (wells.count > _MOST_WELLS and not on_the_line):
        return None
    order = np.argsort(wells.places[:, 0]) if on_the_line else np.arange(wells.count)
    rates, known = np.zeros((wells.count, wells.count)), np.zeros(wells.count, dtype=bool)
    for a, start in enumerate(order):
        for b, end in enumerate(order):
            if a == b or (on_the_line and abs(a - b) > 1):
                continue
            found = crossing(experiment, wells, int(start), int(end))
            if found is not None and found.time > 0:
                rates[end, start], known[start] = 1 / found.time, True
    if not known.all():
        return None
    if not everywhere:
        # As a chain whose hops are rates over the fastest: its law is the same.
        law = stationary_masses(rates.T / max(float(rates.sum(axis=0).max()), 1e-300))
        if np.sum((law > _NOBODY) | _led_to(experiment, wells)) < 2:
            return None
    rates -= np.diag(rates.sum(axis=0))
    slowest = np.sort(-np.linalg.eigvals(rates).real)
    # Of a few wells the slowest rate is never far below the sum of the rates out of the shallowest.
    floor = float(-np.diag(rates).min()) * 1e-14
    return 1 / max(float(slowest[1]), floor, 1e-300)


def _led_to(experiment: Experiment, wells: Wells) -> NDArray[np.bool_]:
    """Which wells the start leads to, or a few kicks of the noise there, (m,)."""
    points = starts(experiment)
    process, within = diffusion(experiment, "fokker-planck"), relaxation_time_within_wells(experiment)
    if not isinstance(process, Absence) and within is not None:
        with np.errstate(all="ignore"):
            size = np.sqrt(2 * within * np.nan_to_num(np.einsum("nii->ni", process.tensor(points)))).max(
                axis=0
            )
        kicks = _KICKS * np.diag(size)
        points = np.concatenate([points, *(points + sign * kick for kick in kicks for sign in (-1, 1))])
    labels = wells.of(points)
    return np.isin(np.arange(wells.count), labels)


def _slower(one: float | None, other: float | None) -> float | None:
    return max(one, other) if one is not None and other is not None else one


def _window(experiment: Experiment) -> tuple[Array, ...]:
    box, domain = search_box(experiment), experiment.space.domain
    chosen = list(domain) if domain is not None else [box[axis] for axis in experiment.space.axes]
    return tuple(np.linspace(low, high, 65) for low, high in chosen)


def _sde_line(experiment: Experiment, edges: Array) -> float | None:
    from sgdtui.predict.diffusion.exponential_fitting import line_rates
    from sgdtui.predict.diffusion.line import line_law

    process = diffusion(experiment, "fokker-planck")
    if isinstance(process, Absence):
        return None
    (wall,) = walls(experiment, (edges,))
    found = line_law(experiment, process, edges, wall)
    if isinstance(found, Absence):
        return None
    law = found[0]
    ((low, high),) = (
        ((wall.low, wall.high),) if wall.closed else _explored(experiment, process, (law.interval(1e-9),))
    )
    grid = np.linspace(low, high, _CELLS + 1)
    up, down = line_rates(process, grid, wall)
    if wall.kind == "periodic":
        matrix = np.diag(-(up + down)) + np.diag(up[:-1], -1) + np.diag(down[1:], 1)
        matrix[0, -1] += up[-1]
        matrix[-1, 0] += down[0]
        return slowest_time(matrix)
    from scipy.linalg import eigh_tridiagonal

    # Detailed balance makes the operator symmetric after scaling by the square root of the law.
    off = np.sqrt(up[:-1] * down[1:])
    rates = eigh_tridiagonal(
        -(up + down), off, eigvals_only=True, select="i", select_range=(_CELLS - 2, _CELLS - 1)
    )
    # A rate below what rounding leaves of the fastest one is some such rate, not zero.
    return float(1 / max(-rates[0], 1e-15 * float((up + down).max())))


def _explored(experiment: Experiment, process: Diffusion, law: Box) -> Box:
    """The box of the law, widened to wherever the start leads."""

    def deviation(x: Array) -> Array:
        return np.asarray(np.sqrt(2 * np.maximum(np.einsum("nii->ni", process.tensor(x)), 0.0)))

    return explored(experiment, process.drift, deviation, law)


def _chain_line(experiment: Experiment, edges: Array) -> float | None:
    from sgdtui.predict.chain.absorption import collapsed
    from sgdtui.predict.chain.cost import TooCostly
    from sgdtui.predict.chain.kernel import chain
    from sgdtui.predict.chain.live_interval import find_lair
    from sgdtui.predict.chain.metastability import chain_relaxation
    from sgdtui.predict.numerics.start import start_mean

    step = chain(experiment)
    if isinstance(step, Absence):
        return None
    (wall,) = walls(experiment, (edges,))
    if not wall.closed:
        end = collapsed(experiment, step, edges)
        if end is not None:
            return None if isinstance(end, Absence) else end.relaxation_time
    try:
        lair = find_lair(step, edges, wall, float(start_mean(experiment)[0]))
        return None if isinstance(lair, Absence) else chain_relaxation(experiment, step, lair, wall)
    except TooCostly:
        return None


def _plane(experiment: Experiment, edges: tuple[Array, ...]) -> float | None:
    from sgdtui.predict.diffusion.chebyshev import tabulated
    from sgdtui.predict.diffusion.plane import box_of_process, plane_relaxation

    process = diffusion(experiment, "fokker-planck")
    if isinstance(process, Absence):
        return None
    sides = walls(experiment, edges)
    box = box_of_process(process, sides)
    if isinstance(box, Absence):
        return None
    if not any(side.closed for side in sides):
        box = _explored(experiment, process, box)
    return plane_relaxation(tabulated(process, box), sides, box)


def _linear(experiment: Experiment) -> float | None:
    """The slowest mode of the linearised step."""
    from sgdtui.predict.linear.fixed_point import fixed_point

    found = fields(experiment)
    centre = fixed_point(experiment, found)
    if centre is None:
        return None
    return _linear_about(experiment, found.hessian(centre[None, :])[0])


def _linear_about(experiment: Experiment, hessian: Array) -> float | None:
    """The slowest mode of the step with this curvature (d, d); None where it does not pull back."""
    eta, beta = learning_rate(experiment), momentum(experiment)
    if eta is None or not np.all(np.isfinite(hessian)):
        return None
    if experiment.dynamics.is_sde:
        rates = np.linalg.eigvals(hessian)
        slowest = float(np.min(rates.real))
        return 1 / slowest if slowest > 1e-12 * float(np.abs(rates).max()) else None
    identity = np.eye(len(hessian))
    step = np.block([[identity - eta * hessian, beta * identity], [-eta * hessian, beta * identity]])
    radius = float(np.max(np.abs(np.linalg.eigvals(step))))
    return -eta / np.log(radius) if 0 < radius < 1 - 1e-12 else None
