"""Walkers for which `until` holds: when each arrived and what was observed of it there; then it is stopped."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.simulate.driver.lanes import lanes_of, part, piece
from sgdtui.simulate.driver.layout import (
    ARRIVAL_BINS,
    ARRIVED,
    FIRST_ARRIVAL_BIN,
    PASSAGE_COLUMNS,
    STEPS,
    STEPS_SQUARED,
)


@part
def any_arrived(hits: Any, lanes: Any) -> Any:
    """Whether any lane is marked."""
    total = 0.0
    for j in range(lanes):
        total += hits[j]
    return total > 0.0


@piece
def arrival_bin(took: Any) -> Any:
    """The bin of a number of steps, at least 1: see `ARRIVAL_BINS`. In whole numbers, so that edges are exact."""
    if took < 4:
        return took - 1
    octave = 2
    while took >> (octave + 1) > 0:
        octave += 1
    return min(3 + 4 * (octave - 2) + ((took >> (octave - 2)) & 3), ARRIVAL_BINS - 1)


@part
def stop_arrived(
    walkers: Any, hits: Any, observed: Any, lanes: Any, lo: Any, hi: Any, groups_from: Any, groups_to: Any,
    bounds: Any, took: Any, passage: Any,
) -> None:  # fmt: skip
    """A walker for which the step left 1.0 in `hits` has arrived after `took` steps: it leaves the averages.

    `observed` are the rows of the observed expressions at the places of all lanes.
    """
    place = FIRST_ARRIVAL_BIN + arrival_bin(took)
    steps = float(took)
    for group in range(groups_from, groups_to):
        first, last = lanes_of(group, bounds, lo, hi)
        own = hits[first:last]
        arrived = 0.0
        for j in range(len(own)):
            arrived += own[j]
        if arrived > 0.0:
            passage[group, ARRIVED] += arrived
            passage[group, STEPS] += arrived * steps
            passage[group, STEPS_SQUARED] += arrived * steps * steps
            passage[group, place] += arrived
            passage[group, place + ARRIVAL_BINS] += arrived * steps
            for row in range((passage.shape[1] - PASSAGE_COLUMNS) // ARRIVAL_BINS):
                values = observed[row, first:last]
                total = 0.0
                for j in range(len(own)):
                    total += values[j] if own[j] == 1.0 else 0.0
                passage[group, place + (2 + row) * ARRIVAL_BINS] += total
    for row in range(walkers.shape[0]):
        x = walkers[row]
        for j in range(lanes):
            x[j] = np.nan if hits[j] == 1.0 else x[j]
