"""First passage on the line: the mean time until a condition first holds, exactly for the SDE.

With U = ∫f/D and convention a, the scale density is s = D^(-a) exp(-U) and the speed density m = D^(a-1) exp(U); the
mean time to leave an interval is ∫ G m with the Green function of s (Gardiner, Handbook of Stochastic Methods, §5.2.7).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.gauss_panels import RUNNING, WEIGHTS, Panels, gauss_nodes, panels
from sgdtui.predict.numerics.panel_density import FAR
from sgdtui.predict.time.exit_interval import Exit, exit_stretch, passage_process
from sgdtui.predict.time.kramers import kramers_time

__all__ = ["exit_averages", "kramers_time", "mean_passage_time"]


_MOST_PANELS = 40_000


def mean_passage_time(experiment: Experiment) -> float | None:
    """The SDE's mean time, in units of t, from the start until `until` first holds.

    None where it is not one-dimensional, there is no such condition or no diffusion, or the mean is infinite.
    """
    process = passage_process(experiment)
    if process is None:
        return None
    times, weights = [], []
    for point, weight in start_points(experiment):
        stretch = exit_stretch(experiment, point)
        if stretch is None:
            return None
        time = 0.0 if stretch.low == stretch.high else mean_exit_time(process, stretch, point)
        if time is None:
            return None
        times.append(time)
        weights.append(weight)
    return float(np.dot(times, weights))


def exit_averages(experiment: Experiment) -> dict[str, float] | None:
    """The average of each observed expression at the place where the SDE's path first meets `until`, by name.

    The path from x leaves (l, h) at h with the probability ∫_l^x s/∫_l^h s (Gardiner §5.2.8). None where there is no
    diffusion on the line or a path may never arrive.
    """
    process = passage_process(experiment)
    if process is None:
        return None
    ends, weights = [], []
    for point, weight in start_points(experiment):
        stretch = exit_stretch(experiment, point)
        share = None if stretch is None else _share_at_high(process, stretch, point)
        if stretch is None or share is None:
            return None
        ends += [stretch.low, stretch.high]
        weights += [weight * (1 - share), weight * share]
    # An end that is no exit is never reached: its place, maybe infinite, must not be looked at.
    used = np.array(weights) > 0
    names: dict[str, Array | float] = {**experiment.values, experiment.variables[0]: np.array(ends)[used]}
    averages = {
        key: float(np.broadcast_to(evaluate(e, names), used.sum()) @ np.array(weights)[used])
        for key, e in experiment.observe
        if not e.names & {"k", "t"}
    }
    return {key: value for key, value in averages.items() if np.isfinite(value)}


def _share_at_high(process: Diffusion, stretch: Exit, start: float) -> float | None:
    """The probability of leaving at the high end; None where the path may never leave."""
    if stretch.low == stretch.high:
        return 1.0
    if not (stretch.low_exit and stretch.high_exit):
        return None if mean_exit_time(process, stretch, start) is None else float(stretch.high_exit)
    found, _, scale_density = _resolved(process, stretch, start)
    if not np.all(np.isfinite(scale_density)):
        return None
    before = found.nodes < start
    left = _log_integral(found, scale_density, before)
    right = _log_integral(found, scale_density, ~before)
    return float(np.exp(left - np.logaddexp(left, right)))


def start_points(experiment: Experiment) -> list[tuple[float, float]]:
    """Places on the line and weights that stand for the start."""
    start = experiment.start
    if isinstance(start, At):
        return [(float(start.point[0]), 1.0)]
    if isinstance(start, Uniform):
        low, high = start.box[0]
        nodes, weights = np.polynomial.legendre.leggauss(24)
        return [((low + high) / 2 + (high - low) / 2 * x, w / 2) for x, w in zip(nodes, weights, strict=True)]
    assert isinstance(start, Normal)
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    mean, deviation = start.mean[0], start.deviation[0]
    return [(mean + deviation * x, w / weights.sum()) for x, w in zip(nodes, weights, strict=True)]


def mean_exit_time(process: Diffusion, stretch: Exit, start: float) -> float | None:
    """The mean time in which the SDE from `start` leaves a stretch by an exit; None where it is infinite."""
    found, speed, scale_density = _resolved(process, stretch, start)
    inner_low, inner_high = _between_exits(stretch, start)
    if not np.all(np.isfinite(found.values[..., 1][(found.nodes > inner_low) & (found.nodes < inner_high)])):
        return None
    integrand = _log_green(found, speed, scale_density, stretch, start)
    if integrand is None:
        return None
    with np.errstate(all="ignore"):
        terms = integrand + np.log(found.weights)
        peak = float(np.max(terms))
        log_time = peak + float(np.log(np.sum(np.exp(terms - peak))))
    return float(np.exp(log_time)) if np.isfinite(log_time) and log_time < 700 else None


def _between_exits(stretch: Exit, start: float) -> tuple[float, float]:
    """Between the start and the exits: where the scale density matters. Elsewhere it may grow without bound."""
    return stretch.low if stretch.low_exit else start, stretch.high if stretch.high_exit else start


def _resolved(process: Diffusion, stretch: Exit, start: float) -> tuple[Panels, Array, Array]:
    """Panels that follow the densities of speed and scale, and the logarithms of both at their nodes."""
    low, high = stretch.low, stretch.high
    scale = min(abs(end - start) for end in (low, high) if np.isfinite(end)) or 1.0
    a = process.convention
    inner_low, inner_high = _between_exits(stretch, start)

    def evaluate_at(x: Array) -> Array:
        with np.errstate(all="ignore"):
            drift, strength = process.drift(x[:, None])[:, 0], process.tensor(x[:, None])[:, 0, 0]
            return np.column_stack([drift / strength, np.log(strength)])

    def densities(found: Panels) -> tuple[Array, Array]:
        potential = _potential(found, start)
        logarithm = found.values[..., 1]
        return potential + (a - 1) * logarithm, -potential - a * logarithm

    def log_density(found: Panels) -> Array:
        speed, scale_density = densities(found)
        inside = (found.nodes >= inner_low) & (found.nodes <= inner_high)
        scale_density = np.where(inside, scale_density, -np.inf)
        speed = np.where(np.isnan(speed), -np.inf, speed)
        return np.logaddexp(speed - np.max(speed), scale_density - np.max(scale_density))

    found, _ = panels(_cut(low, start, high, scale), evaluate_at, log_density, additive=1)
    speed, scale_density = densities(found)
    for _ in range(40):
        integrand = _log_green(found, speed, scale_density, stretch, start)
        if integrand is None:
            break
        steep = _steep(found, start, integrand)
        if not steep.any() or len(found.nodes) > _MOST_PANELS:
            break
        edges = np.insert(found.edges, np.flatnonzero(steep) + 1, _middles(found)[steep])
        nodes = gauss_nodes(edges)
        found = Panels(edges, nodes, evaluate_at(nodes.ravel()).reshape(*nodes.shape, -1))
        speed, scale_density = densities(found)
    return found, speed, scale_density


def _middles(found: Panels) -> Array:
    return (found.edges[1:] + found.edges[:-1]) / 2


def _steep(found: Panels, start: float, integrand: Array) -> NDArray[np.bool_]:
    """Panels that matter on which the potential still changes by more than the nodes can follow."""
    change = np.ptp(_potential(found, start), axis=1)
    matters = np.max(integrand, axis=1) > np.max(integrand) - 40
    # What lies behind a panel that matters feeds it: its own neighbours must be resolved as well.
    matters |= np.append(matters[1:], False) | np.insert(matters[:-1], 0, False)
    return np.asarray(matters & (change > 2))


def _cut(low: float, start: float, high: float, scale: float) -> Array:
    """First panels: even between finite ends, growing towards an end that is infinite."""
    growing = (
        scale / 64 * (1.2 ** np.arange(1, 1 + int(np.ceil(np.log(FAR * 12 / scale) / np.log(1.2)))) - 1) / 0.2
    )
    left = np.linspace(low, start, 65)[:-1] if np.isfinite(low) else (start - growing)[::-1]
    right = np.linspace(start, high, 65)[1:] if np.isfinite(high) else start + growing
    return np.unique(np.concatenate([left, [start], right]))


def _potential(found: Panels, origin: float) -> Array:
    """U = ∫f/D from `origin` (an edge) to the nodes."""
    half = found.half_widths
    with np.errstate(all="ignore"):
        force = np.nan_to_num(found.values[..., 0], nan=0.0, posinf=1e300, neginf=-1e300)
        steps = (force @ WEIGHTS) * half
        centre = int(np.argmin(np.abs(found.edges - origin)))
        behind = -np.cumsum(steps[:centre][::-1])[::-1]
        edges = np.concatenate([behind, [0.0], np.cumsum(steps[centre:])])
        return np.asarray(edges[:-1, None] + (force @ RUNNING.T) * half[:, None])


def _running(found: Panels, logarithm: Array) -> tuple[Array, Array, Array]:
    """Logarithms of the integral of exp(logarithm) up to each node and from it on, and of each panel's whole."""
    half = found.half_widths
    with np.errstate(all="ignore"):
        peak = np.max(logarithm, axis=1, keepdims=True)
        peak = np.where(np.isfinite(peak), peak, -1e300)
        scaled = np.exp(logarithm - peak)
        whole = (scaled @ WEIGHTS) * half
        before = np.maximum((scaled @ RUNNING.T) * half[:, None], 0.0)
        after = np.maximum(whole[:, None] - before, 0.0)
        log_whole = np.log(whole) + peak[:, 0]
        up_to = np.concatenate([[-np.inf], np.logaddexp.accumulate(log_whole)])[:-1]
        beyond = np.concatenate([np.logaddexp.accumulate(log_whole[::-1])[::-1], [-np.inf]])[1:]
        return (
            np.logaddexp(up_to[:, None], np.log(before) + peak),
            np.logaddexp(beyond[:, None], np.log(after) + peak),
            log_whole,
        )


def _log_integral(found: Panels, logarithm: Array, where: NDArray[np.bool_]) -> float:
    with np.errstate(all="ignore"):
        terms = np.where(where, logarithm + np.log(found.weights), -np.inf)
        peak = np.max(terms)
        return float(peak + np.log(np.sum(np.exp(terms - peak)))) if np.isfinite(peak) else -np.inf


def _log_green(
    found: Panels, speed: Array, scale_density: Array, stretch: Exit, start: float
) -> Array | None:
    """The logarithm of an integrand over the panels whose integral is the mean time; None where that is infinite."""
    before = found.nodes < start
    with np.errstate(all="ignore"):
        if stretch.low_exit and stretch.high_exit:
            from_low, to_high, wholes = _running(found, scale_density)
            total = float(np.logaddexp.reduce(wholes))
            left = _log_integral(found, scale_density, before)
            right = _log_integral(found, scale_density, ~before)
            return np.where(before, from_low + speed + right - total, to_high + speed + left - total)
        up_to, beyond, wholes = _running(found, speed)
        everything = np.logaddexp.reduce(wholes)
        if stretch.high_exit:
            if not np.isfinite(stretch.low) and np.logaddexp.reduce(wholes[:3]) > everything - 20:
                return None  # walkers wander off to minus infinity
            return np.where(before, -np.inf, scale_density + up_to)
        if not np.isfinite(stretch.high) and np.logaddexp.reduce(wholes[-3:]) > everything - 20:
            return None
        return np.where(before, scale_density + beyond, -np.inf)
