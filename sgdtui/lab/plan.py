"""Fill in what a preset leaves open: the window, the burn-in and the length of the run."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sgdtui.lab.allowance import Allowance
from sgdtui.lab.cost import cost, whole_cost
from sgdtui.lab.pilot import (
    Cancelled,
    correlation_time,
    find_domain,
    find_domain_on_the_way,
    held_range,
    widened,
)
from sgdtui.lab.unsettled import never_rests
from sgdtui.model.experiment import Experiment
from sgdtui.model.loss import Interval
from sgdtui.model.plain import plain
from sgdtui.predict.prediction import Absence

RELAXATIONS = 5
"""Burn-in and run are at least so many relaxation times each; fewer is reported as not settled."""
_COMFORTABLE = 8
"""What burn-in takes where it is cheap: e⁻⁸ of the start is left, below the errors of a default run."""
_CHEAP = 4e9
"""Work, in walker-steps of the one-dimensional double well, up to which burn-in may be longer than it must be."""
_BUDGET = 1.5e10
"""Most work for an automatic burn-in, and again for the run, in walker-steps of the one-dimensional double well."""
_IN_VAIN = 4e9
"""The same where it settles nothing: no relaxation time was found, or none that a run could wait for."""
_WORTHWHILE = 1.3e9
"""Work that a default run may take even where five relaxation times are fewer: about a second."""
_FEWEST, _MOST = 2_000, 20_000
"""Between how many steps the run is stretched to be worthwhile."""
_PASSAGES = 20
"""An automatic run with `until` lasts so many predicted mean passage times: all but e⁻²⁰ of the walkers arrive."""

_HOPELESS = 20
"""A run that would have to be so many times longer than the most is made no longer than each well needs."""
_NEVER = 1e15


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """An experiment whose domain, burn-in and steps are known, and how they came about.

    `relaxation_time` is in units of t, `origin` of it "predicted", "pilot" or None. `settled`: whether burn-in is at
    least five of them; None where no relaxation time is known (the run itself must then show it). `within` is the
    relaxation time inside the wells, where crossing from one to another takes longer than any run; lengths are then
    made for that.
    """

    experiment: Experiment
    settled: bool | None
    relaxation_time: float | None
    origin: str | None
    within: float | None = None


def resolve(
    experiment: Experiment, cancelled: Cancelled | None = None, allowance: Allowance | None = None
) -> Resolved:
    """Fill in domain, burn-in and steps. Raises `Cancel` if cancelled on the way."""
    return with_lengths(with_domain(experiment, cancelled, allowance), cancelled, allowance)


def known_domain(experiment: Experiment) -> tuple[Interval, ...] | None:
    """The window as the preset or its loss gives it, one interval a drawn axis; None where neither does."""
    if experiment.space.domain is not None:
        return experiment.space.domain
    domain = experiment.system.window
    if domain is None:
        return None
    axes = experiment.space.axes
    return tuple(domain[axis] for axis in axes) if len(domain) > max(axes) else domain


def with_domain(
    experiment: Experiment, cancelled: Cancelled | None = None, allowance: Allowance | None = None
) -> Experiment:
    """The experiment with a window: its own, its loss's, or that of a pilot run. Hops get one bin a state.

    Where walkers never rest (`until`, a schedule, equations that change) the window holds them on their whole way.
    """
    states = experiment.system.states
    if states is not None and experiment.run.bins is None:
        experiment = replace(experiment, run=replace(experiment.run, bins=states))
    if experiment.space.domain is not None:
        return experiment
    domain = known_domain(experiment)
    if domain is None:
        run = experiment.run
        if has_no_rest(experiment):
            steps = (
                run.steps
                if run.steps is not None
                else _unsettling_steps(experiment, allowance or Allowance(cancelled=cancelled))
            )
            domain = find_domain_on_the_way(experiment, run.burn_in or 0, steps, cancelled)
        else:
            planned = (run.burn_in or 0) + run.steps if run.steps is not None else 65_536
            domain = find_domain(experiment, max(64, min(planned, 65_536)), cancelled, allowance)
    return replace(experiment, space=replace(experiment.space, domain=domain))


def with_lengths(
    experiment: Experiment, cancelled: Cancelled | None = None, allowance: Allowance | None = None
) -> Resolved:
    """The experiment with burn-in and steps, once its domain is known. Raises `Cancel`."""
    from sgdtui.predict.time.relaxation import relaxation_time_within_wells

    run = experiment.run
    allowed = allowance or Allowance(cancelled=cancelled)
    if has_no_rest(experiment):
        steps = run.steps if run.steps is not None else _unsettling_steps(experiment, allowed)
        plan = replace(run, burn_in=run.burn_in or 0, steps=steps)
        return Resolved(replace(experiment, run=plan), False, None, None)
    time_step = experiment.time_step
    automatic = run.burn_in is None or run.steps is None
    relaxation, origin = relaxation_of(experiment, automatic, cancelled, allowed)
    most, most_recorded = _longest(experiment, _BUDGET)
    within = None
    if relaxation is None:
        most, most_recorded = _longest(experiment, _IN_VAIN)
        least = enough = most if automatic else 0
    else:
        needed = RELAXATIONS * relaxation / time_step
        if needed > _HOPELESS * most:
            found = allowed.attempt(
                "relaxation within wells", experiment, lambda: relaxation_time_within_wells(plain(experiment))
            )
            within = None if isinstance(found, Absence) else found
            if within is None:
                most, most_recorded = _longest(experiment, _IN_VAIN)
        planned = within if within is not None else relaxation
        least = math.ceil(min(RELAXATIONS * planned / time_step, _NEVER))
        cheap = _CHEAP / (run.walkers * cost(experiment))
        enough = max(least, math.ceil(min(_COMFORTABLE * planned / time_step, cheap)))
    burn_in = run.burn_in if run.burn_in is not None else _rounded(min(max(enough, 100), most), run.every)
    stretch = min(max(_WORTHWHILE / (run.walkers * cost(experiment)), _FEWEST), _MOST)
    steps = (
        run.steps if run.steps is not None else _rounded(min(max(least, stretch), most_recorded), run.every)
    )
    settled: bool | None
    if relaxation is None:
        settled = False if automatic else None
    else:
        settled = within is None and burn_in >= least and (run.steps is not None or steps >= least)
    plan = replace(run, burn_in=burn_in, steps=steps)
    return Resolved(replace(experiment, run=plan), settled, relaxation, origin, within)


def relaxation_of(
    experiment: Experiment,
    pilot: bool,
    cancelled: Cancelled | None = None,
    allowance: Allowance | None = None,
) -> tuple[float | None, str | None]:
    """The relaxation time in units of t and where it is from: predicted, else (if `pilot`) seen by a pilot run."""
    from sgdtui.predict.time.relaxation import relaxation_time

    allowed = allowance or Allowance(cancelled=cancelled)
    predicted = allowed.attempt("relaxation time", experiment, lambda: relaxation_time(plain(experiment)))
    if isinstance(predicted, float) and math.isfinite(predicted):
        return predicted, "predicted"
    if not pilot:
        return None, None
    if allowed.tell is not None:
        allowed.tell("pilot run")
    seen = correlation_time(experiment, cancelled=cancelled)
    return seen, None if seen is None else "pilot"


def has_no_rest(experiment: Experiment) -> bool:
    """Whether the run cannot settle by construction: walkers stop, or the equations change with time."""
    return never_rests(experiment) != ""


def _longest(experiment: Experiment, work: float) -> tuple[int, int]:
    """The steps that so much work is enough for: of a burn-in, and of a run, which is recorded."""
    walkers = experiment.run.walkers
    return (
        max(1, int(work / (walkers * whole_cost(experiment)))),
        max(1, int(work / (walkers * whole_cost(experiment, recorded=True)))),
    )


def _unsettling_steps(experiment: Experiment, allowed: Allowance) -> int:
    _, most = _longest(experiment, _BUDGET)
    if experiment.until is None:
        return min(_FEWEST, most)
    from sgdtui.predict.time.first_passage import mean_passage_time

    predicted = allowed.attempt("passage time", experiment, lambda: mean_passage_time(experiment))
    if not isinstance(predicted, float) or not math.isfinite(predicted):
        return min(_MOST, most)
    return int(min(math.ceil(_PASSAGES * predicted / experiment.time_step), most))


def _rounded(steps: float, every: int) -> int:
    return max(every, math.ceil(steps / every) * every)


def better_window(
    drawn: NDArray[np.float64],
    domain: tuple[Interval, ...],
    bearable: float = 1e-3,
    wells: NDArray[np.float64] | None = None,
) -> tuple[Interval, ...] | None:
    """A window for positions (walkers, axes) where `domain` misses over a `bearable` share or is far too wide.

    Those of the `wells` (m, axes) that are in `domain` stay in the window, walkers or none.
    """
    low, high = held_range(drawn)
    ends = np.array(domain)
    if wells is not None:
        held = wells[((wells >= ends[:, 0]) & (wells <= ends[:, 1])).all(axis=1)]
        # As much room about a well as the walkers take up: where there are walkers it changes nothing.
        room = np.minimum((high - low) / 2, (ends[:, 1] - ends[:, 0]) / 4)
        for well in held[((held < low) | (held > high)).any(axis=1)]:
            low, high = np.minimum(low, well - room), np.maximum(high, well + room)
    outside = ((drawn < ends[:, 0]) | (drawn > ends[:, 1])).any(axis=1).mean()
    if outside < bearable and np.all((high - low) * 1.25 > 0.4 * (ends[:, 1] - ends[:, 0])):
        return None
    return widened(low, high)
