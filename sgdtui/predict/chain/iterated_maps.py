"""The law of a chain of finitely many maps: it may be singular, a Cantor measure for one, with no density at all.

Whether it is: the dimension of the law of a contracting random map is at most its entropy over its Lyapunov
exponent, H/|λ| (Ledrappier and Young); below one, no density exists.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import checkpoint
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.stationary_vector import stationary_vector
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import deposit, kernel_matrix, step_intervals
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.total_variation import total_variation

_CELLS = 4096
_FINE = 32
_MOST_WORK = 60_000_000
_MOST_INTERVALS = 1_000_000
_PARTS = 3
"""Of a cell, each carried by itself."""


def law_of_maps(
    experiment: Experiment, step: Chain, lair: object, edges: Array, wall: Wall
) -> Prediction | Absence:
    """The stationary law, on cells, then pushed through the maps on cells up to 32 times finer."""
    from sgdtui.predict.chain.cells import cells_prediction
    from sgdtui.predict.chain.live_interval import Lair

    assert isinstance(lair, Lair)
    assert step.maps is not None
    low, high = (wall.low, wall.high) if wall.closed else (lair.low, lair.high)
    grid = np.linspace(low, high, _CELLS + 1)
    mass, loss = stationary_vector(kernel_matrix(step, grid, wall))
    coarse = cells_prediction(experiment, grid, mass, loss, edges, True)
    images = step.maps(np.array([low]))[0].shape[1]
    finer = int(np.clip(_MOST_INTERVALS // (images * _PARTS * _CELLS), 1, _FINE))
    fine_grid = np.linspace(low, high, _CELLS * finer + 1)
    fine = np.repeat(mass / finer, finer)
    middle = (fine_grid[1:] + fine_grid[:-1]) / 2
    found = step_intervals(step, fine_grid)
    row, owner, share = deposit(found.low, found.high, fine_grid, wall)
    from scipy.sparse import csr_array

    size = len(fine)
    matrix = csr_array((share * found.mass[owner], (row, found.source[owner])), shape=(size, size))
    for _ in range(int(np.clip(_MOST_WORK // max(matrix.nnz, 1), 20, 300))):
        checkpoint()
        new = matrix @ fine
        left = float(new.sum())
        if not left > 0:
            return Absence("transfer", "not normalisable", "the maps carry every walker away")
        new /= left
        change = np.abs(np.cumsum(new - fine)).max()
        fine = new
        if change < 1e-10:
            break
    prediction = cells_prediction(experiment, fine_grid, fine, loss, edges, True)
    assert prediction.probability is not None
    assert coarse.probability is not None
    error = total_variation(prediction.probability, coarse.probability)
    moments = _moments(step, middle, fine, wall)
    if moments is not None:
        prediction = replace(prediction, mean=moments[0], covariance=moments[1])
    prediction = replace(prediction, numerical_error=error)
    singular = dimension(step, middle, fine) < 1 - 1e-6
    if singular:
        return replace(prediction, probability=None, singular=True)
    return prediction


def dimension(step: Chain, points: Array, mass: Array) -> float:
    """An upper bound on the dimension of the law: entropy over minus the Lyapunov exponent (∞ if not contracting)."""
    assert step.maps is not None
    used = np.flatnonzero(mass > 1e-12)
    x = points[used]
    scale = 1e-6 * max(float(np.ptp(points)), 1e-300)
    ahead, weights = step.maps(x + scale)
    behind, _ = step.maps(x - scale)
    with np.errstate(divide="ignore"):
        slope = np.log(np.abs(ahead - behind) / (2 * scale))
    exponent = float(mass[used] @ (np.maximum(slope, -50.0) @ weights) / mass[used].sum())
    images, _ = step.maps(x[len(x) // 2 : len(x) // 2 + 1])
    # Maps that agree are one: their weights add up.
    _, inverse = np.unique(np.round(images[0] / (scale * 1e-3)), return_inverse=True)
    merged = np.bincount(np.ravel(inverse), weights)
    entropy = float(-np.sum(merged * np.log(np.where(merged > 0, merged, 1.0))))
    return entropy / -exponent if exponent < 0 else np.inf


def _moments(step: Chain, points: Array, mass: Array, wall: Wall) -> tuple[Array, Array] | None:
    """Mean and variance of one step from the cells' middles; not where walls fold it."""
    if wall.closed:
        return None
    assert step.maps is not None
    used = mass > 0
    images, weights = step.maps(points[used])
    mean = float(mass[used] @ (images @ weights))
    variance = float(mass[used] @ ((images - mean) ** 2 @ weights))
    return np.array([mean]), np.array([[variance]])
