"""The law on its way: p(x, t) of the SDE by its Fokker–Planck equation, of a one-dimensional chain by its kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import afford_dense, checkpoint
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.predict.chain.cost import TooCostly
from sgdtui.predict.chain.kernel import chain
from sgdtui.predict.chain.ulam import kernel_matrix
from sgdtui.predict.diffusion.exponential_fitting import line_rates
from sgdtui.predict.diffusion.finite_volume import hops
from sgdtui.predict.diffusion.sde import Diffusion, diffusion
from sgdtui.predict.diffusion.time_stepping import march
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.bounding_box import Box
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.numerics.normal_bins import rectangles
from sgdtui.predict.own_theory import own_theory
from sgdtui.predict.prediction import Absence

_LINE_CELLS = 600
_PLANE_CELLS = 60
_LINE_GROWTH, _PLANE_GROWTH = 0.05, 0.2
_MOST_PUSHES = 400
_UNNOTICED = 1e-18
"""The probability of a jump below which it is left out."""


def evolve(
    experiment: Experiment, edges: tuple[Array, ...], times: Array, start_probability: Array | None = None
) -> tuple[Array, Array] | None:
    """The probability of each bin at each time, (times, bins…), and its numerical error as a total variation, (times,):
    what the last refinement changed. None where it is not known.

    An SDE's finite dt is no part of the error.

    Args:
        edges: one array of bin edges a drawn axis.
        times: increasing, in units of t (for a chain the nearest whole number of steps).
        start_probability: (bins…) the law at t = 0; None: the experiment's start.
    """
    own = own_theory(experiment)
    if own is not None and own.evolution is not None:
        return own.evolution(experiment, edges[0], times, start_probability), np.zeros(len(times))
    if own is not None or experiment.dimension not in (1, 2):
        return None
    if len(experiment.space.axes) != experiment.dimension or tuple(experiment.space.axes) not in (
        (0,),
        (0, 1),
    ):
        return None
    coarse = _on_cells(experiment, edges, times, start_probability, 1)
    if coarse is None:
        return None
    fine = _on_cells(experiment, edges, times, start_probability, 2)
    assert fine is not None
    # Both schemes are of second order in the cells and in the steps of time: the limit follows from two grids.
    laws = _laws(fine + (fine - coarse) / 3)
    return laws, 0.5 * np.abs(laws - _laws(fine)).reshape(len(laws), -1).sum(axis=1)


def _laws(probability: Array) -> Array:
    """Nowhere negative, and of no more than all probability, (times, bins…)."""
    probability = np.maximum(probability, 0.0)
    total = probability.reshape(len(probability), -1).sum(axis=1)
    return np.asarray(probability / np.maximum(total, 1.0).reshape(-1, *[1] * (probability.ndim - 1)))


def _on_cells(
    experiment: Experiment, edges: tuple[Array, ...], times: Array, given: Array | None, finer: int
) -> Array | None:
    sides = walls(experiment, edges)
    if experiment.dimension == 1 and not experiment.dynamics.is_sde:
        return _chain_on_the_line(experiment, edges[0], times, given, sides[0], finer * _LINE_CELLS)
    process = diffusion(experiment, "fokker-planck")
    if isinstance(process, Absence):
        return None
    if experiment.dimension == 1:
        return _sde_on_the_line(experiment, process, edges[0], times, given, sides[0], finer)
    return _sde_on_the_plane(experiment, process, edges, times, given, sides, finer)


def start_masses(experiment: Experiment, edges: tuple[Array, ...]) -> Array:
    """The start's law on cells, (cells…); a point is shared between two neighbours so that its mean is kept."""
    by_axis = []
    for axis, e in enumerate(edges):
        start = experiment.start
        if isinstance(start, At):
            centres = (e[1:] + e[:-1]) / 2
            place = np.interp(start.point[axis], centres, np.arange(len(centres)))
            below = min(int(place), len(centres) - 2)
            mass = np.zeros(len(centres))
            mass[below], mass[below + 1] = 1 - (place - below), place - below
        elif isinstance(start, Uniform):
            low, high = start.box[axis]
            mass = np.diff(np.clip((e - low) / (high - low), 0.0, 1.0))
        else:
            from scipy.special import ndtr

            assert isinstance(start, Normal)
            mass = np.diff(ndtr((e - start.mean[axis]) / start.deviation[axis]))
        by_axis.append(mass)
    return by_axis[0] if len(by_axis) == 1 else np.multiply.outer(by_axis[0], by_axis[1])


def _reach(experiment: Experiment, edges: tuple[Array, ...], sides: tuple[Wall, ...]) -> Box:
    """The window, widened on open sides so that walkers on their way stay inside."""
    box = []
    start = experiment.start
    for axis, (e, side) in enumerate(zip(edges, sides, strict=True)):
        low, high = float(e[0]), float(e[-1])
        if not side.closed:
            if isinstance(start, At):
                points = [start.point[axis]]
            elif isinstance(start, Uniform):
                points = list(start.box[axis])
            else:
                points = [start.mean[axis] + k * start.deviation[axis] for k in (-6, 6)]
            low, high = min(low, *points), max(high, *points)
            margin = 0.5 * (high - low)
            low, high = low - margin, high + margin
        box.append((low, high))
    return tuple(box)


def _spread(probability: Array, edges: Array, grid: Array) -> Array:
    """Bin masses spread evenly onto other cells."""
    cumulated = np.concatenate([[0.0], np.cumsum(probability)])
    return np.diff(np.interp(grid, edges, cumulated))


def _sde_on_the_line(
    experiment: Experiment,
    process: Diffusion,
    edges: Array,
    times: Array,
    given: Array | None,
    wall: Wall,
    finer: int,
) -> Array:
    (box,) = _reach(experiment, (edges,), (wall,))
    grid = np.linspace(*box, finer * _LINE_CELLS + 1)
    up, down = line_rates(process, grid, wall)
    mass = _spread(given, edges, grid) if given is not None else start_masses(experiment, (grid,))
    from scipy.linalg import solve_banded
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    diagonal = -(up + down)
    if wall.kind == "periodic":
        size = len(mass)
        index = np.arange(size)
        row = np.concatenate([index, (index + 1) % size, (index - 1) % size])
        column = np.tile(index, 3)
        operator = csc_array((np.concatenate([diagonal, up, down]), (row, column)), shape=(size, size))

        def ring(step: float) -> Callable[[Array], Array]:
            return splu((eye_array(size, format="csc") - step * operator).tocsc()).solve

        factorised = ring
        apply: Callable[[Array], Array] = lambda p: operator @ p  # noqa: E731
    else:

        def apply(p: Array) -> Array:
            out = diagonal * p
            out[1:] += up[:-1] * p[:-1]
            out[:-1] += down[1:] * p[1:]
            return np.asarray(out)

        def factorised(step: float) -> Callable[[Array], Array]:
            bands = np.zeros((3, len(diagonal)))
            bands[0, 1:], bands[1], bands[2, :-1] = -step * down[1:], 1 - step * diagonal, -step * up[:-1]
            return lambda p: np.asarray(solve_banded((1, 1), bands, p, check_finite=False))

    frames = march(mass, times, apply, factorised, growth=_LINE_GROWTH / finer)
    return np.stack([_spread(frame, grid, edges) for frame in frames])


def _sde_on_the_plane(
    experiment: Experiment,
    process: Diffusion,
    edges: tuple[Array, ...],
    times: Array,
    given: Array | None,
    sides: tuple[Wall, ...],
    finer: int,
) -> Array | None:
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    from sgdtui.predict.diffusion.chebyshev import tabulated
    from sgdtui.predict.diffusion.plane import cells_for, degenerate

    box = _reach(experiment, edges, sides)
    process = tabulated(process, box)
    if degenerate(process, list(box)) is not None:
        return None
    found = hops(process, sides, box, cells_for(process, box, finer * _PLANE_CELLS))
    operator: Any = found.operator
    if given is not None:
        rows = np.stack([_spread(row, edges[1], found.edges[1]) for row in given])
        mass = np.stack([_spread(column, edges[0], found.edges[0]) for column in rows.T], axis=1)
    else:
        mass, since = _early_law(experiment, process, found.edges, float(times[0]))
        times = times - since
    size = mass.size

    def factorised(step: float) -> Callable[[Array], Array]:
        return splu((eye_array(size, format="csc") - step * operator).tocsc()).solve

    frames = march(mass.ravel(), times, lambda p: operator @ p, factorised, growth=_PLANE_GROWTH / finer)
    return np.stack(
        [PlaneLaw(found.edges, frame.reshape(found.shape)).binned(edges, (0, 1)) for frame in frames]
    )


def _early_law(
    experiment: Experiment, process: Diffusion, edges: tuple[Array, Array], first: float
) -> tuple[Array, float]:
    """The start's law on cells, and how long after the start: a point is first left to spread over a cell or two."""
    start = experiment.start
    if not isinstance(start, At):
        return start_masses(experiment, edges), 0.0
    point = np.array([start.point], dtype=float)
    tensor, drift = process.tensor(point)[0], process.drift(point)[0]
    width = np.array([e[1] - e[0] for e in edges])
    since = float(min(first / 2, np.max((1.5 * width) ** 2 / (2 * np.diag(tensor)))))
    if since <= 0:
        return start_masses(experiment, edges), 0.0
    return rectangles(point[0] + drift * since, 2 * tensor * since, edges), since


def _chain_on_the_line(
    experiment: Experiment, edges: Array, times: Array, given: Array | None, wall: Wall, cells: int
) -> Array | None:
    step = chain(experiment)
    if isinstance(step, Absence):
        return None
    (box,) = _reach(experiment, (edges,), (wall,))
    grid = np.linspace(*box, cells + 1)
    try:
        matrix = _without_far_tails(kernel_matrix(step, grid, wall))
    except TooCostly:
        return None
    mass = _spread(given, edges, grid) if given is not None else start_masses(experiment, (grid,))
    frames, done = [], 0
    squares: list[Array] = []
    for time in times:
        wanted = round(float(time) / step.time)
        mass = _pushed(matrix, mass, wanted - done, squares)
        done = max(done, wanted)
        frames.append(_spread(mass, grid, edges))
    return np.stack(frames)


def _without_far_tails(matrix: Any) -> Any:
    """The kernel without the jumps that no rounding would notice: of a Gaussian's row they are most."""
    matrix.data[matrix.data < _UNNOTICED] = 0.0
    matrix.eliminate_zeros()
    return matrix


def _pushed(matrix: Any, mass: Array, steps: int, squares: list[Array]) -> Array:
    """The masses after so many steps; long stretches by the `squares`, matrix^(2^i), that are known or found here."""
    if steps <= _MOST_PUSHES:
        for _ in range(steps):
            checkpoint()
            mass = matrix @ mass
        return mass
    for i in range(steps.bit_length()):
        if i == len(squares):
            afford_dense(f"the square of a kernel of {len(mass)} cells", len(mass))
            squares.append(squares[-1] @ squares[-1] if squares else matrix.toarray())
        if steps >> i & 1:
            mass = squares[i] @ mass
    return mass
