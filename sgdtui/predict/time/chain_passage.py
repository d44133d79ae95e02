"""First passage of the chain itself: the mean time of the steps that are simulated until `until` first holds after one.

m(x) = 1 + ∫ k(x → y) m(y) dy over the places y where `until` does not hold, by Gauss panels that end where it begins to
(Nyström's method). Where the steps are too short for that, and for a convention other than Itô, an SDE's exact time
with its exits moved out by .5826 σ√dt, which is what Euler steps miss between them (Siegmund, Adv. Appl. Prob. 11
(1979) 701; Gobet and Menozzi, Stoch. Proc. Appl. 120 (2010) 130).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.chain.kernel import chain
from sgdtui.predict.chain.nystrom import kernel
from sgdtui.predict.chain.step import Chain
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall
from sgdtui.predict.numerics.gauss_panels import ORDER, WEIGHTS, gauss_nodes
from sgdtui.predict.prediction import Absence
from sgdtui.predict.time.exit_interval import Exit, exit_stretch, live_stretches, passage_process
from sgdtui.predict.time.first_passage import mean_exit_time, start_points

OVERSHOOT = 0.5826
"""-ζ(½)/√(2π): the mean overshoot of a Gaussian walk over a far level, in standard deviations of a step."""
_WIDTHS = (2.7, 1.8)
"""Widest panels, in units of the noise's spread: the second to see what the first leaves."""
_MOST_NODES = 2400
_GROWTHS = 12
_SAME = 1e-6
_HONEST = 1e-3


def chain_passage_time(experiment: Experiment) -> float | None:
    """The mean time, in units of t, after which the chain from the start first finds `until` true at the end of a step.

    None off the line, with momentum or a schedule, for noise without a density, where the mean is infinite or was not
    found to a thousandth.
    """
    if experiment.dimension != 1 or experiment.until is None or experiment.until.names & {"k", "t"}:
        return None
    if not experiment.system.has_fields:
        return None
    step = chain(experiment)
    if isinstance(step, Absence):
        return None
    return _by_panels(experiment, step) or _with_moved_exits(experiment)


# --- the integral equation


def _by_panels(experiment: Experiment, step: Chain) -> float | None:
    """On panels over ever wider ranges, until the mean stays the same."""
    shape = step.shape
    if shape is None or shape.density is None or not np.isfinite(shape.reach):
        return None
    wall = _wall(experiment)
    points, weights = (np.array(each) for each in zip(*start_points(experiment), strict=True))
    low, high = _first_range(experiment, step, points)
    before: float | None = None
    for _ in range(_GROWTHS):
        ends = (max(low, wall.low), min(high, wall.high))
        found = [
            _mean_steps(step, wall, live_stretches(experiment, *ends), width, points) for width in _WIDTHS
        ]
        if found[0] is None or found[1] is None:
            return None
        rough, now = (float(each @ weights) for each in found if each is not None)
        if not 0 < now < 1e15 or abs(now - rough) > _HONEST * now:
            return None
        if (before is not None and abs(now - before) <= _SAME * now) or ends == (wall.low, wall.high):
            return now * step.time
        before = now
        middle, half = (low + high) / 2, (high - low) / 2
        low, high = middle - 1.4 * half, middle + 1.4 * half
    return None


def _first_range(experiment: Experiment, step: Chain, points: Array) -> tuple[float, float]:
    """From exit to exit, and as far behind the start where there is none, with room for a jump over an exit."""
    ends = [*points]
    for point in (points.min(), points.max()):
        stretch = exit_stretch(experiment, float(point))
        if stretch is not None:
            ends += [end for end in (stretch.low, stretch.high) if np.isfinite(end)]
            if stretch.low_exit != stretch.high_exit:
                end = stretch.high if stretch.high_exit else stretch.low
                ends.append(2 * float(point) - end)
    room = 10 * float(np.max(step.spread(np.array(ends))))
    return min(ends) - room, max(ends) + room


def _wall(experiment: Experiment) -> Wall:
    boundary, domain = experiment.space.boundaries[0], experiment.space.domain
    if boundary.kind == "open" or domain is None:
        return Wall("open", -np.inf, np.inf, None)
    return Wall(boundary.kind, float(domain[0][0]), float(domain[0][1]), None)


def _mean_steps(
    step: Chain, wall: Wall, live: list[tuple[float, float]], width: float, points: Array
) -> Array | None:
    """Mean numbers of steps from `points`, (n,); a walker that leaves the live stretches is not followed further."""
    edges = [_panel_edges(step, low, high, width) for low, high in live]
    if not edges or any(e is None for e in edges):
        return None
    nodes = np.concatenate([gauss_nodes(e).ravel() for e in edges if e is not None])
    weights = np.concatenate([(np.diff(e)[:, None] / 2 * WEIGHTS).ravel() for e in edges if e is not None])
    if len(nodes) > _MOST_NODES:
        return None
    shape = step.shape
    assert shape is not None
    with np.errstate(all="ignore"):
        sources = np.concatenate([nodes, points])
        mean, spread = step.mean(sources), step.spread(sources)
        if not (np.all(spread > 0) and np.all(np.isfinite(mean)) and np.all(np.isfinite(spread))):
            return None
        moves = kernel(shape, wall, nodes, mean[:, None], spread[:, None]) * weights
    count = len(nodes)
    try:
        there = np.linalg.solve(np.eye(count) - moves[:count], np.ones(count))
    except np.linalg.LinAlgError:
        return None
    return np.asarray(1.0 + moves[count:] @ there)


def _panel_edges(step: Chain, low: float, high: float, width: float) -> Array | None:
    """Edges from low to high nowhere further apart than `width` spreads of the noise there; None: too many."""
    cut = np.linspace(low, high, 5)
    for _ in range(30):
        middle = (cut[1:] + cut[:-1]) / 2
        with np.errstate(all="ignore"):
            at_cut, between = step.spread(cut), step.spread(middle)
        local = np.minimum(np.minimum(at_cut[1:], at_cut[:-1]), between)
        wide = ~(np.diff(cut) <= width * local)
        if not wide.any():
            return cut
        cut = np.sort(np.concatenate([cut, middle[wide]]))
        if len(cut) * ORDER > _MOST_NODES:
            return None
    return None


# --- moved exits


def _with_moved_exits(experiment: Experiment) -> float | None:
    process = passage_process(experiment)
    if process is None or not experiment.dynamics.is_sde:
        return None
    total = 0.0
    for point, weight in start_points(experiment):
        stretch = exit_stretch(experiment, point)
        if stretch is None or stretch.low == stretch.high:
            return None
        time = mean_exit_time(process, _moved_out(process, stretch, experiment.dynamics.dt), point)
        if time is None:
            return None
        total += weight * time
    return total


def _moved_out(process: Diffusion, stretch: Exit, dt: float) -> Exit:
    def reach(x: float) -> float:
        return OVERSHOOT * float(np.sqrt(2 * process.tensor(np.array([[x]]))[0, 0, 0] * dt))

    low = stretch.low - reach(stretch.low) if stretch.low_exit else stretch.low
    high = stretch.high + reach(stretch.high) if stretch.high_exit else stretch.high
    return replace(stretch, low=low, high=high)
