"""The stationary Fokker–Planck solution on the line, by quadrature: any drift, any D > 0, any convention.

With convention a the current is J = f p - D^a ∂(D^(1-a) p). Without current, p = D^(a-1) exp(∫f/D): q = D^(1-a) p is
what stays continuous at a jump of D. On a ring the drift may wind: then q(x) = ∫_x^(x+ℓ) exp(U(x) - U(y)) D(y)^(-a) dy
with U = ∫f/D, and J is constant and not zero (Risken, The Fokker–Planck Equation, §11.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.minimum import lowest
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall, walls
from sgdtui.predict.numerics.gauss_panels import ORDER, RUNNING, WEIGHTS, Panels, gauss_nodes, panels
from sgdtui.predict.numerics.panel_density import LineLaw, first_cut, observables_on
from sgdtui.predict.prediction import Absence, Prediction

NAME = "fokker-planck"
_VANISHES = 1e-9
"""Σ counts as zero where it is this much smaller than its largest value in the window."""


def stationary_line(experiment: Experiment, process: Diffusion, edges: Array) -> Prediction | Absence:
    """The stationary law of a one-dimensional SDE on bins `edges` (n + 1,)."""
    (wall,) = walls(experiment, (edges,))
    if vanishes(process, edges):
        return Absence(NAME, "degenerate noise", "the noise vanishes within the window")
    law_or_absence = line_law(experiment, process, edges, wall)
    if isinstance(law_or_absence, Absence):
        return law_or_absence
    law, current, winding = law_or_absence
    prediction = law.prediction(NAME, edges, experiment)
    flux = np.full((1, len(edges) - 1), current)
    return replace(prediction, current=flux, entropy_production=current * winding)


def vanishes(process: Diffusion, edges: Array) -> bool:
    """Whether D is zero somewhere in the window, next to its largest value there."""

    def variance(x: Array) -> Array:
        value = process.tensor(x)[:, 0, 0]
        return np.where(np.isfinite(value), value, np.inf)

    _, least = lowest(variance, [(edges[0], edges[-1])])
    grid = variance(np.linspace(edges[0], edges[-1], 257)[:, None])
    largest = np.max(grid[np.isfinite(grid)], initial=0.0)
    return bool(not np.isfinite(least) or 0 <= least <= _VANISHES * largest or largest <= 0)


def line_law(
    experiment: Experiment, process: Diffusion, edges: Array, wall: Wall
) -> tuple[LineLaw, float, float] | Absence:
    """The law on panels, its current, and the force ∮f/D that drives it (0 unless on a ring)."""
    observed = observables_on(experiment, experiment.variables[0])

    def evaluate(x: Array) -> Array:
        points = x[:, None]
        with np.errstate(all="ignore"):
            drift, strength = process.drift(points)[:, 0], process.tensor(points)[:, 0, 0]
            strength = np.where(strength > 0, strength, np.nan)
            return np.column_stack([drift / strength, np.log(strength), observed(x)])

    def log_density(cut: Panels) -> Array:
        q, _, _ = _log_q(cut, process.convention, ring, origin)
        return q + (process.convention - 1) * cut.values[..., 1]

    ring = wall.kind == "periodic"
    origin = float(edges[0] + edges[-1]) / 2
    cut = first_cut(edges, wall)
    whole, lost = _finite_stretch(cut, evaluate, edges)
    if whole is None:
        return Absence(NAME, "degenerate noise", "the noise or the drift is not a number in the window")
    found, logarithm = panels(whole, evaluate, log_density, additive=1)
    if not np.isfinite(np.nanmax(logarithm)):
        return Absence(NAME, "not normalisable", "the potential has no lower bound")
    law = LineLaw.of(found, logarithm, found.values[..., 2:], wall.closed)
    if lost and not LineLaw.of(found, logarithm, found.values[..., 2:], False).normalisable:
        return Absence(
            NAME, "not normalisable", "walkers come to where the drift or the noise is not a number"
        )
    if not (law.normalisable and law.stays_near(edges)):
        return Absence(NAME, "not normalisable", "the probability does not die out far away")
    _, log_current, winding = _log_q(found, process.convention, ring, origin)
    if not ring or abs(winding) < 1e-10:
        return law, 0.0, 0.0
    peak = np.max(logarithm + np.log(found.weights))
    total = np.log(np.sum(np.exp(logarithm + np.log(found.weights) - peak))) + peak
    return law, float(np.sign(winding) * np.exp(log_current - total)), winding


def _finite_stretch(
    cut: Array, evaluate: Callable[[Array], Array], edges: Array
) -> tuple[Array | None, bool]:
    """The longest run of panels about the window's middle on which all is finite; whether an end was lost."""
    values = np.asarray(evaluate(gauss_nodes(cut).ravel())).reshape(len(cut) - 1, ORDER, -1)[..., :2]
    good: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=(1, 2)))
    inside = (cut[:-1] >= edges[0] - 1e-12) & (cut[1:] <= edges[-1] + 1e-12) & good
    if not inside.any():
        return None, True
    middle = np.flatnonzero(inside)
    seed = middle[np.argmin(np.abs((cut[middle] + cut[middle + 1]) / 2 - (edges[0] + edges[-1]) / 2))]
    bad = np.flatnonzero(~good)
    first = int(np.max(bad[bad < seed], initial=-1)) + 1
    last = int(np.min(bad[bad > seed], initial=len(good)))
    return cut[first : last + 1], first > 0 or last < len(good)


def _log_q(cut: Panels, convention: float, ring: bool, origin: float) -> tuple[Array, float, float]:
    """Log q at the nodes up to a constant, the logarithm of |J| on that scale, and U over the whole."""
    force = cut.values[..., 0]
    half = cut.half_widths
    with np.errstate(all="ignore"):
        steps = (force @ WEIGHTS) * half
        # Summed outwards from the middle of the window: far away the potential is so large that its
        # rounding would drown everything else.
        centre = 0 if ring else int(np.argmin(np.abs(cut.edges - origin)))
        behind = -np.cumsum(steps[:centre][::-1])[::-1]
        start = np.concatenate([behind, [0.0], np.cumsum(steps[centre:])])
        potential = start[:-1, None] + (force @ RUNNING.T) * half[:, None]
    winding = float(start[-1]) if ring else 0.0
    if not ring or abs(winding) < 1e-10:
        return potential, -np.inf, 0.0
    if winding < 0:
        mirrored = Panels(-cut.edges[::-1], -cut.nodes[::-1, ::-1], cut.values[::-1, ::-1].copy())
        mirrored.values[..., 0] *= -1
        q, current, _ = _log_q(mirrored, convention, ring, -origin)
        return q[::-1, ::-1], current, winding
    # q(x) = e^U(x) [ ∫_x^end h + e^-ΔU ∫_start^x h ] with h = e^-U D^-a, all in logarithms.
    log_h = -potential - convention * cut.values[..., 1]
    peak = np.max(log_h, axis=1, keepdims=True)
    scaled = np.exp(log_h - peak)
    whole = (scaled @ WEIGHTS) * half
    before = np.maximum((scaled @ RUNNING.T) * half[:, None], 0.0)
    after = np.maximum(whole[:, None] - before, 0.0)
    log_whole = np.log(whole) + peak[:, 0]
    up_to = np.concatenate([[-np.inf], np.logaddexp.accumulate(log_whole)])[:-1]
    beyond = np.concatenate([np.logaddexp.accumulate(log_whole[::-1])[::-1], [-np.inf]])[1:]
    with np.errstate(divide="ignore"):
        behind = np.logaddexp(up_to[:, None], np.log(before) + peak)
        ahead = np.logaddexp(beyond[:, None], np.log(after) + peak)
    q = potential + np.logaddexp(ahead, behind - winding)
    return q, float(np.log(-np.expm1(-winding))), winding
