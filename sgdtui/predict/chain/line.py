"""The stationary law of a one-dimensional chain: the leading eigenvector of its one-step kernel.

First coarse cells find where the law lives and whether walkers escape (see `lair`). Then smooth noise (a density) is
solved on Gauss panels (see `nystrom`), any other law on cells, extrapolated from two grids (see `ulam`); a law of
finitely many maps, which may have no density at all, is pushed to a fine grid (see `map_law`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.absorption import collapsed
from sgdtui.predict.chain.cells import cells_prediction
from sgdtui.predict.chain.kernel import chain
from sgdtui.predict.chain.live_interval import Lair, coarse_grid, find_lair
from sgdtui.predict.chain.metastability import chain_relaxation
from sgdtui.predict.chain.nystrom import SmoothLaw, smooth_law
from sgdtui.predict.chain.stationary_vector import stationary_vector
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import kernel_matrix
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.gauss_panels import Panels, panels
from sgdtui.predict.numerics.panel_density import LineLaw, observables_on
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.prediction import Absence, Prediction

NAME = "transfer"

LOSS_ALLOWED = 1e-7
"""A chain that loses less than this share a step is called stationary; the loss is reported."""
_CELLS = 1200


def transfer_on_the_line(experiment: Experiment, edges: Array) -> Prediction | Absence:
    """The law of the chain on bins `edges` (n + 1,), or why it has none."""
    found = quasi_stationary(experiment, edges)
    if isinstance(found, Absence):
        return found
    if found.survival_loss is not None and found.survival_loss > LOSS_ALLOWED:
        detail = f"walkers escape: {found.survival_loss:.6g} of them are lost in a step"
        return Absence(NAME, "not normalisable", detail)
    return found


def quasi_stationary(experiment: Experiment, edges: Array) -> Prediction | Absence:
    """The law of the walkers that have not escaped, with `survival_loss` where some do."""
    step = chain(experiment)
    if isinstance(step, Absence):
        return step
    (wall,) = walls(experiment, (edges,))
    if not wall.closed:
        end = collapsed(experiment, step, edges)
        if end is not None:
            return end
    lair = find_lair(step, edges, wall, float(start_mean(experiment)[0]))
    if isinstance(lair, Absence):
        return lair
    if step.maps is not None and not step.smooth_maps and not lair.heavy:
        from sgdtui.predict.chain.iterated_maps import law_of_maps

        found = law_of_maps(experiment, step, lair, edges, wall)
        if isinstance(found, Absence):
            return found
        prediction = found
    else:
        prediction = _smooth(experiment, step, lair, edges, wall) or _on_cells(
            experiment, step, lair, edges, wall
        )
    return replace(prediction, relaxation_time=chain_relaxation(experiment, step, lair, wall))


def _smooth(experiment: Experiment, step: Chain, lair: Lair, edges: Array, wall: Wall) -> Prediction | None:
    """By quadrature, where the noise is smooth, light-tailed and nowhere too small."""
    if lair.heavy:
        return None
    first = smooth_law(step, lair.low, lair.high, wall, -1)
    if first is None:
        return None
    law, error = first, 1.0
    for refine in (0, 1, 2):
        finer = smooth_law(step, lair.low, lair.high, wall, refine)
        if finer is None:
            break
        error = float(np.abs(np.diff(finer.distribution(edges)) - np.diff(law.distribution(edges))).sum() / 2)
        law = finer
        if error < 1e-8:
            break
    return _smooth_prediction(experiment, law, lair, edges, max(error, 1e-13))


def _smooth_prediction(
    experiment: Experiment, law: SmoothLaw, lair: Lair, edges: Array, error: float
) -> Prediction:
    observed = observables_on(experiment, experiment.variables[0])

    def evaluate(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.column_stack([np.log(np.maximum(law.density(x), 0.0)), observed(x)])

    def log_density(cut: Panels) -> Array:
        return cut.values[..., 0]

    closed = law.wall.closed
    inside = edges[(edges > lair.low) & (edges < lair.high)]
    first_cut = edges if closed else np.union1d(np.linspace(lair.low, lair.high, 129), inside)
    cut, logarithm = panels(first_cut, evaluate, log_density, tolerance=1e-11)
    on_line = LineLaw.of(cut, logarithm, cut.values[..., 1:], closed=True)
    prediction = on_line.prediction(NAME, edges, experiment)
    distribution = np.clip(law.distribution(edges), 0.0, 1.0)
    if closed:
        distribution = distribution / distribution[-1]
    probability = np.maximum(np.diff(distribution), 0.0)
    return replace(
        prediction,
        probability=probability,
        distribution=distribution,
        outside=0.0 if closed else max(0.0, 1.0 - float(probability.sum())),
        numerical_error=error,
        survival_loss=law.loss if law.loss > 1e-12 else None,
    )


def _on_cells(experiment: Experiment, step: Chain, lair: Lair, edges: Array, wall: Wall) -> Prediction:
    """On cells of three sizes; the second order of two extrapolated, and the third to see what is left."""
    most = _CELLS // 4 if step.smooth_maps else _CELLS
    laws = [_cells(experiment, step, lair, edges, wall, n) for n in (most // 4, most // 2, most)]
    rough, better = _extrapolated(laws[0], laws[1]), _extrapolated(laws[1], laws[2])
    assert rough.probability is not None
    assert better.probability is not None
    error = float(np.abs(better.probability - rough.probability).sum() / 2)
    return replace(better, numerical_error=error, outside=0.0 if wall.closed else better.outside)


def _extrapolated(coarse: Prediction, fine: Prediction) -> Prediction:
    """What two grids, one twice as fine, say of the limit."""

    def limit(a: Array | None, b: Array | None) -> Array | None:
        return None if a is None or b is None else b + (b - a) / 3

    raw = limit(coarse.distribution, fine.distribution)
    assert raw is not None
    distribution = np.clip(np.maximum.accumulate(raw), 0.0, 1.0)
    probability = np.diff(distribution)
    return replace(
        fine,
        distribution=distribution,
        probability=probability,
        outside=max(0.0, 1.0 - float(probability.sum())),
        mean=limit(coarse.mean, fine.mean),
        covariance=limit(coarse.covariance, fine.covariance),
        observables={
            key: value + (value - coarse.observables[key]) / 3
            for key, value in fine.observables.items()
            if key in coarse.observables
        },
    )


def _cells(
    experiment: Experiment, step: Chain, lair: Lair, edges: Array, wall: Wall, count: int
) -> Prediction:
    if wall.closed:
        grid = np.linspace(wall.low, wall.high, count + 1)
    elif lair.heavy:
        # Tails that matter: equal cells over the bulk, then cells of a fixed share of their distance.
        limits = (float(lair.edges[0]), float(lair.edges[-1]))
        ratio = 1 + 0.05 * _CELLS / count
        grid = coarse_grid(lair.low, lair.high, limits, count, ratio)
    else:
        grid = np.linspace(lair.low, lair.high, count + 1)
    mass, loss = stationary_vector(kernel_matrix(step, grid, wall))
    return cells_prediction(experiment, grid, mass, loss, edges, wall.closed or not lair.heavy)
