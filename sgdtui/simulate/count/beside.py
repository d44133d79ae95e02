"""What is measured of walkers between steps: expressions that name quantities, by group of walkers, and who arrived.

A place of some quantities costs as much as thousands of steps. So they are measured of as many walkers of each group
as stepping pays for, at every so many records, and where even that is long, of some of the groups at a time. All this
follows from the experiment alone, so that the numbers are the same on any machine.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression import Expression
from sgdtui.model.experiment import Experiment
from sgdtui.model.quantities import beside_steps, seconds_a_place, values_at, waits_beside_steps
from sgdtui.simulate.count.arrivals import bin_edges_of_arrivals
from sgdtui.simulate.count.groups import Layout
from sgdtui.simulate.driver.layout import (
    ARRIVAL_BINS,
    ARRIVED,
    FIRST_ARRIVAL_BIN,
    PASSAGE_COLUMNS,
    STEPS,
    STEPS_SQUARED,
)

_FEWEST = 2
"""Walkers of each group that are measured at least."""
_CALL = 1e-3
"""Seconds that a measurement takes however few walkers it is of."""
_LONGEST = 0.3
"""Seconds that one measurement may take: signals wait for no more."""
_STEP = 3e-10
"""Seconds of a step of one walker, for each number that it goes through."""
_OFTEN = 8
"""Records between two measurements at most where groups are stretches of time."""


class Beside:
    """The measurements of one experiment.

    columns  which of the observed expressions are measured here
    waits    whether `until` is looked at here
    stride   records from one measurement to the next; the first record is measured too
    """

    def __init__(self, experiment: Experiment, layout: Layout) -> None:
        self.columns = beside_steps(experiment)
        self.waits = waits_beside_steps(experiment)
        self._layout = layout
        self.stride, self._each, self._parts = 1, 1, 1
        if self.columns:
            self._share_out(experiment)

    def _share_out(self, experiment: Experiment) -> None:
        groups, bounds = self._layout.groups, self._layout.bounds
        place = seconds_a_place(experiment, self._of(experiment))
        examples = experiment.system.examples_a_step(experiment.dynamics.batch) or 1
        stepping = int(bounds[-1]) * 3.0 * experiment.dimension * examples * _STEP * experiment.run.every
        most = int(np.diff(bounds).min())
        self._each = int(min(max(stepping / (place * groups), _FEWEST), most))
        taken = _CALL + self._each * groups * place
        self._parts = min(max(1, math.ceil(taken / _LONGEST)), groups)
        self.stride = 2 ** max(0, math.ceil(math.log2(taken / self._parts / stepping)))
        if self._layout.time_batched:
            self.stride = min(self.stride, _OFTEN)

    def _of(self, experiment: Experiment) -> list[Expression]:
        return [experiment.observe[i][1] for i in self.columns]

    def is_due(self, records: int) -> bool:
        """Whether the `records`-th record is measured."""
        return bool(self.columns) and (records == 1 or records % self.stride == 0)

    def until_due(self, records: int) -> int:
        """Records from the `records`-th to the next that is measured."""
        return 1 if records < 1 else self.stride - records % self.stride

    def add(
        self, experiment: Experiment, state: Array, records: int, step: int, time: float, sums: Array
    ) -> None:
        """Measure some walkers, and add sums and how many there were to `sums` (groups, columns, 2)."""
        turn = (records // self.stride) % self._parts
        chosen = np.arange(turn, self._layout.groups, self._parts)
        first = self._layout.bounds[chosen]
        walkers = (first[:, None] + np.arange(self._each)).ravel()
        places = state[: experiment.dimension, walkers].T
        alive = np.isfinite(places).all(axis=1)
        seen = np.full((len(places), len(self.columns)), np.nan)
        seen[alive] = values_at(experiment, self._of(experiment), places[alive], float(step), time)
        values = seen.reshape(len(chosen), self._each, -1)
        counted = np.isfinite(values)
        sums[chosen, :, 0] += np.where(counted, values, 0.0).sum(axis=1)
        sums[chosen, :, 1] += counted.sum(axis=1)

    def stop_arrived(
        self, experiment: Experiment, state: Array, step: int, took: int, time: float, passage: Array
    ) -> None:
        """Walkers for which `until` holds leave the averages (see `sgdtui.simulate.driver.arrivals`)."""
        assert experiment.until is not None
        dimension = experiment.dimension
        going = np.flatnonzero(np.isfinite(state).all(axis=0))
        holds = values_at(experiment, [experiment.until], state[:dimension, going].T, float(step), time)
        arrived = going[holds[:, 0] == 1.0]
        if not len(arrived):
            return
        group = np.searchsorted(self._layout.bounds, arrived, side="right") - 1
        count = np.bincount(group, minlength=len(passage)).astype(float)
        place = FIRST_ARRIVAL_BIN + int(np.searchsorted(bin_edges_of_arrivals(), took, side="right") - 1)
        passage[:, ARRIVED] += count
        passage[:, STEPS] += count * took
        passage[:, STEPS_SQUARED] += count * took * took
        passage[:, place] += count
        passage[:, place + ARRIVAL_BINS] += count * took
        observed = [e for _, e in experiment.observe]
        seen = values_at(experiment, observed, state[:dimension, arrived].T, float(step), time)
        for row in range((passage.shape[1] - PASSAGE_COLUMNS) // ARRIVAL_BINS):
            total = np.bincount(group, seen[:, row], minlength=len(passage))
            passage[:, place + (2 + row) * ARRIVAL_BINS] += total
        state[:, arrived] = np.nan


def woven(
    columns: tuple[int, ...],
    counted: NDArray[np.float64],
    measured: NDArray[np.float64],
    samples: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The sums of all observed expressions (groups, m): those of the kernel, and those measured between steps as if
    they had been at every record. A group of which nothing was measured yet gets what the others give on average.
    """
    if not columns:
        return counted.copy()
    sums, sizes = measured[..., 0], measured[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        average = sums.sum(axis=0) / sizes.sum(axis=0)
        means = np.where(sizes > 0, sums / sizes, average)
    whole = np.empty((len(samples), counted.shape[1] + len(columns)))
    whole[:, list(columns)] = means * samples[:, None]
    whole[:, [i for i in range(whole.shape[1]) if i not in columns]] = counted
    return whole
