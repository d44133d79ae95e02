"""The stationary Fokker–Planck solution on a ring, where the drift may wind round and drive a current.

With U = ∫f/D and q = D^(1-a) p: q(x) = ∫_x^(x+ℓ) exp(U(x) - U(y)) D(y)^(-a) dy, and J is constant and not zero (Risken,
The Fokker–Planck Equation, §11.3).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.expression.switches import turns
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.diffusion.state_space import obstacles
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.breakpoints import breakpoints
from sgdtui.predict.numerics.field_bounds import FieldBounds
from sgdtui.predict.numerics.gauss_panels import RUNNING, WEIGHTS, Panels, gauss_nodes, panels
from sgdtui.predict.numerics.panel_density import LineLaw, Watched, observables_on
from sgdtui.predict.prediction import Absence
from sgdtui.total_variation import total_variation

NAME = "fokker-planck"
_LEAST_PANELS = 128
_ROUNDING = 4e-16


def ring_law(
    experiment: Watched, process: Diffusion, bounds: FieldBounds, edges: Array, wall: Wall
) -> tuple[LineLaw, float, float] | Absence:
    """The law on panels, its current, and the force ∮f/D that drives it."""
    found = obstacles(process, bounds, np.linspace(wall.low, wall.high, 65))
    if found is None or found:
        return Absence(
            NAME, "degenerate noise", "the noise vanishes, or is not a number, somewhere on the ring"
        )
    observed = observables_on(experiment, experiment.variables[0])

    def evaluate(x: Array) -> Array:
        points = x[:, None]
        with np.errstate(all="ignore"):
            drift, strength = process.drift(points)[:, 0], process.tensor(points)[:, 0, 0]
            return np.column_stack([drift / strength, np.log(strength), observed(x)])

    def log_density(cut: Panels) -> Array:
        return _log_q(cut, process.convention)[0] + (process.convention - 1) * cut.values[..., 1]

    (variable,) = experiment.variables
    turning = [s for _, e in experiment.observe for s in turns(e, (variable,))]
    coarse = np.linspace(wall.low, wall.high, 65)
    places = [breakpoints(turning, variable, experiment.values, coarse), bounds.breakpoints(coarse)]
    pieces = max(1, int(np.ceil(_LEAST_PANELS / (len(edges) - 1))))
    fine = (edges[:-1, None] + np.diff(edges)[:, None] * np.arange(pieces) / pieces).ravel()
    cut = np.unique(np.concatenate([fine, edges[-1:], *places]))
    cut = cut[(cut >= wall.low) & (cut <= wall.high)]
    rough, rough_logarithm = panels(cut, evaluate, log_density, additive=1)
    if not np.isfinite(np.nanmax(rough_logarithm)):
        return Absence(
            NAME, "degenerate noise", "the drift or the noise is not a number somewhere on the ring"
        )
    halves = np.sort(np.concatenate([rough.edges, (rough.edges[1:] + rough.edges[:-1]) / 2]))
    nodes = gauss_nodes(halves)
    whole = Panels(halves, nodes, evaluate(nodes.ravel()).reshape(*nodes.shape, -1))
    logarithm = log_density(whole)
    law = LineLaw.of(whole, logarithm, whole.values[..., 2:], True)
    coarse_law = LineLaw.of(rough, rough_logarithm, rough.values[..., 2:], True)
    pairs = law.mass.sum(axis=1).reshape(-1, 2).sum(axis=1)
    climbed = float(np.abs(whole.values[..., 0] @ WEIGHTS * whole.half_widths).sum())
    error = total_variation(pairs, coarse_law.mass.sum(axis=1)) + _ROUNDING * (1 + climbed)
    law = replace(law, error=error)
    _, log_current, winding = _log_q(whole, process.convention)
    if abs(winding) < 1e-10:
        return law, 0.0, 0.0
    peak = np.max(logarithm + np.log(whole.weights))
    total = np.log(np.sum(np.exp(logarithm + np.log(whole.weights) - peak))) + peak
    return law, float(np.sign(winding) * np.exp(log_current - total)), winding


def _log_q(cut: Panels, convention: float) -> tuple[Array, float, float]:
    """Log q at the nodes up to a constant, the logarithm of |J| on that scale, and U once round."""
    force = cut.values[..., 0]
    half = cut.half_widths
    with np.errstate(all="ignore"):
        steps = (force @ WEIGHTS) * half
        start = np.concatenate([[0.0], np.cumsum(steps)])
        potential = start[:-1, None] + (force @ RUNNING.T) * half[:, None]
    winding = float(start[-1])
    if abs(winding) < 1e-10:
        return potential, -np.inf, 0.0
    if winding < 0:
        mirrored = Panels(-cut.edges[::-1], -cut.nodes[::-1, ::-1], cut.values[::-1, ::-1].copy())
        mirrored.values[..., 0] *= -1
        q, current, _ = _log_q(mirrored, convention)
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
