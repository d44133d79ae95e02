"""The Gibbs law on the plane: Gauss quadrature on cells, refined until two grids agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.predict.diffusion.chebyshev import tabulated_fields
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.numerics.bounding_box import Box, box_of_density, split
from sgdtui.predict.numerics.cell_density import PlaneLaw
from sgdtui.predict.numerics.node_law import apart
from sgdtui.predict.prediction import Absence, Prediction

NAME = "gibbs"

_CELLS = 128
_MOST_CELLS = 512
_GOAL = 3e-5
_LEAST_ERROR = 1e-6
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(3)


def gibbs_on_the_plane(
    experiment: Experiment, system: Fields, edges: tuple[Array, ...], temperature: float
) -> Prediction | Absence:
    """exp(-L/T)/Z on the bins of the drawn axes; its moments over all space."""

    def on_box(box: Box) -> Callable[[Array], Array]:
        local = tabulated_fields(system, box)

        def log_density(points: Array) -> Array:
            with np.errstate(all="ignore"):
                value = -local.loss(points) / temperature
            return np.where(np.isnan(value), -np.inf, value)

        return log_density

    box = box_of_density(on_box, walls(experiment, edges))
    if box is None:
        return Absence(NAME, "not normalisable", "exp(-L/T) does not die out far away")
    log_density = on_box(box)
    cells, found = _CELLS, _on_cells(experiment, log_density, box, edges, _CELLS)
    while True:
        cells, coarse = 2 * cells, found
        found = _on_cells(experiment, log_density, box, edges, cells)
        error = apart(found, coarse, experiment)
        if error < _GOAL or cells * 2 > _MOST_CELLS:
            break
    assert found.probability is not None
    flux = np.zeros((len(edges), *found.probability.shape))
    return replace(found, numerical_error=max(error, _LEAST_ERROR), current=flux, entropy_production=0.0)


def _on_cells(
    experiment: Experiment,
    log_density: Callable[[Array], Array],
    box: Box,
    edges: tuple[Array, ...],
    cells: int,
) -> Prediction:
    law = _law(log_density, (split(*box[0], cells), split(*box[1], cells)))
    return law.prediction(NAME, edges, experiment)


def _law(log_density: Callable[[Array], Array], edges: tuple[Array, Array]) -> PlaneLaw:
    nodes, weights = [], []
    for e in edges:
        half = np.diff(e) / 2
        nodes.append(((e[1:] + e[:-1]) / 2)[:, None] + half[:, None] * _POINTS)
        weights.append(half[:, None] * _WEIGHTS)
    grid = np.stack(
        [g.ravel() for g in np.meshgrid(nodes[0].ravel(), nodes[1].ravel(), indexing="ij")], axis=1
    )
    logarithm = log_density(grid).reshape(*nodes[0].shape, *nodes[1].shape)
    density = np.exp(logarithm - logarithm.max())
    mass = np.einsum("iajb,ia,jb->ij", density, weights[0], weights[1], optimize=True)
    return PlaneLaw(edges, mass / mass.sum())
