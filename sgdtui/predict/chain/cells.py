"""The prediction that a law on cells gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.step import NAME
from sgdtui.predict.numerics.gauss_panels import WEIGHTS, Panels, gauss_nodes
from sgdtui.predict.numerics.panel_density import LineLaw, observables_on
from sgdtui.predict.prediction import Prediction


def cells_prediction(
    experiment: Experiment, grid: Array, mass: Array, loss: float, edges: Array, closed: bool
) -> Prediction:
    """The law of cell masses, spread evenly in each cell, on bins."""
    cumulated = np.concatenate([[0.0], np.cumsum(mass)])
    distribution = np.interp(edges, grid, cumulated, left=0.0, right=1.0)
    observed = observables_on(experiment, experiment.variables[0])
    both = np.unique(np.concatenate([grid, edges[(edges > grid[0]) & (edges < grid[-1])]]))
    nodes = gauss_nodes(both)
    owner = np.clip(np.searchsorted(grid, (both[1:] + both[:-1]) / 2) - 1, 0, len(mass) - 1)
    share = mass[owner] * np.diff(both) / np.diff(grid)[owner]
    values = observed(nodes.ravel()).reshape(*nodes.shape, -1)
    law = LineLaw(Panels(both, nodes, values), share[:, None] * WEIGHTS / 2, values, closed)
    prediction = law.prediction(NAME, edges, experiment)
    probability = np.diff(distribution)
    return replace(
        prediction,
        probability=probability,
        distribution=distribution,
        outside=max(0.0, 1.0 - float(probability.sum())),
        survival_loss=loss if loss > 1e-12 else None,
    )
