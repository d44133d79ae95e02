"""The law of a chain on the plane with smooth noise, by the trapezoidal rule.

On open space the rule converges faster than any power of its spacing once that is below the noise's spread, so a
coarse tensor grid of nodes gives the law to many digits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.plane_kernel import PlaneChain, ends_of, grown, leading_vector, rough_solution
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box, split
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.numerics.node_law import apart
from sgdtui.predict.numerics.noise_distribution import NoiseShape
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"


_SPACING = 0.85
"""Distance of nodes in units of the noise's spread: the trapezoidal error is exp(-2π²/0.85²) = 1e-12."""
_REACH = 6.4
_HEAVY_REACH = 14.0
_COARSEST = 1.2
_SMALL = 6_000
_MOST_NODES = 25_000
_FINE = 128
_LEAST_ERROR = 1e-6
"""What the cut cells and the splines between cells leave."""
_OPEN = Wall("open", -np.inf, np.inf, None)


def nodes_suffice(step: PlaneChain, box: Box) -> bool:
    """Whether few nodes are as close as the noise's spread all over the box."""
    counts = _node_counts(step, box, _SPACING)
    return counts[0] * counts[1] <= _SMALL


def law_on_nodes(
    experiment: Experiment, edges: tuple[Array, ...], step: PlaneChain, box: Box, process: Diffusion
) -> Prediction | Absence | None:
    """By the trapezoidal rule on nodes, on two grids where the finer is affordable, else on one.

    None where the box that the law needs has more nodes than are affordable, though the law's tail is light.
    """
    time = experiment.time_step
    box = grown(lambda b: _node_ends(step, b, process, time), box, (True, True))
    if not (step.heavy or nodes_suffice(step, box)):
        return None
    laws: list[NodeSolution] = []
    for spacing in (1.2, _SPACING):
        counts = _counts(step, box, spacing, _MOST_NODES)
        if laws and counts[0] * counts[1] > _SMALL:
            break
        laws.append(_solve_nodes(step, box, counts, process, time))
    last = laws[-1]
    if last.loss > 1e-6 and not step.heavy:
        return Absence(
            NAME, "not normalisable", f"walkers escape: {last.loss:.3g} of them are lost in a step"
        )
    found = [
        replace(each.law.prediction(NAME, edges, experiment), mean=each.mean, covariance=each.covariance)
        for each in laws
    ]
    two = len(laws) > 1
    error = apart(found[1], found[0], experiment) if two else _unresolved(step, box, last.counts)
    if step.heavy:
        error += _cut_tails(experiment, step)
    error += last.left
    return replace(found[-1], numerical_error=max(error, 100 * last.loss, _LEAST_ERROR))


def _cut_tails(experiment: Experiment, step: PlaneChain) -> float:
    """What cutting an algebraic tail of the noise leaves out: its share of steps, over a relaxation time."""
    from sgdtui.predict.time.relaxation import relaxation_time

    assert step.shape.distribution is not None
    reach = _HEAVY_REACH * _unit_spread(step.shape)
    share = 4 * float(step.shape.distribution(np.array([-reach]))[0])
    time = relaxation_time(experiment) or 1.0
    return min(
        1.0,
        share * time / (experiment.dynamics.dt if experiment.dynamics.is_sde else experiment.dynamics.eta),
    )


def _node_ends(step: PlaneChain, box: Box, process: Diffusion, time: float) -> Array | None:
    counts = _node_counts(step, box, _COARSEST)
    if counts[0] * counts[1] > _SMALL:
        return None
    return ends_of(_node_masses(step, box, counts, process, time)[0])


def _counts(step: PlaneChain, box: Box, spacing: float, most: int) -> tuple[int, int]:
    """The nodes an axis for a spacing, or as many as are affordable."""
    counts = _node_counts(step, box, spacing)
    shrink = min(1.0, float(np.sqrt(most / (counts[0] * counts[1]))))
    return max(int(counts[0] * shrink), 12), max(int(counts[1] * shrink), 12)


def _node_counts(step: PlaneChain, box: Box, spacing: float) -> tuple[int, int]:
    """How many nodes an axis keep their distance below `spacing` times the narrowest noise in the box."""
    axes = [np.linspace(low, high, 21) for low, high in box]
    grid = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    inner = grid[np.linalg.norm((grid - grid.mean(axis=0)) / np.ptp(grid, axis=0), axis=1) < 0.45]
    factor = step.factor(inner)
    covariance = factor @ np.swapaxes(factor, 1, 2)
    # Along an axis the kernel is as narrow as its conditional spread.
    narrow = 1 / np.sqrt(np.stack([np.linalg.inv(covariance)[:, i, i] for i in (0, 1)]))
    spread = _unit_spread(step.shape) * narrow.min(axis=1)
    counts = [
        int(np.ceil((high - low) / (spacing * s))) + 1 for (low, high), s in zip(box, spread, strict=True)
    ]
    return max(counts[0], 24), max(counts[1], 24)


def _unit_spread(shape: NoiseShape) -> float:
    """The standard deviation of a normal law with the same density at zero."""
    assert shape.density is not None
    return float(1 / (np.sqrt(2 * np.pi) * shape.density(np.zeros(1))[0]))


def _unresolved(step: PlaneChain, box: Box, counts: tuple[int, int]) -> float:
    """The trapezoidal error of so many nodes."""
    wanted = _node_counts(step, box, 1.0)
    spacing = max(w / g for w, g in zip(wanted, counts, strict=True))
    return float(min(1.0, 2 * np.exp(-2 * np.pi**2 / spacing**2)))


@dataclass(frozen=True, slots=True, eq=False)
class NodeSolution:
    """A law from nodes: on fine cells, its exact moments, its loss a step, and how many nodes there were."""

    law: PlaneLaw
    mean: Array
    covariance: Array
    loss: float
    counts: tuple[int, int]
    left: float


def _node_masses(
    step: PlaneChain, box: Box, counts: tuple[int, int], process: Diffusion, time: float
) -> tuple[Array, float, float]:
    """The stationary masses of nodes, (nx, ny), what they lose a step, and what the iteration left."""
    nodes = [np.linspace(low, high, n) for (low, high), n in zip(box, counts, strict=True)]
    grid = np.stack([g.ravel() for g in np.meshgrid(*nodes, indexing="ij")], axis=1)
    matrix = _kernel(
        step.shape, nodes, step.mean(grid), step.factor(grid), [float(n[1] - n[0]) for n in nodes]
    )
    around = tuple(
        (low - (high - low) / (2 * (n - 1)), high + (high - low) / (2 * (n - 1)))
        for (low, high), n in zip(box, counts, strict=True)
    )
    mass, loss, left = leading_vector(
        matrix, lambda: rough_solution(process, (_OPEN, _OPEN), around, counts, time)
    )
    return mass.reshape(counts), loss, left


def _solve_nodes(
    step: PlaneChain, box: Box, counts: tuple[int, int], process: Diffusion, time: float
) -> NodeSolution:
    masses, loss, left = _node_masses(step, box, counts, process, time)
    mass = masses.ravel()
    nodes = [np.linspace(low, high, n) for (low, high), n in zip(box, counts, strict=True)]
    width = [float(n[1] - n[0]) for n in nodes]
    grid = np.stack([g.ravel() for g in np.meshgrid(*nodes, indexing="ij")], axis=1)
    mean, factor = step.mean(grid), step.factor(grid)
    fine = [split(low - w / 2, high + w / 2, _FINE) for (low, high), w in zip(box, width, strict=True)]
    centres = [(e[1:] + e[:-1]) / 2 for e in fine]
    alive = mass > 1e-11
    weight = mass[alive] / mass[alive].sum()
    spread = _kernel(step.shape, centres, mean[alive], factor[alive], [float(e[1] - e[0]) for e in fine])
    law = np.asarray(spread @ weight).reshape(_FINE, _FINE)
    for axis in (0, 1):
        # From values at the middle of cells to their averages, to fourth order.
        padded = np.pad(law, [(1, 1) if i == axis else (0, 0) for i in (0, 1)])
        law = law + np.diff(padded, 2, axis=axis) / 24
    law = np.maximum(law, 0.0)
    centre = weight @ mean[alive]
    away = mean[alive] - centre
    noise = np.einsum("n,nij,nkj->ik", weight, factor[alive], factor[alive]) * step.variance
    covariance = (away * weight[:, None]).T @ away + noise
    return NodeSolution(
        PlaneLaw((fine[0], fine[1]), law / law.sum()), centre, covariance, max(loss, 0.0), counts, left
    )


def _kernel(shape: NoiseShape, axes: list[Array], mean: Array, factor: Array, width: list[float]) -> Any:
    """The kernel's density at every node times the node's area, sparse (nodes, sources), only where it matters."""
    from scipy.sparse import csr_array, vstack

    assert shape.density is not None
    spreads = _REACH if np.isfinite(shape.reach) else _HEAVY_REACH
    reach = min(spreads * _unit_spread(shape), shape.reach)
    span = np.sqrt(np.sum(factor**2, axis=2)) * reach
    count = [len(a) for a in axes]
    blocks = []
    first = [np.searchsorted(a, mean[:, i] - span[:, i]) for i, a in enumerate(axes)]
    last = [np.searchsorted(a, mean[:, i] + span[:, i]) for i, a in enumerate(axes)]
    size = (last[0] - first[0]) * (last[1] - first[1])
    determinant = factor[:, 0, 0] * factor[:, 1, 1]
    start = 0
    while start < len(mean):
        stop = int(np.searchsorted(np.cumsum(size[start:]), 4_000_000)) + start + 1
        part = np.arange(start, min(stop, len(mean)))
        owner = np.repeat(part, size[part])
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(size[part]) - size[part], size[part])
        breadth = (last[1] - first[1])[owner]
        i = first[0][owner] + offset // np.maximum(breadth, 1)
        j = first[1][owner] + offset % np.maximum(breadth, 1)
        z0 = (axes[0][i] - mean[owner, 0]) / factor[owner, 0, 0]
        z1 = (axes[1][j] - mean[owner, 1] - factor[owner, 1, 0] * z0) / factor[owner, 1, 1]
        value = shape.density(z0) * shape.density(z1) / determinant[owner] * (width[0] * width[1])
        kept = value > 1e-18
        target = (i * count[1] + j)[kept]
        shape_of = (len(part), count[0] * count[1])
        blocks.append(csr_array((value[kept], (owner[kept] - start, target)), shape=shape_of))
        start = stop
    return vstack(blocks, format="csr").T.tocsr()
