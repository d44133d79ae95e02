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
from sgdtui.predict.chain.compensation import compensated
from sgdtui.predict.chain.cost import TooCostly
from sgdtui.predict.chain.few_places import law_on_places
from sgdtui.predict.chain.graded_grid import graded_grid
from sgdtui.predict.chain.kernel import chain
from sgdtui.predict.chain.live_interval import EMPTY, Lair, find_lair, held
from sgdtui.predict.chain.metastability import chain_relaxation
from sgdtui.predict.chain.nystrom import SmoothLaw, smooth_law
from sgdtui.predict.chain.one_step_further import distribution_after
from sgdtui.predict.chain.stationary_vector import stationary_vector
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.chain.ulam import kernel_matrix
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.gauss_panels import Panels, panels
from sgdtui.predict.numerics.panel_density import LineLaw, observables_on
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.total_variation import total_variation

NAME = "transfer"

LOSS_ALLOWED = 1e-7
"""A chain that loses less than this share a step is called stationary; the loss is reported."""
_FINER = 2
_FEWEST_CELLS = 16
_TAIL = 1e4
"""How much further than where their probability shows heavy tails are followed."""


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
    try:
        return _within_cost(experiment, edges)
    except TooCostly as limit:
        return Absence(NAME, "too costly", str(limit))


def _within_cost(experiment: Experiment, edges: Array) -> Prediction | Absence:
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
    if len(graded_grid(step, lair, *lair.far)) < _FEWEST_CELLS:
        # The steps are of no size where the law lives.
        return Absence(NAME, "degenerate noise", "without noise the start decides where walkers end")
    lair = narrowed(step, lair, wall)
    on_places = None if wall.closed or lair.heavy else law_on_places(experiment, step, lair, edges)
    if on_places is not None:
        prediction = on_places
    elif step.maps is not None and not step.smooth_maps and not lair.heavy:
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
    """By quadrature, where the noise has a smooth density and is nowhere too small."""
    within = (lair.edges > lair.far[0]) & (lair.edges < lair.far[1])
    cut = np.concatenate([lair.far[:1], lair.edges[within], lair.far[1:]])
    if lair.heavy:
        cut = _longer(cut, lair)
    law = smooth_law(step, cut, wall, -1)
    error = None
    for refine in (0, 1, 2):
        finer = None if law is None else smooth_law(step, cut, wall, refine)
        if law is None or finer is None:
            break
        error = total_variation(np.diff(finer.distribution(edges)), np.diff(law.distribution(edges)))
        law = finer
        if error < 1e-8:
            break
    if law is None or error is None:
        return None
    return _smooth_prediction(experiment, law, lair, cut, edges, max(error, 1e-13) + lair.beyond)


def _longer(cut: Array, lair: Lair) -> Array:
    """The same panels and more of them along heavy tails: what no probability shows, but moments do."""
    further = np.geomspace(1.0, _TAIL, 32)[1:]
    below, above = lair.low - cut[0], cut[-1] - lair.high
    least = 10 * (lair.high - lair.low)
    left = (
        lair.low - below * further[::-1] if below > least and not np.isfinite(lair.limits[0]) else np.empty(0)
    )
    right = lair.high + above * further if above > least and not np.isfinite(lair.limits[1]) else np.empty(0)
    return np.concatenate([left, cut, right])


def _smooth_prediction(
    experiment: Experiment, law: SmoothLaw, lair: Lair, cut: Array, edges: Array, error: float
) -> Prediction:
    observed = observables_on(experiment, experiment.variables[0])

    def evaluate(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.column_stack([np.log(np.maximum(law.density(x), 0.0)), observed(x)])

    def log_density(resolved: Panels) -> Array:
        return resolved.values[..., 0]

    closed = law.wall.closed
    low, high = cut[0], cut[-1]
    within = np.concatenate([edges, cut])
    within = within[(within > low) & (within < high)]
    panels_at = (
        edges if closed else np.unique(np.concatenate([[low, high], np.linspace(low, high, 129), within]))
    )
    resolved, logarithm = panels(panels_at, evaluate, log_density, tolerance=1e-11)
    on_line = LineLaw.of(resolved, logarithm, resolved.values[..., 1:], closed=closed or not lair.heavy)
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
        survival_loss=law.loss if law.loss > 1e-12 and not all(lair.holds) else None,
    )


def narrowed(step: Chain, lair: Lair, wall: Wall) -> Lair:
    """The lair without those of its ends that only coarse cells made look inhabited."""
    for _ in range(2):
        low, high = lair.far
        grid = graded_grid(step, lair, low, high)[::4]
        narrower = compensated(step, grid)
        matrix = held(kernel_matrix(narrower, grid, wall), narrower, grid, lair.holds)
        mass, _ = stationary_vector(matrix, int(np.argmax(_law_on(lair, grid))))
        living = np.flatnonzero(mass > EMPTY)
        first, last = max(living[0] - 1, 0), min(living[-1] + 1, len(mass) - 1)
        far = float(grid[first]), float(grid[last + 1])
        if far == lair.far:
            break
        low, high = (max(lair.low, far[0]), min(lair.high, far[1])) if lair.heavy else far
        lair = replace(lair, edges=grid, mass=mass, low=low, high=high, far=far)
    return lair


def _on_cells(experiment: Experiment, step: Chain, lair: Lair, edges: Array, wall: Wall) -> Prediction:
    """On cells of three sizes; the second order of two extrapolated, and the third to see what is left."""
    low, high = lair.far
    grid = graded_grid(step, lair, low, high)
    laws = [_cells(experiment, step, lair, grid[::every], edges, wall) for every in (4, 2, 1)]
    rough, better = _extrapolated(laws[0], laws[1]), _extrapolated(laws[1], laws[2])
    assert rough.probability is not None
    assert better.probability is not None
    error = total_variation(better.probability, rough.probability) + lair.beyond
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
    experiment: Experiment, step: Chain, lair: Lair, grid: Array, edges: Array, wall: Wall
) -> Prediction:
    """The law of cells, and from there one step on to cells half as wide."""
    closed = wall.closed or not lair.heavy
    narrower = compensated(step, grid)
    matrix = held(kernel_matrix(narrower, grid, wall), narrower, grid, lair.holds)
    mass, loss = stationary_vector(matrix, int(np.argmax(_law_on(lair, grid))))
    found = cells_prediction(experiment, grid, mass, loss, edges, closed)
    parts = np.arange(_FINER) / _FINER
    fine = np.append((grid[:-1, None] + np.diff(grid)[:, None] * parts).ravel(), grid[-1])
    after = distribution_after(step, grid, mass, wall, fine)
    if after is None:
        return found
    finer = cells_prediction(experiment, fine, np.maximum(np.diff(after), 0.0), loss, edges, closed)
    return replace(finer, mean=found.mean, covariance=found.covariance)


def _law_on(lair: Lair, grid: Array) -> Array:
    """The law of the coarse cells on other cells, (n,)."""
    cumulated = np.concatenate([[0.0], np.cumsum(lair.mass)])
    return np.diff(np.interp(grid, lair.edges, cumulated))
