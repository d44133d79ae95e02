"""A pilot run: a few thousand walkers sent ahead to find the window and the correlation time. Seeded, so repeatable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import Cancel
from sgdtui.expression.numeric import evaluate
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.cost import whole_cost
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.loss import FALLBACK_INTERVAL, Interval
from sgdtui.model.quantities import in_steps
from sgdtui.model.sample_fields import SampleFields
from sgdtui.model.start import At, Start
from sgdtui.predict.prediction import Absence

__all__ = ["Cancel", "Cancelled"]

Cancelled = Callable[[], bool]

WALKERS = 4096
SHARE = 0.9999
"""The share of the pilot's walkers that the window holds before it is widened by a quarter."""
_SHARE_ON_THE_WAY = 0.999
"""The same at every moment of a run that never rests."""
_FURTHEST, _FEWER = 65_536, 8
"""Steps up to which all walkers of a pilot follow such a run, and the factor by which fewer go further."""
_SEED_OFFSET = 1_000_003
_WORK, _WORK_TO_FORGET = 4e9, 4e9
"""Most work of a pilot, in steps of the one-dimensional double well: for the window, for the correlation time."""
_MOST_STEPS, _MOST_STEPS_TO_FORGET = 65_536, 262_144
_FEWEST_WALKERS = 64
_FIRST_STEPS = 256
_MOST_PLACES, _FEWEST_PLACES, _MOST_TERMS = 4096, 64, 10_000_000
"""Of a pilot's positions at which the loss is asked for, and the terms of a mean over data that all may have."""
_DECORRELATED = 0.1
_MOST_WELLS, _MOST_DIMENSIONS = 8, 8
"""Further pilots, and up to how many coordinates wells are looked for beforehand."""


def pilot_of(experiment: Experiment, start: Start | None = None) -> Experiment:
    """The same system with few walkers, no stopping rule, and a window that is there if not yet the right one.

    There are fewer walkers yet where a step is so dear that all could not take the first ones.
    """
    space = experiment.space
    if space.domain is None:
        space = replace(space, domain=(FALLBACK_INTERVAL,) * len(space.axes))
    windowed = replace(experiment, space=space)
    affordable = int(_WORK / (_FIRST_STEPS * whole_cost(windowed)))
    walkers, unit = min(max(affordable, _FEWEST_WALKERS), WALKERS), _unit(experiment)
    run = replace(
        experiment.run,
        walkers=max(walkers - walkers % unit, unit),
        seed=experiment.run.seed + _SEED_OFFSET,
        burn_in=0,
        steps=0,
    )
    known = in_steps(windowed)
    return replace(known, run=run, until=None, start=start or experiment.start)


def _affordable_steps(pilot: Experiment, most: int, work: float) -> int:
    """At most `most`, and as many as so much work is enough for."""
    return int(min(most, max(_FIRST_STEPS, work / (pilot.run.walkers * whole_cost(pilot)))))


def _unit(experiment: Experiment) -> int:
    """Walkers that belong together: those of a swarm."""
    return experiment.dynamics.swarm.size if experiment.dynamics.swarm else 1


def find_domain(
    experiment: Experiment,
    most_steps: int = _MOST_STEPS,
    cancelled: Cancelled | None = None,
    allowance: Allowance | None = None,
) -> tuple[Interval, ...]:
    """The window that holds 99.99 % of a pilot's walkers, a quarter wider, one interval a drawn axis.

    Further pilots start from those minima of the loss that the first never saw though it climbed at least as high: a
    second well belongs in the picture, however rarely it is come to. Raises `Cancel`.
    """
    allowed = allowance or Allowance(cancelled=cancelled)
    low, high, climbed = _settled_range(experiment, None, most_steps, cancelled, allowed)
    for place in _unseen_wells(experiment, low, high, climbed, allowed):
        other_low, other_high, _ = _settled_range(experiment, At(place), most_steps, cancelled, allowed)
        low, high = np.minimum(low, other_low), np.maximum(high, other_high)
    return widened(low, high)


def find_domain_on_the_way(
    experiment: Experiment, burn_in: int, steps: int, cancelled: Cancelled | None = None
) -> tuple[Interval, ...]:
    """The window that holds 99.9 % of the walkers at every one of some moments from burn-in to the end, widened.

    Walkers stop where `until` holds, as they will in the run. Long runs are followed by fewer walkers, for half
    a million steps at most. Raises `Cancel`.
    """
    from sgdtui.simulate.ensemble import Ensemble

    pilot = replace(pilot_of(experiment), until=experiment.until)
    last = burn_in + steps
    if last > _FURTHEST:
        pilot = replace(
            pilot, run=replace(pilot.run, walkers=max(pilot.run.walkers // _FEWER, _unit(experiment)))
        )
        last = min(last, _FURTHEST * _FEWER)
    last = _affordable_steps(pilot, last, _WORK)
    axes = list(pilot.space.axes)
    moments = np.concatenate([np.linspace(burn_in, last, 33), burn_in + np.geomspace(1, max(steps, 2), 17)])
    low, high = np.full(len(axes), np.inf), np.full(len(axes), -np.inf)
    ensemble = Ensemble(pilot)
    try:
        for moment in np.unique(np.clip(moments, 0, last).astype(int)):
            ensemble.advance(int(moment) - ensemble.step, record=False, cancelled=cancelled)
            if cancelled is not None and cancelled():
                raise Cancel
            drawn = ensemble.positions()[:, axes]
            if not np.isfinite(drawn).all(axis=1).any():
                break  # all have arrived, or are lost
            ends = held_range(drawn, _SHARE_ON_THE_WAY)
            low, high = np.minimum(low, ends[0]), np.maximum(high, ends[1])
    finally:
        ensemble.close()
    if not np.isfinite(low).all():
        low, high = -np.ones(len(axes)), np.ones(len(axes))
    return widened(low, high)


def widened(low: Array, high: Array) -> tuple[Interval, ...]:
    """Intervals a quarter wider than [low, high], rounded outwards to two digits of their width.

    Twelve digits of each end are kept, wherever its decimal point is: walkers may all be within 1e-13.
    """
    size = np.maximum(np.abs(low), np.abs(high))
    least = np.where(size > 0, 1e-6 * size, 1.0)
    width = np.maximum(high - low, least) * 1.25
    middle = (low + high) / 2
    grain = 10.0 ** (np.floor(np.log10(width)) - 1)
    return tuple(
        (float(f"{a:.12g}"), float(f"{b:.12g}"))
        for a, b in zip(
            np.floor((middle - width / 2) / grain) * grain,
            np.ceil((middle + width / 2) / grain) * grain,
            strict=True,
        )
    )


def held_range(positions: Array, share: float = SHARE) -> tuple[Array, Array]:
    """The ends, each (axes,), between which a `share` of the positions (walkers, axes) lies on every axis."""
    alive = positions[np.isfinite(positions).all(axis=1)]
    if not len(alive):
        middle = np.zeros(positions.shape[1])
        return middle - 1.0, middle + 1.0
    tail = (1 - share) / 2
    low, high = np.quantile(alive, [tail, 1 - tail], axis=0)
    return low, high


def _settled_range(
    experiment: Experiment,
    start: Start | None,
    most_steps: int,
    cancelled: Cancelled | None,
    allowed: Allowance,
) -> tuple[Array, Array, float]:
    """The range that walkers keep to, (axes,) each, and how high they climb there."""
    pilot = pilot_of(experiment, start)
    axes = list(pilot.space.axes)
    before: tuple[Array, Array] | None = None
    calm = 0
    low = high = np.zeros(len(axes))
    positions = np.zeros((0, experiment.dimension))
    most_steps = _affordable_steps(pilot, most_steps, _WORK)
    for positions in _doublings(pilot, most_steps, cancelled, within=8):
        low, high = held_range(positions[:, axes])
        if before is not None:
            width = np.maximum(high - low, 1e-300)
            moved = np.maximum(np.abs(low - before[0]), np.abs(high - before[1])) / width
            calm = calm + 1 if moved.max() < 0.1 else 0
        before = (low, high)
        if calm >= 3:
            break
    climbed = allowed.attempt("window", experiment, lambda: _climbed(experiment, positions), "pilot run")
    # Where it is not known the window is that of the walkers alone.
    return low, high, climbed if isinstance(climbed, float) else float("nan")


def _doublings(
    pilot: Experiment, most_steps: int, cancelled: Cancelled | None, within: int
) -> Iterator[Array]:
    """Positions pooled from `within` moments of the second half of a run of 256 steps, then 512, 1024, …"""
    from sgdtui.simulate.ensemble import Ensemble

    ensemble = Ensemble(pilot)
    try:
        done, goal = 0, min(_FIRST_STEPS, most_steps)
        while True:
            pooled = []
            half = done if done else goal // 2
            for target in np.unique(np.linspace(half, goal, within + 1)[1:].astype(int)):
                ensemble.advance(int(target) - done, record=False, cancelled=cancelled)
                if cancelled is not None and cancelled():
                    raise Cancel
                done = int(target)
                pooled.append(ensemble.positions())
            yield np.concatenate(pooled)
            if goal >= most_steps:
                return
            goal = min(2 * goal, most_steps)
    finally:
        ensemble.close()


def _unseen_wells(
    experiment: Experiment, low: Array, high: Array, climbed: float, allowed: Allowance
) -> list[tuple[float, ...]]:
    """Wells outside what a pilot saw that are not higher than it climbed, the lowest first."""
    if experiment.dimension > _MOST_DIMENSIONS or not experiment.system.has_fields:
        return []
    from sgdtui.predict.time.wells import find_wells

    wells = allowed.attempt("wells", experiment, lambda: find_wells(experiment))
    if isinstance(wells, Absence) or wells is None or not wells.system.has_loss or not wells.count:
        return []
    drawn = wells.places[:, list(experiment.space.axes)]
    unseen = np.asarray(((drawn < low) | (drawn > high)).any(axis=1))
    heights = wells.system.loss(wells.places)
    order = [well for well in np.argsort(heights) if unseen[well] and heights[well] <= climbed]
    return [tuple(float(x) for x in wells.places[well]) for well in order[:_MOST_WELLS]]


def drawn_wells(experiment: Experiment, allowed: Allowance) -> Array | None:
    """The wells of a system on its drawn axes, (m, axes); None where they are not looked for."""
    if experiment.dimension > _MOST_DIMENSIONS:
        return None
    from sgdtui.predict.time.wells import find_wells

    wells = allowed.attempt("wells", experiment, lambda: find_wells(experiment))
    return (
        None if isinstance(wells, Absence) or wells is None else wells.places[:, list(experiment.space.axes)]
    )


def _climbed(experiment: Experiment, positions: Array) -> float:
    """The height of the loss that all but a few of the positions (n, d) are below; no number where there is no loss."""
    if not experiment.system.has_fields or not fields(experiment).has_loss:
        return float("nan")
    system = fields(experiment)
    if system.time_dependent or not len(positions):
        return float("nan")
    terms = system.averaged_over if isinstance(system, SampleFields) else 1
    places = int(np.clip(_MOST_TERMS // terms, _FEWEST_PLACES, _MOST_PLACES))
    heights = system.loss(positions[:: max(1, len(positions) // places)])
    heights = heights[np.isfinite(heights)]
    return float(np.quantile(heights, _SHARE_ON_THE_WAY)) if len(heights) else float("nan")


def correlation_time(
    experiment: Experiment, most_steps: int = _MOST_STEPS_TO_FORGET, cancelled: Cancelled | None = None
) -> float | None:
    """The time, in units of t, in which walkers forget where they were, from a pilot; None if it was not seen.

    Walkers are looked at after n, 2n, 4n, … steps. They have forgotten when over a doubling the rank correlation
    between where they were and where they are is below 0.1 in every coordinate, square and observed expression,
    and no average has moved by four standard errors; the last correlation that could still be read then gives the
    e-folding time. Raises `Cancel`.
    """
    from sgdtui.simulate.ensemble import Ensemble

    pilot = pilot_of(experiment)
    step = pilot.time_step
    most_steps = _affordable_steps(pilot, most_steps, _WORK_TO_FORGET)
    ensemble = Ensemble(pilot)
    try:
        before: Array | None = None
        readable: float | None = None
        done, goal = 0, 8
        while goal <= most_steps:
            ensemble.advance(goal - done, record=False, cancelled=cancelled)
            if cancelled is not None and cancelled():
                raise Cancel
            now = _watched(pilot, ensemble.positions())
            if before is not None:
                alive = np.isfinite(before).all(axis=1) & np.isfinite(now).all(axis=1)
                correlation = _rank_correlation(before[alive], now[alive])
                lag = (goal - done) * step
                if correlation < _DECORRELATED and _movement(before[alive], now[alive]) < 4:
                    return readable if readable is not None else lag / np.log(1 / _DECORRELATED)
                if correlation >= _DECORRELATED:
                    readable = lag / np.log(1 / min(correlation, 0.999))
            before, done, goal = now, goal, 2 * goal
        return None
    finally:
        ensemble.close()


def _watched(experiment: Experiment, positions: Array) -> Array:
    names: dict[str, float | Array] = {**experiment.values, "k": 0.0, "t": 0.0}
    names.update({v: positions[:, i] for i, v in enumerate(experiment.variables)})
    seen = [evaluate(expression, names) for _, expression in experiment.observe]
    return np.column_stack([positions, positions**2, *seen])


def _ranks(values: Array) -> Array:
    return np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable").astype(np.float64)


def _rank_correlation(before: Array, now: Array) -> float:
    """The largest absolute rank correlation of any column with itself; 0 for columns that do not vary."""
    if len(before) < 16:
        return 1.0
    largest = 0.0
    for one, two in zip(before.T, now.T, strict=True):
        if np.ptp(one) == 0 or np.ptp(two) == 0:
            continue
        if len(np.unique(one)) > 2:
            one, two = _ranks(one), _ranks(two)
        largest = max(largest, abs(float(np.corrcoef(one, two)[0, 1])))
    return largest


def _movement(before: Array, now: Array) -> float:
    """The largest |z| of a change of average, tails beyond the 1st and 99th percentile pulled in."""
    if len(before) < 16:
        return float("inf")
    low, high = np.quantile(np.concatenate([before, now]), [0.01, 0.99], axis=0)
    change = np.clip(now, low, high) - np.clip(before, low, high)
    error = change.std(axis=0) / np.sqrt(len(change))
    return float(np.max(np.abs(change.mean(axis=0)) / np.where(error > 0, error, np.inf), initial=0.0))
