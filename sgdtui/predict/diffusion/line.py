"""The stationary Fokker–Planck solution on the line, by quadrature: any drift, any D ≥ 0, any convention.

With convention a the current is J = f p - D^a ∂(D^(1-a) p). Without current, p = D^(a-1) exp(∫f/D): q = D^(1-a) p is
what stays continuous at a jump of D. Where D vanishes, or nothing is a number, the line may end: the part on which the
walkers live is found first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.switches import turns
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.predict.diffusion.feller import UNDERFLOW
from sgdtui.predict.diffusion.ring import ring_law
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.diffusion.state_space import StateSpace, state_space
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.breakpoints import breakpoints
from sgdtui.predict.numerics.field_bounds import FieldBounds, bounds_of
from sgdtui.predict.numerics.landscape import Landscape
from sgdtui.predict.numerics.line_ends import nearest_nodes
from sgdtui.predict.numerics.line_law import law_of
from sgdtui.predict.numerics.panel_density import LineLaw, Watched, observables_on
from sgdtui.predict.prediction import Absence, Prediction

NAME = "fokker-planck"
_LEAKED = 1e-40
"""A density this small next to the largest is never met by a walker."""
_DEVIATIONS = 3.0


def stationary_line(experiment: Experiment, process: Diffusion, edges: Array) -> Prediction | Absence:
    """The stationary law of a one-dimensional SDE on bins `edges` (n + 1,)."""
    (wall,) = walls(experiment, (edges,))
    law_or_absence = line_law(experiment, process, edges, wall)
    if isinstance(law_or_absence, Absence):
        return law_or_absence
    law, current, winding = law_or_absence
    prediction = law.prediction(NAME, edges, experiment)
    flux = np.full((1, len(edges) - 1), current)
    return replace(prediction, current=flux, entropy_production=current * winding)


def line_law(
    experiment: Watched, process: Diffusion, edges: Array, wall: Wall
) -> tuple[LineLaw, float, float] | Absence:
    """The law on panels, its current, and the force ∮f/D that drives it (0 unless on a ring)."""
    bounds = bounds_of(process.fields)
    if wall.kind == "periodic":
        return ring_law(experiment, process, bounds, edges, wall)
    start = _start(experiment, wall)
    space = state_space(process, bounds, edges, wall, start)
    if isinstance(space, Absence):
        return space
    law = law_of(
        NAME,
        landscape(experiment, process, bounds),
        space.low,
        space.high,
        tuple(approach.end for approach in space.approaches),
        edges,
        float(np.clip(np.mean(start), space.low, space.high)),
        places_of(experiment, bounds),
    )
    if isinstance(law, Absence):
        return law
    return _unless_leaking(law, space) or (law, 0.0, 0.0)


def _unless_leaking(law: LineLaw, space: StateSpace) -> Absence | None:
    for approach in space.leaking:
        density = law.mass / law.panels.weights
        near = density[nearest_nodes(approach.end, law.panels.nodes)]
        if np.max(near, initial=0.0) > _LEAKED * np.max(density):
            detail = f"walkers come to where the drift or the noise is not a number, at {approach.end.at:.6g}"
            return Absence(NAME, "not normalisable", detail)
    return None


def _start(experiment: Watched, wall: Wall) -> tuple[float, float]:
    """Between which places the walkers start, but for few."""
    start = experiment.start
    if isinstance(start, At):
        low = high = float(start.point[0])
    elif isinstance(start, Uniform):
        low, high = (float(end) for end in start.box[0])
    else:
        assert isinstance(start, Normal)
        spread = _DEVIATIONS * start.deviation[0]
        low, high = start.mean[0] - spread, start.mean[0] + spread
    return float(np.clip(low, wall.low, wall.high)), float(np.clip(high, wall.low, wall.high))


def landscape(experiment: Watched, process: Diffusion, bounds: FieldBounds) -> Landscape:
    """Log p = ∫f/D + (a - 1)·log D, with the experiment's observed expressions."""
    observed = observables_on(experiment, experiment.variables[0])
    a = process.convention

    def fields(x: Array) -> Array:
        points = x[:, None]
        drift, strength = process.drift(points)[:, 0], process.tensor(points)[:, 0, 0]
        strength = np.where(strength > UNDERFLOW, strength, np.nan)
        return np.column_stack([drift / strength, (a - 1) * np.log(strength), observed(x)])

    def bounded(low: Array, high: Array) -> tuple[Array, Array, Array, Array]:
        gradient, variance = bounds.gradient(low, high), bounds.variance(low, high)
        with np.errstate(all="ignore"):
            drift = -process.mobility * gradient[1], -process.mobility * gradient[0]
            most, least = process.strength * variance[1], process.strength * np.maximum(variance[0], 0.0)
            force_low = np.where(drift[0] >= 0, drift[0] / most, drift[0] / least)
            force_high = np.where(drift[1] >= 0, drift[1] / least, drift[1] / most)
            force_low = np.where(np.isnan(force_low), -np.inf, force_low)
            force_high = np.where(np.isnan(force_high), np.inf, force_high)
            levels = (a - 1) * np.log(most), (a - 1) * np.log(least)
            level_low = np.where(np.isnan(levels[0]), 0.0, levels[0])
            level_high = np.where(np.isnan(levels[1]), 0.0, levels[1])
        return force_low, force_high, level_low, level_high

    return Landscape(fields, bounded, getattr(process.fields, "uncertainty", 0.0))


def places_of(experiment: Watched, bounds: FieldBounds) -> Callable[[Array], Array]:
    """From edges (n + 1,) to the kinks and jumps of the fields and observed expressions between them."""
    (variable,) = experiment.variables
    observed = [s for _, e in experiment.observe for s in turns(e, (variable,))]

    def places(cut: Array) -> Array:
        found = breakpoints(observed, variable, experiment.values, cut)
        return np.union1d(found, bounds.breakpoints(cut))

    return places
