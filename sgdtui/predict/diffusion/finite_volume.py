"""A Fokker–Planck operator in two dimensions as the rates of hops between cells: conservative and positive.

Along the axes the fluxes are exponentially fitted (Scharfetter and Gummel): with u = A p, J = (f/A) u - ∂u is
solved exactly between two centres, so that Gibbs comes out to rounding where it holds and u stays continuous at a
jump of the noise. Cross terms of D are hops to the diagonal neighbour (Kushner and Dupuis, Numerical Methods for
Stochastic Control, §5.3): all rates are positive as long as the cells' shape fits D, which the caller sees to; what
does not fit is differenced centrally and reported. Walls fold a hop back, as the simulation does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.bounding_box import Box, split

_CARRIED = 0.5
"""Share of what positive rates could carry of a cross term that they are given: all would leave no axis diffusion."""
_ACROSS = 8
_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(3)


@dataclass(frozen=True, slots=True, eq=False)
class Hops:
    """Rates of hops between the cells of a grid.

    edges       of the two coordinates
    source, target, rate   one entry a hop, cells numbered row by row
    step        (hops, 2) how far each hop carries, in units of x (0 where a wall folds it back onto itself)
    unfitted    the largest share of D_xy that no positive rate could carry (0: the scheme is positive)
    """

    edges: tuple[Array, Array]
    source: NDArray[np.intp]
    target: NDArray[np.intp]
    rate: Array
    step: Array
    unfitted: float

    @property
    def shape(self) -> tuple[int, int]:
        """The number of cells an axis."""
        return len(self.edges[0]) - 1, len(self.edges[1]) - 1

    @property
    def operator(self) -> Any:
        """The matrix of dp/dt = A p on cell masses, sparse (n, n); its columns sum to zero."""
        from scipy.sparse import csc_array, dia_array

        size = int(np.prod(self.shape))
        gain = csc_array((self.rate, (self.target, self.source)), shape=(size, size))
        loss: Array = np.bincount(self.source, self.rate, size).astype(float)
        return (gain - dia_array((loss[None, :], np.array([0])), shape=(size, size))).tocsc()

    def current(self, mass: Array) -> Array:
        """The probability current J at the cells' centres, (2, nx, ny), of cell masses (nx, ny)."""
        size = int(np.prod(self.shape))
        volume = np.multiply.outer(np.diff(self.edges[0]), np.diff(self.edges[1]))
        flow = (self.rate * mass.ravel()[self.source])[:, None] * self.step / 2
        parts = [
            np.bincount(self.source, flow[:, axis], size) + np.bincount(self.target, flow[:, axis], size)
            for axis in (0, 1)
        ]
        return np.stack([part.reshape(self.shape) for part in parts]) / volume


def bernoulli(w: Array) -> Array:
    """B(w) = w/(exp(w) - 1), the share of exponentially fitted fluxes."""
    with np.errstate(all="ignore"):
        value = np.where(np.abs(w) < 1e-6, 1 - w / 2 + w**2 / 12, w / np.expm1(np.clip(w, -700, 700)))
    return np.maximum(value, 0.0)


def hops(process: Diffusion, walls: tuple[Wall, ...], box: Box, cells: tuple[int, int]) -> Hops:
    """The hops of a two-dimensional SDE on `box`, cut into `cells` along each axis."""
    edges = (split(*box[0], cells[0]), split(*box[1], cells[1]))
    width = [e[1] - e[0] for e in edges]
    centres = [(e[1:] + e[:-1]) / 2 for e in edges]
    grid = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    tensor = process.tensor(grid).reshape(*cells, 2, 2)
    cross = tensor[..., 0, 1]
    fits = np.minimum(tensor[..., 0, 0] * width[1] / width[0], tensor[..., 1, 1] * width[0] / width[1])
    carried = np.sign(cross) * np.minimum(np.abs(cross), _CARRIED * np.maximum(fits, 0.0))
    left_over = cross - carried
    scale = np.sqrt(np.maximum(tensor[..., 0, 0] * tensor[..., 1, 1], 1e-300))
    unfitted = float(np.max(np.abs(left_over) / scale, initial=0.0))
    has_cross = bool(np.any(carried != 0) or np.any(left_over != 0))
    build = _Builder(edges, walls)
    for axis in (0, 1):
        _axis_hops(build, process, axis, centres, tensor, np.abs(carried), width, has_cross)
    if has_cross:
        rate = np.abs(carried) / (width[0] * width[1])
        for sign in (1, -1):
            # Up the diagonal where D_xy > 0, down it where D_xy < 0.
            use = np.where(np.sign(carried) == sign, rate, 0.0)
            if use.any():
                build.add((1, sign), use)
                build.add((-1, -sign), use)
        if unfitted > 1e-9:
            rest = left_over / (2 * width[0] * width[1])
            for shift in ((1, 1), (-1, -1)):
                build.add(shift, rest)
            for shift in ((1, -1), (-1, 1)):
                build.add(shift, -rest)
    return build.finished(unfitted if unfitted > 1e-9 else 0.0)


class _Builder:
    """Collects hops; folds those that would cross a wall."""

    def __init__(self, edges: tuple[Array, Array], walls: tuple[Wall, ...]) -> None:
        self.edges, self.walls = edges, walls
        self.shape = (len(edges[0]) - 1, len(edges[1]) - 1)
        self.width = [float(e[1] - e[0]) for e in edges]
        self.parts: list[tuple[Any, Any, Array, Array]] = []

    def add(self, shift: tuple[int, int], rate: Array) -> None:
        """Hops by `shift` cells from every cell, at `rate` (nx, ny)."""
        index = np.indices(self.shape)
        moved, step = [], []
        lands = np.ones(self.shape, dtype=bool)
        flipped: list[int] = []
        hit_any = np.zeros(self.shape, dtype=bool)
        for axis in (0, 1):
            to = index[axis] + shift[axis]
            count, wall = self.shape[axis], self.walls[axis]
            hit = (to < 0) | (to >= count)
            length = np.where(hit, 0.0, shift[axis] * self.width[axis])
            if wall.kind == "periodic":
                to, length = to % count, np.full(self.shape, shift[axis] * self.width[axis])
            elif wall.kind == "reflect":
                to = np.where(hit, index[axis], to)
                if wall.flips:
                    flipped, hit_any = list(wall.flips), hit_any | hit
            else:
                lands &= ~hit
                to = np.where(hit, index[axis], to)
            moved.append(to)
            step.append(length)
        for axis in flipped:
            moved[axis] = np.where(hit_any, self.shape[axis] - 1 - moved[axis], moved[axis])
        target = np.ravel_multi_index((moved[0], moved[1]), self.shape)
        source = np.ravel_multi_index((index[0], index[1]), self.shape)
        keep = lands & (rate != 0) & (target != source)
        steps = np.stack([s[keep] for s in step], axis=1)
        self.parts.append((source[keep], target[keep], rate[keep], steps))

    def finished(self, unfitted: float) -> Hops:
        source, target, rate, step = (np.concatenate(p) for p in zip(*self.parts, strict=True))
        return Hops(self.edges, source, target, rate, step, unfitted)


def _axis_hops(
    build: _Builder,
    process: Diffusion,
    axis: int,
    centres: list[Array],
    tensor: Array,
    carried: Array,
    width: list[float],
    has_cross: bool,
) -> None:
    """Hops along one axis, exponentially fitted between neighbouring centres."""
    other = 1 - axis
    h = width[axis]
    ratio = h / width[other]
    periodic = build.walls[axis].kind == "periodic"
    along = centres[axis]
    faces = (along[1:] + along[:-1]) / 2
    if periodic:
        faces = np.append(faces, along[-1] + h / 2)
    # Three Gauss points between two centres, on the line through them.
    line = (faces[:, None] + h / 2 * _GAUSS).ravel()
    if periodic:
        line = build.edges[axis][0] + np.mod(line - build.edges[axis][0], h * len(along))
    points = np.empty((len(line), len(centres[other]), 2))
    points[..., axis], points[..., other] = line[:, None], centres[other][None, :]
    flat = points.reshape(-1, 2)
    local = process.tensor(flat).reshape(len(line), -1, 2, 2)
    strength = local[..., axis, axis]
    if has_cross:
        fits = np.minimum(strength, local[..., other, other] * ratio**2)
        strength = strength - np.minimum(np.abs(local[..., 0, 1]) * ratio, _CARRIED * np.maximum(fits, 0.0))
    drift = process.drift(flat)[:, axis].reshape(strength.shape)
    a = process.convention
    plain = not has_cross
    if a and not plain:
        drift = drift + a * amplitude_drift(process, flat)[:, axis].reshape(strength.shape)
    floor = 1e-12 * np.max(np.abs(drift), initial=1e-300) * h
    with np.errstate(all="ignore"):
        force = drift / np.maximum(strength, floor)
    shaped = force.reshape(len(faces), 3, -1)
    w = h / 2 * np.einsum("g,fgo->fo", _GAUSS_WEIGHTS, shaped)
    if has_cross:
        here = np.maximum(np.moveaxis(tensor[..., axis, axis] - carried * ratio, axis, 0), floor)
    else:
        here = _across_cells(process, axis, centres, h, floor)
    ahead = np.roll(here, -1, axis=0)[: len(faces)]
    behind = here[: len(faces)]
    factor: Array | float = 1.0
    if a and plain:
        inverse = (np.maximum(strength, floor) ** -a).reshape(len(faces), 3, -1)
        factor = 2.0 / np.einsum("g,fgo->fo", _GAUSS_WEIGHTS, inverse)
        up = factor * bernoulli(-w) * behind ** (1 - a) / h**2
        down = factor * bernoulli(w) * ahead ** (1 - a) / h**2
    else:
        up, down = bernoulli(-w) * behind / h**2, bernoulli(w) * ahead / h**2
    full_up, full_down = np.zeros(here.shape), np.zeros(here.shape)
    full_up[: len(faces)] = up
    if periodic:
        full_down[:] = np.roll(down, 1, axis=0)
    else:
        full_down[1:] = down
    forward = (1, 0) if axis == 0 else (0, 1)
    build.add(forward, np.moveaxis(full_up, 0, axis))
    build.add((-forward[0], -forward[1]), np.moveaxis(full_down, 0, axis))


def _across_cells(process: Diffusion, axis: int, centres: list[Array], h: float, floor: float) -> Array:
    """The harmonic mean of D along the axis within each cell, (cells of the axis, others).

    What is continuous at a jump of D is D p, so that a cell's mass goes with the mean of 1/D over it.
    """
    other = 1 - axis
    line = (centres[axis][:, None] + h * ((np.arange(_ACROSS) + 0.5) / _ACROSS - 0.5)).ravel()
    points = np.empty((len(line), len(centres[other]), 2))
    points[..., axis], points[..., other] = line[:, None], centres[other][None, :]
    strength = np.maximum(process.tensor(points.reshape(-1, 2))[:, axis, axis], floor)
    shaped = strength.reshape(len(centres[axis]), _ACROSS, -1)
    power = 1 - process.convention
    if power == 0:
        return np.ones((shaped.shape[0], shaped.shape[2]))
    return np.asarray(np.mean(shaped**-power, axis=1) ** (-1 / power))


def amplitude_drift(process: Diffusion, points: Array) -> Array:
    """Σ_jk S_kj ∂_k S_ij with S Sᵀ = 2D, S the Cholesky factor: what convention a adds a-fold to the Itô drift."""
    scale = max(float(np.ptp(points, axis=0).max()), 1e-300) * 1e-5

    def factor(x: Array) -> Array:
        return amplitude_factor(2 * process.tensor(x))

    here = factor(points)
    total = np.zeros_like(points)
    for k in (0, 1):
        shift = np.zeros(2)
        shift[k] = scale
        slope = (factor(points + shift) - factor(points - shift)) / (2 * scale)
        total += np.einsum("nij,nj->ni", slope, here[:, k, :])
    return total


def amplitude_factor(tensor: Array) -> Array:
    """The Cholesky factor (n, 2, 2) of matrices (n, 2, 2) that are not negative, as the simulation takes it."""
    first = np.sqrt(tensor[:, 0, 0])
    below = np.divide(tensor[:, 1, 0], first, out=np.zeros_like(first), where=first != 0)
    last = np.sqrt(np.maximum(tensor[:, 1, 1] - below**2, 0.0))
    return np.stack([np.stack([first, 0 * first], 1), np.stack([below, last], 1)], 1)
