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
from sgdtui.predict.prediction import Absence, Prediction

NAME = "gibbs"

_CELLS = 128
_MOST_CELLS = 512
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
    cells, previous = _CELLS, None
    log_density = on_box(box)
    while True:
        law = _law(log_density, (split(*box[0], cells), split(*box[1], cells)))
        bins = law.binned(edges, experiment.space.axes)
        error = 1.0 if previous is None else float(np.abs(bins - previous).sum() / 2)
        if error < 3e-5 or cells * 2 > _MOST_CELLS:
            break
        previous, cells = bins, cells * 2
    prediction = law.prediction(NAME, edges, experiment)
    flux = np.zeros((len(edges), *prediction.probability.shape))  # type: ignore[union-attr]
    return replace(prediction, numerical_error=error, current=flux, entropy_production=0.0)


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
