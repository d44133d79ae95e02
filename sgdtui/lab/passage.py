"""First passages as measured: the mean over all walkers, of which some may still be on their way.

All walkers are watched for the same number of steps T, so up to T the share that has not arrived is the Kaplan–Meier
estimate itself, and its sum over the steps the mean of min(τ, T). What is left is S(T)/h, with h the arrivals after a
moment t₀ over the steps walked after it: exact where the hazard is constant from t₀ on (a geometric tail), which is
tested on parts of the time watched. t₀ is about T/2; what the mean changes when it is 3T/4, beyond its noise, goes
into the standard error, which is jackknifed over the independent groups of walkers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sgdtui.lab.snapshot import AtExit, Observed, PassageReport
from sgdtui.model.experiment import Experiment
from sgdtui.simulate.count.counts import PassageCounts

FEWEST_ARRIVALS = 30
"""Arrivals in the last half of the time watched below which no mean is given."""
_MANY = 400
"""Arrivals in either half of the last half from which its constant hazard is believed though an earlier differed."""
_DIFFERENT = 3.3
"""Hazards that differ by so many standard errors are not the same."""
_PARTS = (0.25, 0.5, 0.75)
"""Where the time watched is cut to compare hazards."""
_SQRT_2 = float(np.sqrt(2.0))

Estimate = Callable[[PassageCounts, float | None], float]
"""From counts and the moment from which on the hazard is constant (None: all have arrived) to a number, maybe NaN."""


@dataclass(frozen=True, slots=True)
class PassageForesight:
    """What is predicted of a first passage, all times in units of t, None where it is not known.

    time         the SDE's mean time, exactly
    kramers      Kramers' estimate of it
    chain_time   the mean time of the very steps that are simulated
    observables  the average of each observed expression at the exit of the SDE, by name
    """

    time: float | None = None
    kramers: float | None = None
    chain_time: float | None = None
    observables: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class _Tail:
    """From which steps on (t₀, and a later one to see what it matters) the hazard is constant: None, None where all
    have arrived; or `why_not`.
    """

    first: float | None = None
    later: float | None = None
    why_not: str = ""


def passage_report(
    passage: PassageCounts | None,
    time_step: float | None,
    foreseen: PassageForesight,
    names: tuple[str, ...] = (),
    is_sde: bool = False,
    doubled: Observed | None = None,
) -> PassageReport | None:
    """First passages so far; None where none are asked for.

    Args:
        passage: what was counted.
        time_step: of one step; None where it changes from step to step.
        foreseen: what is predicted.
        names: of the observed expressions.
        is_sde: whether steps stand for an SDE, so that the chain's mean is off by what is missed between steps.
        doubled: the mean time of a run at 2 dt, where no prediction tells the bias of dt.
    """
    if passage is None:
        return None
    tail = _tail(passage)
    mean = _estimated(passage, tail, mean_steps)
    time = _scaled(mean, time_step)
    bias, sde_time = Observed(None), Observed(None)
    if is_sde:
        bias, sde_time = _without_bias(foreseen, time, doubled)
    predicted = foreseen.observables or {}
    return PassageReport(
        mean_steps=mean,
        mean_time=time.value,
        fraction=float(passage.stopped.sum() / max(passage.walkers.sum(), 1)),
        predicted_time=foreseen.time,
        kramers_time=foreseen.kramers,
        chain_time=foreseen.chain_time,
        bias_dt=bias,
        sde_time=sde_time,
        censored=bool(passage.going.sum() > 0),
        estimator=None if mean.value is None else _estimator(tail, time_step),
        why_not=tail.why_not,
        observables={
            name: AtExit(_estimated(passage, tail, _average_of(place)), predicted.get(name))
            for place, name in enumerate(names)
        },
    )


def bias_is_open(experiment: Experiment, foreseen: PassageForesight) -> bool:
    """Whether an SDE's first passages are measured whose bias of dt no prediction gives."""
    if experiment.until is None or not experiment.dynamics.is_sde:
        return False
    return foreseen.time is None or foreseen.chain_time is None


def mean_steps(passage: PassageCounts, tail: float | None) -> float:
    """The mean number of steps, with a constant hazard after `tail` steps; None: all have arrived. NaN if unknown."""
    stopped, going = passage.stopped.sum(), passage.going.sum()
    if stopped == 0:
        return float("nan")
    if tail is None:
        return float(passage.steps.sum() / stopped)
    arrived, walked = _after(passage, tail)
    if not arrived > 0:
        return float("nan")
    up_to_now = passage.steps.sum() + going * passage.elapsed
    return float((up_to_now + going * walked / arrived) / (stopped + going))


def _average_of(place: int) -> Estimate:
    """The average at the exit of the observed expression at a place: those on their way will be as the late ones."""

    def average(passage: PassageCounts, tail: float | None) -> float:
        sums = passage.observables[:, place]
        stopped, going = passage.stopped.sum(), passage.going.sum()
        if stopped == 0:
            return float("nan")
        if tail is None:
            return float(sums.sum() / stopped)
        late = passage.edges[:-1] > tail
        arrived = passage.arrivals[:, late].sum()
        if not arrived > 0:
            return float("nan")
        return float((sums.sum() + going * sums[:, late].sum() / arrived) / (stopped + going))

    return average


def _after(passage: PassageCounts, moment: float, until: float = np.inf) -> tuple[float, float]:
    """Arrivals after `moment` steps and by `until` (both edges of bins, less one), and all steps walked in between."""
    late = (passage.edges[:-1] > moment) & (passage.edges[:-1] <= until)
    later = passage.edges[:-1] > until
    arrivals, end = passage.arrivals, min(until, passage.elapsed)
    arrived = float(arrivals[:, late].sum())
    walked = float(passage.arrival_steps[:, late].sum()) - arrived * moment
    beyond = float(arrivals[:, later].sum()) + float(passage.going.sum())
    return arrived, walked + beyond * (end - moment)


def _tail(passage: PassageCounts) -> _Tail:
    """From where on the hazard is constant, or why that cannot be said."""
    if not passage.stopped.sum():
        return _Tail(why_not="no walker has arrived")
    if not passage.going.sum():
        return _Tail()
    cuts = [_edge_before(passage, share * passage.elapsed) for share in _PARTS]
    pieces = [_after(passage, low, high) for low, high in zip(cuts, [*cuts[1:], np.inf], strict=True)]
    before, middle, last = pieces
    if middle[0] + last[0] < FEWEST_ARRIVALS or last[0] == 0:
        arrived = middle[0] + last[0]
        return _Tail(
            why_not=f"only {arrived:.0f} walkers arrived in the last half of the run: too few for a mean"
        )
    changed = _differ(before, (middle[0] + last[0], middle[1] + last[1]))
    if _differ(middle, last) or (changed and min(middle[0], last[0]) < _MANY):
        rarer = last[0] / last[1] < before[0] / before[1] if before[1] > 0 and last[1] > 0 else False
        how = "rarer" if rarer else "more frequent"
        return _Tail(why_not=f"arrivals still became {how} with time: what is left cannot be extrapolated")
    return _Tail(cuts[1], cuts[2])


def _edge_before(passage: PassageCounts, steps: float) -> float:
    """A bin edge less one, about `steps`: arrivals after so many steps lie in the bin that begins there, or later."""
    edges = passage.edges
    return float(max(edges[np.searchsorted(edges, steps + 1, side="right") - 1] - 1, 0.0))


def _differ(one: tuple[float, float], two: tuple[float, float]) -> bool:
    """Whether two hazards, each arrivals over steps, differ; arrivals are as good as Poisson in steps walked."""
    (a, walked), (b, later) = one, two
    if walked <= 0 or later <= 0 or a + b == 0:
        return False
    # Of a + b arrivals at one hazard the first piece has the share of its steps.
    share = walked / (walked + later)
    spread = np.sqrt((a + b) * share * (1 - share))
    return bool(abs(a - (a + b) * share) > _DIFFERENT * spread)


def _estimated(passage: PassageCounts, tail: _Tail, estimate: Estimate) -> Observed:
    """An estimate and its standard error, from leaving out one group of walkers after the other."""
    if tail.why_not:
        return Observed(None)
    value, error = _jackknifed(passage, lambda p: estimate(p, tail.first))
    if error is not None and tail.first is not None:
        gap, noise = _jackknifed(passage, lambda p: estimate(p, tail.later) - estimate(p, tail.first))
        if gap is not None and noise is not None:
            error = float(np.sqrt(error**2 + max(0.0, gap**2 - noise**2)))
    return Observed(value, error)


def _jackknifed(
    passage: PassageCounts, estimate: Callable[[PassageCounts], float]
) -> tuple[float | None, float | None]:
    value = estimate(passage)
    groups = len(passage.walkers)
    if not np.isfinite(value):
        return None, None
    if groups < 2:
        return value, None
    others = np.array([estimate(_without(passage, group)) for group in range(groups)])
    error = float(np.sqrt((groups - 1) * np.mean((others - others.mean()) ** 2)))
    return value, error if np.isfinite(error) else None


def _without(passage: PassageCounts, group: int) -> PassageCounts:
    keep = np.arange(len(passage.walkers)) != group
    by_group = (
        "stopped",
        "steps",
        "steps_squared",
        "walkers",
        "going",
        "arrivals",
        "arrival_steps",
        "observables",
    )
    return replace(passage, **{name: getattr(passage, name)[keep] for name in by_group})


def _without_bias(
    foreseen: PassageForesight, time: Observed, doubled: Observed | None
) -> tuple[Observed, Observed]:
    """What the mean time of the steps has over the SDE's, predicted, else from a run at 2 dt; and the measured time
    without it.

    Between two steps the path may cross the bound and come back: the mean is too long by an amount in √dt, so it grows
    by √2 when dt is doubled (Gobet and Menozzi, Stoch. Proc. Appl. 120 (2010) 130).
    """
    if foreseen.time is not None and foreseen.chain_time is not None:
        bias = foreseen.chain_time - foreseen.time
        return Observed(bias, 0.0), Observed(None if time.value is None else time.value - bias, time.se)
    if doubled is None or doubled.value is None or time.value is None:
        return Observed(None), Observed(None)
    factor = 1 / (_SQRT_2 - 1)
    bias = factor * (doubled.value - time.value)
    bias_se = sde_se = None
    if doubled.se is not None and time.se is not None:
        bias_se = float(factor * np.hypot(doubled.se, time.se))
        sde_se = float(np.hypot((1 + factor) * time.se, factor * doubled.se))
    return Observed(bias, bias_se), Observed(time.value - bias, sde_se)


def _scaled(steps: Observed, time_step: float | None) -> Observed:
    if steps.value is None or time_step is None:
        return Observed(None)
    return Observed(steps.value * time_step, None if steps.se is None else steps.se * time_step)


def _estimator(tail: _Tail, time_step: float | None) -> str:
    if tail.first is None:
        return "mean over all walkers"
    at = f"step {tail.first:.0f}" if time_step is None else f"t = {tail.first * time_step:.3g}"
    return f"with the walkers still on their way, which arrive at the rate seen after {at}"
