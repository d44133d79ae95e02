"""What would decide an undecided run, in words and as the change of dials that does it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.scale import count, number
from sgdtui.tui.view import View

RELAXATIONS = 5
"""Relaxation times that burn-in must have."""

MOST_WALKERS = 1_000_000
"""More are not asked for."""

SOON = 120.0
"""Seconds within which a run that only needs more samples is left to go on by itself."""


@dataclass(frozen=True, slots=True)
class Decider:
    """`what` would decide; `changes` of dials that do it (none: the run does it by itself), and what is `done` then."""

    what: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    done: str = ""


def decider_of(view: View) -> Decider | None:
    """What would decide the run that is shown; None where nothing is open."""
    snapshot = view.snapshot
    if snapshot is None or view.settling or view.stale or snapshot.verdict is None:
        return None
    if snapshot.verdict.text != "undecided":
        return None
    if not snapshot.settled:
        return _settling(snapshot)
    return _sampling(snapshot)


def _settling(snapshot: Snapshot) -> Decider:
    """The burn-in is too short, or it is not known whether it is."""
    relaxation, step = snapshot.relaxation_time, snapshot.experiment.time_step
    burn_in = snapshot.experiment.run.burn_in or 0
    if relaxation is None:
        return Decider(
            "No relaxation time is known, so the run itself must show that nothing moves: let it go on."
        )
    needed = math.ceil(RELAXATIONS * relaxation / step)
    what = f"{count(needed)} steps of burn-in would decide, the preset has {count(burn_in)}"
    return Decider(what, {"burn_in": needed}, f"burn-in is {count(needed)} steps now")


def _walking(snapshot: Snapshot) -> Decider:
    """Beyond what is drawn no grid carries a law: what is open there is measured, and walkers measure it."""
    absent = snapshot.absences.get("gibbs")
    unknown = f"Gibbs is not known here ({absent.reason}). " if absent is not None else ""
    walkers = min(MOST_WALKERS, 4 * snapshot.walkers)
    if walkers <= snapshot.walkers:
        return Decider(f"{unknown}Only a longer run would decide: let it go on.")
    what = f"{unknown}More samples would decide: {count(walkers)} walkers, or wait"
    return Decider(what, {"walkers": walkers}, f"{count(walkers)} walkers now")


def _sampling(snapshot: Snapshot) -> Decider:
    gibbs = snapshot.comparisons.get("gibbs")
    more = gibbs.more_samples if gibbs is not None else None
    if more is not None and more > 1:
        seconds = snapshot.seconds * (more - 1)
        walkers = min(MOST_WALKERS, 2 ** math.ceil(math.log2(snapshot.walkers * min(more, 64.0))))
        if seconds <= SOON or walkers <= snapshot.walkers:
            return Decider(f"{number(more, 2)} times more samples would decide: about {seconds:.0f} s more")
        what = f"{number(more, 2)} times more samples would decide: {count(walkers)} walkers, or wait"
        return Decider(what, {"walkers": walkers}, f"{count(walkers)} walkers now")
    dynamics = snapshot.experiment.dynamics
    if dynamics.is_sde:
        return Decider(
            "A smaller dt would decide", {"dt": dynamics.dt / 2}, f"dt is {number(dynamics.dt / 2)} now"
        )
    if snapshot.experiment.dimension > len(snapshot.edges):
        return _walking(snapshot)
    bins = snapshot.edges[0].size - 1
    return Decider("A finer grid would decide", {"bins": 2 * bins}, f"{2 * bins} bins now")
