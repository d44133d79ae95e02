"""The driver's columns of first passages, read as `PassageCounts`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.simulate.count.counts import PassageCounts
from sgdtui.simulate.driver.layout import (
    ARRIVAL_BINS,
    ARRIVED,
    FIRST_ARRIVAL_BIN,
    PASSAGE_COLUMNS,
    STEPS,
    STEPS_SQUARED,
)


def bin_edges_of_arrivals() -> NDArray[np.float64]:
    """(ARRIVAL_BINS + 1,) the least number of steps of each bin, whole numbers; the last bin has no end."""
    first = np.arange(1.0, 4.0)
    octave, part = np.divmod(np.arange(ARRIVAL_BINS - len(first)), 4)
    return np.concatenate([first, (4.0 + part) * 2.0**octave, [np.inf]])


def passage_columns(observables: int) -> int:
    """Columns of the passages of a group, with so many observed expressions."""
    return PASSAGE_COLUMNS + observables * ARRIVAL_BINS


def passage_counts(
    columns: NDArray[np.float64], walkers: NDArray[np.int64], going: NDArray[np.int64], elapsed: int
) -> PassageCounts:
    """What the driver counted in `columns` (groups, passage_columns(m)) over `elapsed` steps."""
    bins = columns[:, FIRST_ARRIVAL_BIN:PASSAGE_COLUMNS]
    return PassageCounts(
        stopped=columns[:, ARRIVED].astype(np.int64),
        steps=columns[:, STEPS].copy(),
        steps_squared=columns[:, STEPS_SQUARED].copy(),
        walkers=walkers,
        going=going,
        elapsed=elapsed,
        edges=bin_edges_of_arrivals(),
        arrivals=bins[:, :ARRIVAL_BINS].copy(),
        arrival_steps=bins[:, ARRIVAL_BINS:].copy(),
        observables=columns[:, PASSAGE_COLUMNS:].reshape(len(columns), -1, ARRIVAL_BINS).copy(),
    )
