"""The histogram on its way, held against the law that is predicted for its own time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.compare.distance import floors
from sgdtui.lab.on_the_way import has_law_on_the_way
from sgdtui.lab.snapshot import Transient
from sgdtui.model.experiment import Experiment
from sgdtui.predict.registry import on_its_way
from sgdtui.total_variation import total_variation

MOMENTS = 12
"""Moments of a run that are compared, evenly spread in the logarithm of time."""

Moment = tuple[float, NDArray[np.int32], int]
"""A time, the histogram then (bins…), and how many walkers were alive."""


def transient(
    experiment: Experiment, edges: tuple[Array, ...], moments: Sequence[Moment], step_error: float = 0.0
) -> Transient | None:
    """Hold up to `MOMENTS` of the moments against p(x, t), or None where that is not known.

    See `sgdtui.lab.on_the_way` for whose law that is and where there is none. `step_error` is the total variation that
    the finite dt of an SDE makes; it joins the error of the grid that p(x, t) was worked out on (NaN: not known).
    """
    known = on_its_way(experiment)
    if known is None or not has_law_on_the_way(experiment):
        return None
    later = [moment for moment in moments if moment[0] > 0 and moment[2] > 0]
    if not later:
        return None
    chosen = _spread_out([time for time, _, _ in later])
    times = np.array([later[i][0] for i in chosen])
    name, evolution = known
    foreseen = evolution(experiment, edges, times)
    if foreseen is None:
        return None
    laws, errors = foreseen
    distance, floor = [], []
    for law, place in zip(laws, chosen, strict=True):
        _, histogram, alive = later[place]
        share = histogram / alive
        outside = max(0.0, 1.0 - float(law.sum()))
        distance.append(total_variation(share, law, 1 - float(share.sum()), outside))
        shown = floors(alive, law, edges, outside).tv
        floor.append(float("nan") if shown is None else shown)
    error = np.minimum(errors + step_error, 1.0)
    return Transient(name, times, np.array(distance), np.array(floor), error)


def _spread_out(times: Sequence[float]) -> list[int]:
    """The places of up to `MOMENTS` of increasing times."""
    wanted = np.geomspace(times[0], times[-1], MOMENTS)
    return sorted({int(np.argmin(np.abs(np.log(np.array(times) / at)))) for at in wanted})
