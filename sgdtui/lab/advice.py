"""What to try next: dials whose turning would change the verdict, worked out from the predictions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sgdtui.lab.foretold import foretold
from sgdtui.lab.predictions import bin_edges
from sgdtui.model.experiment import Experiment
from sgdtui.predict.gibbs.chosen_temperature import gibbs_law
from sgdtui.predict.prediction import Prediction
from sgdtui.preset.text.problem import PresetError

HOLDS = 0.01
"""A total variation distance of Gibbs from the SDE's law below which it is said to hold."""

CLEARLY = 0.05
"""One above which it is said not to."""

STILL = 1e-6
"""A curl (per unit area) below which nothing is said to turn."""

TURNS = 1e-2
"""One above which something is said to."""

MOST = 2
"""Pieces of advice."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Turning `dial` to `value` would lead to `what`, from `now` to `then` in the number that is told."""

    dial: str
    value: float
    what: str
    now: float
    then: float


def advise(experiment: Experiment, cancelled: Callable[[], bool] = lambda: False) -> tuple[Advice, ...]:
    """At most `MOST` dials; none where the system has no loss or more than two coordinates, or nothing would change.

    On the line the distance of Gibbs from the Fokker–Planck law is told, in the plane the curl of the thermodynamic
    force: both cost little, and it is they that a dial of the loss or the noise changes.
    """
    if experiment.system.surface is None or experiment.dimension != len(experiment.space.axes):
        return ()
    measure = {1: _distance, 2: _turning}.get(experiment.dimension)
    now = measure(experiment) if measure is not None else None
    if measure is None or now is None:
        return ()
    found: list[Advice] = []
    for dial, value in _turned(experiment):
        if cancelled():
            return ()
        then = _of(experiment, dial, value, measure)
        advice = _told(dial, value, now, then, experiment.dimension) if then is not None else None
        if advice is not None and advice.dial not in {a.dial for a in found}:
            found.append(advice)
    return tuple(sorted(found, key=lambda a: abs(a.now - a.then), reverse=True)[:MOST])


def _turned(experiment: Experiment) -> Iterator[tuple[str, float]]:
    """Every parameter to nought where it may be, to half and to twice its value, inside its range."""
    for parameter in experiment.parameters:
        low = parameter.minimum if parameter.minimum is not None else float("-inf")
        high = parameter.maximum if parameter.maximum is not None else float("inf")
        for value in (0.0, parameter.value / 2, 2 * parameter.value, 0.5 * (parameter.value or 1.0) + 0.5):
            if low <= value <= high and value != parameter.value:
                yield parameter.name, value


def _of(
    experiment: Experiment, dial: str, value: float, measure: Callable[[Experiment], float | None]
) -> float | None:
    from sgdtui.preset.change import changed

    try:
        return measure(changed(experiment, {dial: value}))
    except (PresetError, ValueError, ArithmeticError):  # a value that this system cannot have
        return None


def _distance(experiment: Experiment) -> float | None:
    from sgdtui.predict.diffusion.law import fokker_planck

    edges = bin_edges(experiment)
    gibbs, smooth = gibbs_law(experiment, edges, None), fokker_planck(experiment, edges)
    if not isinstance(gibbs, Prediction) or not isinstance(smooth, Prediction):
        return None
    return foretold({"gibbs": gibbs, "fokker-planck": smooth}, is_sde=True).get("gibbs")


def _turning(experiment: Experiment) -> float | None:
    """The middle size of the curl of F = -Σ⁻¹(2g/η + ∇·Σ) over the window: nought where no current need flow."""
    from sgdtui.predict.diffusion.curl import curl

    field = curl(experiment, bin_edges(experiment))
    known = np.abs(field[np.isfinite(field)]) if field is not None else np.zeros(0)
    return float(np.median(known)) if known.size else None


def _told(dial: str, value: float, now: float, then: float, dimension: int) -> Advice | None:
    """A change of class: from wrong to right, or from right to wrong."""
    right, wrong = (HOLDS, CLEARLY) if dimension == 1 else (STILL, TURNS)
    back, away = ("back to Gibbs", "not Gibbs") if dimension == 1 else ("nothing turns", "it turns")
    if now > wrong and then < right:
        return Advice(dial, value, back, now, then)
    if now < right and then > wrong:
        return Advice(dial, value, away, now, then)
    return None
