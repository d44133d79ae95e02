"""Whether the walkers have found the wells: the share in each, measured and predicted, and what it would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.lab.plan import RELAXATIONS, Resolved
from sgdtui.lab.predictions import Foresight
from sgdtui.lab.snapshot import WellReport
from sgdtui.model.experiment import Experiment
from sgdtui.predict.registry import PREDICTIONS
from sgdtui.predict.time.relaxation import knows_wells
from sgdtui.predict.time.well_shares import Crossing, crossing, predicted_shares
from sgdtui.predict.time.wells import Wells, find_wells

_FOLLOWED = 8
"""So many times the places of the search for wells are followed to see which wells walkers are in."""
_CLEAR = 0.95
"""The share of walkers that must lead to some well, for the shares to mean anything."""
_NOTICED = 1e-4
"""A predicted share below this is nobody's loss."""
_APART = 4.0
"""Shares differ that are so many standard errors apart."""
_CROSSINGS = 30
"""Walkers seen to have crossed, below which nothing is read off them."""
_FORGOTTEN = 0.7
"""The memory of wells, from when sampling began to now, above which shares that stay say nothing."""
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True, eq=False)
class Whereabouts:
    """Where the same walkers were when sampling began (None: not known), and are now, each (walkers, d)."""

    earlier: Array | None
    now: Array


@dataclass(frozen=True, slots=True, eq=False)
class Settling:
    """How far a run has settled, by what is known beside its wells.

    resolved  its relaxation time
    still     whether averages stood still between the halves of the run; None: not known
    walkers   where they are: asked for where it matters
    burnt_in  the time of burn-in, in units of t
    """

    resolved: Resolved
    still: bool | None
    walkers: Callable[[], Whereabouts]
    burnt_in: float


class WatchedWells:
    """The wells of one experiment after another, looked for once for each."""

    def __init__(self) -> None:
        self._of: Experiment | None = None
        self._wells: Wells | None = None
        self._foresight: Foresight | None = None
        self._predicted: dict[str, Array] = {}

    def report(
        self, experiment: Experiment, foresight: Foresight, settled: bool | None, state: Settling
    ) -> WellReport | None:
        """What there is to say about the wells; None: nothing, or a run that has settled by a time that knows them."""
        by_time = bool(settled) and state.resolved.origin == "predicted"
        if by_time and knows_wells(experiment):
            return None
        walkers = state.walkers()
        if self._of is not experiment:
            # Looked for once, found or not: what was too costly now is too costly at the next look.
            self._of, self._wells, self._foresight = experiment, None, None
            self._wells = wells_of(experiment, walkers.now)
        wells = self._wells
        if wells is None or (by_time and _all_in_window(experiment, wells)):
            return None
        if self._foresight is not foresight:
            self._foresight = foresight
            self._predicted = predicted_shares(experiment, wells, foresight.predictions)
        predicted_time = state.resolved.relaxation_time if state.resolved.origin == "predicted" else None
        return report_on_wells(experiment, wells, self._predicted, walkers, predicted_time)


def _all_in_window(experiment: Experiment, wells: Wells) -> bool:
    """Whether all wells are on a plane that is drawn, so that the operator there knows them."""
    if experiment.dimension != 2 or experiment.dynamics.momentum or experiment.space.domain is None:
        return False
    ends = np.array(experiment.space.domain)
    return len(ends) == 2 and bool(np.all((wells.places >= ends[:, 0]) & (wells.places <= ends[:, 1])))


def wells_of(experiment: Experiment, walkers: Array) -> Wells | None:
    """The wells of a system that has more than one and noise that might lead from one to another; else None.

    Workers of a swarm pull each other out of wells: where one rests depends on the others.
    """
    swarm = experiment.dynamics.swarm
    if swarm is not None and swarm.size > 1 and swarm.coupling != 0:
        return None
    wells = find_wells(experiment, walkers)
    if wells is None or wells.count < 2:
        return None
    with np.errstate(all="ignore"):
        noise = np.einsum("nii->n", wells.system.covariance(wells.places))
    return wells if np.any(noise > 0) else None


def report_on_wells(
    experiment: Experiment,
    wells: Wells,
    predicted: dict[str, Array],
    walkers: Whereabouts,
    relaxation: float | None = None,
) -> WellReport | None:
    """Hold the shares of the wells against the laws; None where walkers are not in wells, or all where they should be.

    Args:
        experiment: with its window.
        wells: of it.
        predicted: the share of each by the name of a law.
        walkers: where they are.
        relaxation: the slowest predicted time, in units of t, for the sentence.
    """
    now, earlier = walkers.now, walkers.earlier
    chosen = np.unique(np.linspace(0, len(now) - 1, min(len(now), _FOLLOWED * 512)).astype(int))
    labels = wells.of(now[chosen])
    alive = np.isfinite(now[chosen]).all(axis=1)
    known = labels >= 0
    if not alive.any() or known.sum() < _CLEAR * alive.sum():
        return None
    count = int(known.sum())
    measured = np.bincount(labels[known], minlength=wells.count) / count
    error = np.sqrt(np.maximum(measured * (1 - measured), 1 / count) / count)
    wanted = measured > 0
    for share in predicted.values():
        wanted |= share > _NOTICED
    report = WellReport(wells.places, measured, error, predicted)
    if wanted.sum() < 2 and predicted:
        return report  # all where all should be
    own = _own(experiment, predicted)
    if own is not None and _agree(measured, own, count):
        return report
    was = None if earlier is None else wells.of(earlier[chosen])
    if was is not None and _has_settled(was, labels, own, wells.count):
        return report
    most, lacking = _whence_and_where(measured, own, predicted)
    takes = crossing(experiment, wells, most, lacking) if lacking != most else None
    why = _sentence(report, most, lacking, takes, relaxation)
    return WellReport(
        wells.places,
        measured,
        error,
        predicted,
        None if takes is None else takes.time,
        "" if takes is None else takes.of,
        False,
        why,
    )


def settled_with_wells(
    state: Settling, settled: bool | None, report: WellReport | None
) -> tuple[bool | None, str]:
    """Whether a run has settled, wells and all, and the sentence where it is they that have not.

    Args:
        state: how far it is.
        settled: by its relaxation time.
        report: on its wells; None where there is nothing to say about them.
    """
    if report is None:
        return settled, ""
    if not report.found:
        return False, report.why
    within = state.resolved.within
    if settled is False and within is not None and state.burnt_in >= RELAXATIONS * within:
        return state.still, ""  # too short to cross, but walkers need not: each well has its share
    return settled, ""


def _own(experiment: Experiment, predicted: dict[str, Array]) -> Array | None:
    """By the law of the process itself, else the next best."""
    order = ("fokker-planck", "transfer") if experiment.dynamics.is_sde else ("transfer", "fokker-planck")
    return next((predicted[name] for name in (*order, "gibbs") if name in predicted), None)


def _agree(measured: Array, law: Array, count: int) -> bool:
    spread = np.sqrt(np.maximum(law * (1 - law), 1e-12) / count)
    return bool(np.all(np.abs(measured - law) <= _APART * spread + 1 / count))


def _has_settled(was: NDArray[np.intp], now: NDArray[np.intp], own: Array | None, wells: int) -> bool:
    """Whether walkers were seen to forget which well they were in while the shares stayed: then the shares had settled.

    With the second eigenvalue λ of the seen hops, shares move by (1 - λ) of what they are off; into every well that
    matters by the law of the process, where one is known, somebody must have come.
    """
    both = (was >= 0) & (now >= 0)
    was, now = was[both], now[both]
    if np.sum(was != now) < _CROSSINGS:
        return False
    before, after = np.bincount(was, minlength=wells), np.bincount(now, minlength=wells)
    if own is not None and np.any((own > _NOTICED) & (after == 0)):
        return False
    visited = np.flatnonzero(before + after)
    hops = np.array([[np.sum((was == a) & (now == b)) for b in visited] for a in visited], dtype=float)
    leaving = hops.sum(axis=1)
    if np.any(leaving == 0):
        return False
    slowest = float(np.sort(np.abs(np.linalg.eigvals(hops / leaving[:, None])))[-2])
    # Each share's change is a sum over walkers of -1, 0 and 1: as many of either as came and went.
    moved = np.abs(after - before)[visited]
    noise = np.sqrt(leaving + hops.sum(axis=0) - 2 * np.diag(hops))
    return slowest <= _FORGOTTEN and bool(np.all(moved <= _APART * np.maximum(noise, 1.0)))


def _whence_and_where(measured: Array, own: Array | None, predicted: dict[str, Array]) -> tuple[int, int]:
    """The well with the most walkers, and the one that lacks most of them by some law."""
    most = int(np.argmax(measured))
    missing = [share - measured for share in ([own] if own is not None else []) + list(predicted.values())]
    for gap in missing:
        lacking = int(np.argmax(gap))
        if lacking != most and gap[lacking] > 0:
            return most, lacking
    others = np.argsort(measured)
    return most, int(others[0]) if int(others[0]) != most else int(others[-1])


# --- the sentence


def _sentence(
    report: WellReport, most: int, lacking: int, takes: Crossing | None, relaxation: float | None
) -> str:
    matter = report.measured.copy()
    for share in report.predicted.values():
        matter = np.maximum(matter, share)
    others = [int(well) for well in np.argsort(-matter)[:_MOST_TOLD] if matter[well] > _NOTICED]
    told = list(dict.fromkeys([most, lacking, *others]))
    wells = "; ".join(_well(report, well) for well in told)
    emptier = [PREDICTIONS[name].said for name, share in report.predicted.items() if share[most] < 0.5]
    first = "Not settled: the walkers' shares of the wells are not those of a law, and hardly change"
    if emptier and report.measured[most] > 0.5:
        by = "" if len(emptier) == len(report.predicted) else f" by {' and '.join(emptier)}"
        first = f"Not settled: the walkers sit in the emptier well{by}"
    sentence = f"{first} ({wells})."
    if takes is None and relaxation is not None:
        return f"{sentence} Their slowest relaxation time is t = {relaxation:.3g}."
    if takes is None:
        return f"{sentence} How long it takes from one to the other is not known."
    return (
        f"{sentence} From {_at(report.places[most])} to {_at(report.places[lacking])} takes {_time(takes)}."
    )


def _well(report: WellReport, well: int) -> str:
    laws = ", ".join(
        f"{PREDICTIONS[name].said} {_share(share[well])}" for name, share in report.predicted.items()
    )
    predicted = f", predicted: {laws}" if laws else ", no law predicts it"
    return f"at {_at(report.places[well])} {_share(report.measured[well])} of them{predicted}"


def _at(place: Array) -> str:
    shown = [f"{coordinate:.3g}" for coordinate in np.where(np.abs(place) < 1e-9, 0.0, place)[:3]]
    more = ", …" if len(place) > 3 else ""
    return f"({', '.join(shown)}{more})" if len(place) > 1 else shown[0]


def _share(share: float) -> str:
    if share in (0.0, 1.0) or 1e-3 <= share <= 0.999:
        return f"{share:.3g}"
    return f"{share:.1e}" if share < 0.5 else f"1 - {1 - share:.1e}"


def _time(takes: Crossing) -> str:
    time = f"t = {takes.time:.3g}" if np.isfinite(takes.time) else "longer than any number tells"
    long = takes.stretch > 0.2
    caveat = (
        f"; steps as long as these, η times curvature {takes.stretch:.2g}, may cross sooner" if long else ""
    )
    return f"{time} in the mean by {takes.of}{caveat}"
