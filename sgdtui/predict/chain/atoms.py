"""The law of a chain on the plane whose noise is a few atoms, or that has few different minibatches.

Each image of a cell is shared between nine cells by quadratic weights that keep mean and covariance exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.law import Law
from sgdtui.predict.chain.plane_kernel import PlaneChain, ends_of, grown, leading_vector, rough_solution
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box, split
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.numerics.node_law import apart
from sgdtui.predict.numerics.noise_quadrature import atoms_of
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"

_MOST_CELLS = 240
_MOST_ENTRIES = 12_000_000
_WORTHLESS = 0.25

Maps = Callable[[Array], tuple[Array, Array]]
"""Points (n, 2) to images (n, m, 2) and weights (m,)."""


def noise_maps(experiment: Experiment, step: PlaneChain) -> Maps:
    """Where one step takes each place of the plane, for every pair of draws of a discrete noise, and their chances."""
    law = getattr(getattr(experiment.system, "noise", None), "law", None) or Law()
    batch = 1 if experiment.dynamics.is_sde else experiment.dynamics.batch
    values, weights = atoms_of(law, batch)
    first, second = (g.ravel() for g in np.meshgrid(values, values, indexing="ij"))
    pairs = np.stack([first, second], axis=1)
    both = np.multiply.outer(weights, weights).ravel()

    def maps(x: Array) -> tuple[Array, Array]:
        return step.mean(x)[:, None, :] + np.einsum("nij,mj->nmi", step.factor(x), pairs), both

    return maps


@dataclass(frozen=True, slots=True, eq=False)
class AtomChain:
    """A chain whose step is one of few maps; `process` is the SDE that it follows, `time` what a step takes."""

    maps: Maps
    process: Diffusion
    sides: tuple[Wall, ...]
    time: float


@dataclass(frozen=True, slots=True, eq=False)
class AtomSolution:
    """A law on cells, what it loses a step, and what the iteration left undone as a total variation."""

    law: PlaneLaw
    loss: float
    left: float


def law_of_atoms(
    experiment: Experiment, edges: tuple[Array, ...], chain: AtomChain, box: Box
) -> Prediction | Absence:
    """On cells, each image shared between nine neighbours so that its mean and covariance are kept."""
    sides = chain.sides
    images = chain.maps(np.array([[low for low, _ in box]]))[0].shape[1]
    cells = int(np.clip(np.sqrt(_MOST_ENTRIES / (9 * images)), 48, _MOST_CELLS))
    is_open = (not sides[0].closed, not sides[1].closed)
    box = grown(lambda b: ends_of(_solve_atoms(chain, b, 38).law.mass), box, is_open)
    other, last = (_solve_atoms(chain, box, count) for count in (cells // 2, cells))
    if last.loss > 1e-5:
        return Absence(
            NAME, "not normalisable", f"walkers escape: {last.loss:.3g} of them are lost in a step"
        )
    found = []
    for solution in (other, last):
        prediction = solution.law.prediction(NAME, edges, experiment)
        if not any(side.closed for side in sides):
            mean, covariance = _of_points(solution.law)
            prediction = replace(prediction, mean=mean, covariance=covariance)
        found.append(prediction)
    error = apart(found[1], found[0], experiment) + 100 * last.loss + last.left
    if error > _WORTHLESS:
        detail = f"the law is too narrow for the cells that are affordable: two grids differ by {error:.2g}"
        return Absence(NAME, "too costly", detail)
    return replace(found[1], numerical_error=error)


def _of_points(law: PlaneLaw) -> tuple[Array, Array]:
    """Mean and covariance of masses that sit at the middles of cells: what the quadratic weights keep exact."""
    centres = [(e[1:] + e[:-1]) / 2 for e in law.edges]
    points = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    mass = law.mass.ravel()
    mean = mass @ points
    return mean, (points - mean).T @ ((points - mean) * mass[:, None])


def _solve_atoms(chain: AtomChain, box: Box, count: int) -> AtomSolution:
    from scipy.sparse import csr_array

    maps, sides = chain.maps, chain.sides
    edges = (split(*box[0], count), split(*box[1], count))
    centres = [(e[1:] + e[:-1]) / 2 for e in edges]
    grid = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    images, weights = maps(grid)
    source = np.repeat(np.arange(len(grid)), images.shape[1])
    mass = np.tile(weights, len(grid))
    shares: list[tuple[Array, Array]] = []
    for axis in (0, 1):
        width = edges[axis][1] - edges[axis][0]
        place = (_fold(images[..., axis].ravel(), sides[axis]) - centres[axis][0]) / width
        nearest = np.rint(place).astype(np.intp)
        f = place - nearest
        three = np.stack([(f * f - f) / 2, 1 - f * f, (f * f + f) / 2])
        cells = nearest + np.array([[-1], [0], [1]])
        if sides[axis].kind == "periodic":
            cells %= count
        elif sides[axis].closed:
            cells = np.where(cells < 0, -1 - cells, np.where(cells >= count, 2 * count - 1 - cells, cells))
        shares.append((cells, three))
    rows, columns, values = [], [], []
    for a in range(3):
        for b in range(3):
            i, j = shares[0][0][a], shares[1][0][b]
            value = shares[0][1][a] * shares[1][1][b] * mass
            inside = (i >= 0) & (i < count) & (j >= 0) & (j < count)
            rows.append((i * count + j)[inside])
            columns.append(source[inside])
            values.append(value[inside])
    size = count * count
    matrix = csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(size, size)
    )
    vector, loss, left = leading_vector(
        matrix, lambda: rough_solution(chain.process, sides, box, (count, count), chain.time)
    )
    return AtomSolution(PlaneLaw(edges, vector.reshape(count, count)), loss, left)


def _fold(x: Array, wall: Wall) -> Array:
    if not wall.closed:
        return x
    length = wall.high - wall.low
    if wall.kind == "periodic":
        return wall.low + np.mod(x - wall.low, length)
    turned = np.mod(x - wall.low, 2 * length)
    return wall.low + np.where(turned > length, 2 * length - turned, turned)
