"""The stationary Fokker–Planck law by central differences of eighth order: for smooth fields in fast flow.

A positive scheme mixes across its cells in proportion to the drift; central differences do not, and where the law is
smooth over a few cells they give many digits. They may ring where it is not, which two grids and the negative mass
tell. The system is solved by iteration, with the factors of the positive scheme on the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.curl import thermodynamic_force
from sgdtui.predict.diffusion.finite_volume import amplitude_drift
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.cell_density import PlaneLaw, regrouping
from sgdtui.predict.numerics.central_differences import first_derivative, second_derivative
from sgdtui.predict.numerics.node_law import NodeLaw
from sgdtui.predict.numerics.singular_rates import SingularRates
from sgdtui.predict.numerics.stationary_correction import corrected
from sgdtui.predict.prediction import Prediction

NAME = "fokker-planck"
_TURNS = 3.0
_STILL = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class CentralOperator:
    """-∇·J on values at the middles of cells: `flux` gives the two components of J, `whole` its negative divergence."""

    whole: Any
    flux: tuple[Any, Any]
    points: Array


def central_operator(
    process: Diffusion, edges: tuple[Array, Array], periodic: tuple[bool, bool], simple: bool = False
) -> CentralOperator:
    """The operator on equal cells, of eighth order, or of second if `simple`; beyond an end that is no ring the law is
    taken to vanish.
    """
    from scipy.sparse import diags_array, eye_array, kron

    cells, width = [len(e) - 1 for e in edges], [float(e[1] - e[0]) for e in edges]
    points = np.stack(
        [g.ravel() for g in np.meshgrid(*[(e[1:] + e[:-1]) / 2 for e in edges], indexing="ij")], axis=1
    )
    drift, tensor = process.drift(points), process.tensor(points)
    if process.convention:
        drift = drift + process.convention * amplitude_drift(process, points)
    once = [first_derivative(cells[i], width[i], periodic[i], simple) for i in (0, 1)]
    slopes = (
        kron(once[0], eye_array(cells[1]), format="csr"),
        kron(eye_array(cells[0]), once[1], format="csr"),
    )
    twice = (
        kron(second_derivative(cells[0], width[0], periodic[0], simple), eye_array(cells[1]), format="csr"),
        kron(eye_array(cells[0]), second_derivative(cells[1], width[1], periodic[1], simple), format="csr"),
    )
    whole = sum(
        twice[i] @ diags_array(tensor[:, i, i]) - slopes[i] @ diags_array(drift[:, i]) for i in (0, 1)
    )
    flux = [diags_array(drift[:, i]) - slopes[i] @ diags_array(tensor[:, i, i]) for i in (0, 1)]
    if np.any(tensor[:, 0, 1]):
        across = diags_array(tensor[:, 0, 1])
        whole = whole + 2 * (kron(once[0], once[1], format="csr") @ across)
        flux = [flux[i] - slopes[1 - i] @ across for i in (0, 1)]
    return CentralOperator(whole.tocsr(), (flux[0], flux[1]), points)


@dataclass(frozen=True, slots=True, eq=False)
class CentralSolution:
    """A law by central differences, its current at the middles of cells (2, nx, ny), what is wrong with it (negative
    mass, what the box cuts off, what the iteration left) as a total variation, and its entropy production.
    """

    nodes: NodeLaw
    flux: Array
    flaw: float
    entropy_production: float

    def prediction(self, experiment: Experiment, edges: tuple[Array, ...]) -> Prediction:
        """The law and its current on the bins of the drawn axes."""
        found = self.nodes.prediction(NAME, edges, experiment)
        return replace(
            found,
            current=binned_current(self.nodes.law, self.flux, edges, experiment.space.axes),
            entropy_production=self.entropy_production,
        )


def central_law(
    process: Diffusion,
    edges: tuple[Array, Array],
    periodic: tuple[bool, bool],
    rates: SingularRates,
    slowest: float | None = None,
    coarser: PlaneLaw | None = None,
) -> CentralSolution:
    """The stationary law on the cells of the positive `rates`.

    Args:
        slowest: the slowest rate of relaxation: for so long a leak is felt.
        coarser: the law on a coarser grid, from which to start the iteration.
    """
    operator = central_operator(process, edges, periodic)
    guess = None if coarser is None else coarser.binned(edges, (0, 1)).ravel()
    found = corrected(lambda p: np.asarray(operator.whole @ p), rates.solve, rates.stationary, guess)
    shape = (len(edges[0]) - 1, len(edges[1]) - 1)
    area = float((edges[0][1] - edges[0][0]) * (edges[1][1] - edges[1][0]))
    nodes = NodeLaw.of(edges, found.mass.reshape(shape), periodic)
    flux = np.stack([np.asarray(part @ found.mass) for part in operator.flux])
    with np.errstate(all="ignore"):
        try:
            force = thermodynamic_force(process, operator.points)
            power = float(np.einsum("in,ni->", flux, force))
        except np.linalg.LinAlgError:
            power = float("nan")
    leak = float(np.abs(found.mass) @ np.abs(operator.whole.sum(axis=0)))
    lost = leak / slowest if slowest is not None else 0.0
    flaw = nodes.negative + nodes.cut_off(lost, (not periodic[0], not periodic[1])) + found.left
    return CentralSolution(nodes, flux.reshape(2, *shape) / area, flaw, power)


def turning_rate(process: Diffusion, law: PlaneLaw) -> float:
    """The frequency with which the drift turns about its own streamlines, root mean square over the law.

    The imaginary part of the eigenvalues of the drift's derivatives, where they have one.
    """
    centres = [(e[1:] + e[:-1]) / 2 for e in law.edges]
    points = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    full = law.mass.ravel() > 1e-3 * law.mass.max()
    points, mass = points[full], law.mass.ravel()[full]
    slopes = np.empty((len(points), 2, 2))
    for axis in (0, 1):
        shift = np.zeros(2)
        shift[axis] = 1e-4 * float(law.edges[axis][-1] - law.edges[axis][0])
        slopes[:, :, axis] = (process.drift(points + shift) - process.drift(points - shift)) / (
            2 * shift[axis]
        )
    half_trace = (slopes[:, 0, 0] + slopes[:, 1, 1]) / 2
    squared = np.linalg.det(slopes) - half_trace**2
    return float(np.sqrt(mass @ np.where(squared > 0, squared, 0.0) / mass.sum()))


def slowest_rate(
    process: Diffusion, law: PlaneLaw, periodic: tuple[bool, bool], modes: int = 10
) -> float | None:
    """The smallest real part of -λ of the operator on the cells of `law`, but for the stationary mode's zero.

    Inverted about a positive shift of a few times the frequency of turning, so that the slowest modes are found
    before slower turning ones (Arnoldi; central differences of second order, which mix nothing). None where the
    iteration does not converge.
    """
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs, splu

    operator = central_operator(process, law.edges, periodic, simple=True).whole
    size = operator.shape[0]
    shift = max(_TURNS * turning_rate(process, law), _STILL * float(np.abs(operator.diagonal()).max()))
    start = law.mass.ravel()
    try:
        factors = splu((shift * eye_array(size, format="csc") - operator).tocsc())
    except RuntimeError:
        return None

    def inverse(p: Array) -> Array:
        p = p - p.sum() * start
        p = factors.solve(p)
        return np.asarray(p - p.sum() * start)

    step = LinearOperator((size, size), matvec=inverse, dtype=float)
    guess = np.linspace(1, 2, size) * start
    values: Any
    try:
        values = eigs(step, k=modes, ncv=5 * modes, v0=guess, tol=1e-6, maxiter=30, return_eigenvectors=False)
    except ArpackNoConvergence as failure:
        values = failure.eigenvalues
    return _least([(1 / value - shift).real for value in values if abs(value) > 0])


def _least(rates: list[float]) -> float | None:
    positive = [float(rate) for rate in rates if rate > 0]
    return min(positive, default=None)


def binned_current(
    law: PlaneLaw, flux: Array, edges: tuple[Array, ...], axes: tuple[int, ...]
) -> Array | None:
    """A current (2, nx, ny) at the middles of cells, averaged over the bins of both axes; None where one is drawn."""
    if len(axes) != 2:
        return None
    by_axis = [regrouping(law.edges[axis], edges[i]) for i, axis in enumerate(axes)]
    volume = np.multiply.outer(np.diff(law.edges[0]), np.diff(law.edges[1]))
    area = np.multiply.outer(np.diff(edges[0]), np.diff(edges[1]))
    parts = []
    for axis in axes:
        flow = flux[axis] * volume
        parts.append(by_axis[0] @ (flow if tuple(axes) == (0, 1) else flow.T) @ by_axis[1].T / area)
    return np.stack(parts)
