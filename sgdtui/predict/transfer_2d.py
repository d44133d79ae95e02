"""The stationary law of a two-dimensional chain.

With smooth noise on open space the trapezoidal rule converges faster than any power of its spacing once that is
below the noise's spread, so a coarse tensor grid of nodes gives the law to many digits (`_smooth`). Any other noise
is a few atoms (Gauss quadrature of its law, exact for ± 1), deposited on cells by quadratic weights that keep mean
and covariance exact; real data with few minibatches likewise (`_atoms`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.law import Law
from sgdtui.model.sample import SampleSystem
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.diffusion import Diffusion, diffusion
from sgdtui.predict.finite_volume import amplitude_factor
from sgdtui.predict.fokker_planck_2d import box_of_process
from sgdtui.predict.learning_rate import learning_rate
from sgdtui.predict.noise_shape import NoiseShape, mean_of_draws
from sgdtui.predict.plane import PlaneLaw
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.quadrature import atoms_of
from sgdtui.predict.support import Box, split
from sgdtui.predict.tabulate import tabulated
from sgdtui.predict.wall import Wall, walls

Array = NDArray[np.float64]
NAME = "transfer"

_SPACING = 0.85
"""Distance of nodes in units of the noise's spread: the trapezoidal error is exp(-2π²/0.85²) = 1e-12."""
_REACH = 6.4
_HEAVY_REACH = 14.0
_COARSEST = 1.2
_LEAK = 1e-8
_SMALL = 6_000
_MOST_NODES = 25_000
_FINE = 128
_MOST_CELLS = 240
_MOST_MAPS = 100
_MOST_ENTRIES = 12_000_000


@dataclass(frozen=True, slots=True, eq=False)
class PlaneChain:
    """Means and factors S at points (n, 2): x' = mean + S Z, each component of Z of `shape` and `variance`."""

    mean: Callable[[Array], Array]
    factor: Callable[[Array], Array]
    shape: NoiseShape
    variance: float


def transfer_on_the_plane(experiment: Experiment, edges: tuple[Array, ...]) -> Prediction | Absence:
    """The law of the chain on the bins of the drawn axes."""
    process = diffusion(experiment, NAME)
    if isinstance(process, Absence):
        return process
    sides = walls(experiment, edges)
    box = box_of_process(process, sides)
    if isinstance(box, Absence):
        return replace(box, name=NAME)
    process = tabulated(process, box)
    system = experiment.system
    if isinstance(system, SampleSystem) and not experiment.dynamics.is_sde:
        maps = _minibatch_maps(experiment, system)
        return maps if isinstance(maps, Absence) else _atoms(experiment, edges, sides, box, maps)
    if process.convention != 0:
        return Absence(NAME, "unsettled", "the chain is followed for Itô steps only on the plane")
    step = _plane_chain(experiment, process)
    if step.shape.density is not None and not any(side.closed for side in sides):
        return _smooth(experiment, edges, step, box)
    # Noise with longer tails than the normal law's goes further out than the SDE's box.
    wider = tuple(
        (low, high) if side.closed else (low - 0.15 * (high - low), high + 0.15 * (high - low))
        for (low, high), side in zip(box, sides, strict=True)
    )
    return _atoms(experiment, edges, sides, wider, _noise_maps(experiment, step))


def _plane_chain(experiment: Experiment, process: Diffusion) -> PlaneChain:
    eta = learning_rate(experiment)
    assert eta is not None
    is_sde = experiment.dynamics.is_sde
    time = experiment.dynamics.dt if is_sde else eta
    law = getattr(getattr(experiment.system, "noise", None), "law", None) or Law()
    batch = 1 if is_sde else experiment.dynamics.batch
    # `process.strength` is eta·noise_scale/2; the mean of B draws already carries 1/B.
    share = 2 * process.strength * time if is_sde else eta**2

    def mean(x: Array) -> Array:
        return x + time * process.drift(x)

    def factor(x: Array) -> Array:
        return np.asarray(np.sqrt(share) * amplitude_factor(process.fields.covariance(x)))

    variance = (2.0 if law.kind == "stable" else 1.0) / batch
    return PlaneChain(mean, factor, mean_of_draws(law, batch), variance)


def _smooth(
    experiment: Experiment, edges: tuple[Array, ...], step: PlaneChain, box: Box
) -> Prediction | Absence:
    """By the trapezoidal rule on nodes, on two grids where the finer is affordable, else on one."""
    box = _grown(lambda b: _node_ends(step, b), box, (True, True))
    laws: list[NodeSolution] = []
    for spacing in (1.2, _SPACING):
        counts = _counts(step, box, spacing, _MOST_NODES)
        if laws and counts[0] * counts[1] > _SMALL:
            break
        laws.append(_solve_nodes(step, box, counts))
    last = laws[-1]
    heavy = not np.isfinite(step.shape.reach)
    if last.loss > 1e-6 and not heavy:
        return Absence(
            NAME, "not normalisable", f"walkers escape: {last.loss:.3g} of them are lost in a step"
        )
    prediction = last.law.prediction(NAME, edges, experiment)
    assert prediction.probability is not None
    if len(laws) > 1:
        other = laws[0].law.binned(edges, experiment.space.axes)
        error = float(np.abs(prediction.probability - other).sum() / 2)
    else:
        error = _unresolved(step, box, last.counts)
    mean, covariance = last.mean, last.covariance
    if heavy:
        error += _cut_tails(experiment, step)
    return replace(
        prediction, mean=mean, covariance=covariance, numerical_error=max(error, 100 * last.loss, 1e-9)
    )


def _cut_tails(experiment: Experiment, step: PlaneChain) -> float:
    """What cutting an algebraic tail of the noise leaves out: its share of steps, over a relaxation time."""
    from sgdtui.predict.relaxation import relaxation_time

    assert step.shape.distribution is not None
    reach = _HEAVY_REACH * _unit_spread(step.shape)
    share = 4 * float(step.shape.distribution(np.array([-reach]))[0])
    time = relaxation_time(experiment) or 1.0
    return min(
        1.0,
        share * time / (experiment.dynamics.dt if experiment.dynamics.is_sde else experiment.dynamics.eta),
    )


def _grown(ends_on: Callable[[Box], Array | None], box: Box, open_ends: tuple[bool, bool]) -> Box:
    """The box, widened along each axis on whose sides the law has not died out: steps go beyond the SDE's law.

    `ends_on` gives the marginal at the sides of each axis next to its largest value, (2,); None gives up.
    """
    for _ in range(10):
        ends = ends_on(box)
        if ends is None:
            break
        grow = [is_open and end > _LEAK for end, is_open in zip(ends, open_ends, strict=True)]
        if not any(grow):
            break
        box = tuple(
            (low - 0.25 * (high - low), high + 0.25 * (high - low)) if wider else (low, high)
            for (low, high), wider in zip(box, grow, strict=True)
        )
    return box


def _ends(mass: Array) -> Array:
    marginals = [mass.sum(axis=1 - axis) for axis in (0, 1)]
    return np.array([max(m[0], m[-1]) / m.max() for m in marginals])


def _node_ends(step: PlaneChain, box: Box) -> Array | None:
    counts = _node_counts(step, box, _COARSEST)
    return _ends(_node_masses(step, box, counts)[0]) if counts[0] * counts[1] <= _SMALL else None


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


def _node_masses(step: PlaneChain, box: Box, counts: tuple[int, int]) -> tuple[Array, float]:
    """The stationary masses of nodes, (nx, ny), and what they lose a step."""
    nodes = [np.linspace(low, high, n) for (low, high), n in zip(box, counts, strict=True)]
    grid = np.stack([g.ravel() for g in np.meshgrid(*nodes, indexing="ij")], axis=1)
    matrix = _kernel(
        step.shape, nodes, step.mean(grid), step.factor(grid), [float(n[1] - n[0]) for n in nodes]
    )
    mass, loss = leading_vector(matrix)
    return mass.reshape(counts), loss


def _solve_nodes(step: PlaneChain, box: Box, counts: tuple[int, int]) -> NodeSolution:
    masses, loss = _node_masses(step, box, counts)
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
        PlaneLaw((fine[0], fine[1]), law / law.sum()), centre, covariance, max(loss, 0.0), counts
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


def leading_vector(matrix: Any) -> tuple[Array, float]:
    """The leading eigenvector of a large one-step matrix, of sum one, and what it loses a step (Arnoldi)."""
    from scipy.sparse.linalg import eigs

    size = matrix.shape[0]
    if size <= 1500:
        from sgdtui.predict.stationary import stationary_vector

        return stationary_vector(matrix)
    vector = np.full(size, 1.0 / size)
    for _ in range(30):
        vector = matrix @ vector
        vector /= vector.sum()
    values, vectors = eigs(matrix, k=1, which="LR", v0=vector, tol=1e-10, ncv=24, maxiter=1000)
    mass = np.real(vectors[:, 0])
    mass = mass / mass.sum()
    return np.maximum(mass, 0.0), float(1 - values[0].real)


Maps = Callable[[Array], tuple[Array, Array]]
"""Points (n, 2) to images (n, m, 2) and weights (m,)."""


def _noise_maps(experiment: Experiment, step: PlaneChain) -> Maps:
    law = getattr(getattr(experiment.system, "noise", None), "law", None) or Law()
    batch = 1 if experiment.dynamics.is_sde else experiment.dynamics.batch
    values, weights = atoms_of(law, batch)
    first, second = (g.ravel() for g in np.meshgrid(values, values, indexing="ij"))
    pairs = np.stack([first, second], axis=1)
    both = np.multiply.outer(weights, weights).ravel()

    def maps(x: Array) -> tuple[Array, Array]:
        return step.mean(x)[:, None, :] + np.einsum("nij,mj->nmi", step.factor(x), pairs), both

    return maps


def _minibatch_maps(experiment: Experiment, system: SampleSystem) -> Maps | Absence:
    from sgdtui.predict.sample_chain import distinct_examples, is_finite, minibatches

    eta = learning_rate(experiment)
    assert eta is not None
    if system.draw == "reshuffle":
        return Absence(
            NAME, "singular law", "reshuffled batches depend on one another: no one-step kernel exists"
        )
    found = fields(experiment)
    assert isinstance(found, SampleFields)
    too_many = Absence(NAME, "singular law", "there are too many different minibatches to follow each")
    if not is_finite(system.data) or len(found.examples) > 4000:
        return too_many

    def each(x: Array) -> Array:
        return x[:, None, :] - eta * found.example_gradients(x, found.examples)

    probes = np.random.default_rng(0).normal(size=(4, 2))
    groups, weights = distinct_examples(np.moveaxis(each(probes), 1, 2).reshape(8, -1), found.weights)
    listed = minibatches(
        groups, weights, len(found.examples), experiment.dynamics.batch, system.draw, _MOST_MAPS
    )
    if listed is None:
        return too_many
    counts, probabilities = listed
    representatives = np.array([g[0] for g in groups])
    mixing = counts / experiment.dynamics.batch

    def maps(x: Array) -> tuple[Array, Array]:
        return np.einsum("ngi,mg->nmi", each(x)[:, representatives], mixing), probabilities

    return maps


def _atoms(
    experiment: Experiment, edges: tuple[Array, ...], sides: tuple[Wall, ...], box: Box, maps: Maps
) -> Prediction | Absence:
    """On cells, each image shared between nine neighbours so that its mean and covariance are kept."""
    images = maps(np.array([[low for low, _ in box]]))[0].shape[1]
    cells = int(np.clip(np.sqrt(_MOST_ENTRIES / (9 * images)), 48, _MOST_CELLS))
    is_open = (not sides[0].closed, not sides[1].closed)
    box = _grown(lambda b: _ends(_solve_atoms(maps, sides, b, 40)[0].mass), box, is_open)
    solved = [_solve_atoms(maps, sides, box, count) for count in (cells // 2, cells)]
    law, loss = solved[1]
    if loss > 1e-5:
        return Absence(NAME, "not normalisable", f"walkers escape: {loss:.3g} of them are lost in a step")
    prediction = law.prediction(NAME, edges, experiment)
    other = solved[0][0].binned(edges, experiment.space.axes)
    assert prediction.probability is not None
    error = float(np.abs(prediction.probability - other).sum() / 2) + 100 * loss
    if any(side.closed for side in sides):
        return replace(prediction, numerical_error=error)
    mean, covariance = _of_points(law)
    return replace(prediction, mean=mean, covariance=covariance, numerical_error=error)


def _of_points(law: PlaneLaw) -> tuple[Array, Array]:
    """Mean and covariance of masses that sit at the middles of cells: what the quadratic weights keep exact."""
    centres = [(e[1:] + e[:-1]) / 2 for e in law.edges]
    points = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    mass = law.mass.ravel()
    mean = mass @ points
    return mean, (points - mean).T @ ((points - mean) * mass[:, None])


def _solve_atoms(maps: Maps, sides: tuple[Wall, ...], box: Box, count: int) -> tuple[PlaneLaw, float]:
    from scipy.sparse import csr_array

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
    vector, loss = leading_vector(matrix)
    law = vector.reshape(count, count)
    return PlaneLaw(edges, law / law.sum()), loss


def _fold(x: Array, wall: Wall) -> Array:
    if not wall.closed:
        return x
    length = wall.high - wall.low
    if wall.kind == "periodic":
        return wall.low + np.mod(x - wall.low, length)
    turned = np.mod(x - wall.low, 2 * length)
    return wall.low + np.where(turned > length, 2 * length - turned, turned)
