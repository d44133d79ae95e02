"""The running sums that the driver adds to, and their turning into `Counts`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.simulate.count.beside import woven
from sgdtui.simulate.count.counts import Counts, FlowCounts, PassageCounts
from sgdtui.simulate.driver.layout import COPIES, DISPLACEMENT_UNITS, FLOW_COLUMNS
from sgdtui.simulate.machine.aligned import aligned_zeros


class Tally:
    """Sums for each group; with few walkers also for each of some stretches of time (see `close_batch`).

    The moments are summed around `shift` (the middle of the window), so that a narrow law far from the origin loses no
    digits. `NAMES` are the arrays that together are its state. Results must not depend on how the steps were divided
    among calls, so nothing is summed in an order that could change: sums and flow have a row for each group of each
    block (`row_groups`), and displacements are whole numbers, 2³² to the length of the window. `DRIVEN` are those that
    the driver adds to; `measured` (groups, columns, 2) is added to between steps: sums and how many, of the observed
    expressions `beside` (by their place among all).
    """

    DRIVEN = ("histogram", "sums", "flow", "displacement")
    NAMES = (*DRIVEN, "measured")

    def __init__(
        self,
        row_groups: NDArray[np.int64],
        dimension: int,
        bins: tuple[int, ...],
        observables: int,
        shift: Array,
        flowing: bool,
        entropic: bool = False,
        beside: tuple[int, ...] = (),
    ) -> None:
        self.dimension = dimension
        self.beside = beside
        self._starts = np.flatnonzero(np.diff(row_groups, prepend=-1))
        groups, rows = len(self._starts), len(row_groups)
        self.bins = bins
        self.shift = shift
        self.flowing = flowing
        self.entropic = entropic
        cells = int(np.prod([b + 2 for b in bins]))
        columns = 1 + dimension + dimension * (dimension + 1) // 2 + observables
        axes = len(bins)
        flow_cells = cells if flowing else 1
        copies, flow_columns = COPIES if axes == 1 else 1, FLOW_COLUMNS[axes]
        self.histogram = aligned_zeros(np.int64, groups, copies * cells).reshape(groups, copies, cells)
        self.sums = np.zeros((rows, columns))
        self.flow = np.zeros((rows, 3))
        displacement = aligned_zeros(np.int64, groups, flow_cells * flow_columns)
        self.displacement = displacement.reshape(groups, flow_cells, flow_columns)
        self.measured = np.zeros((groups, len(beside), 2))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The sums themselves, by name."""
        return {name: getattr(self, name) for name in self.NAMES}

    def driven(self) -> tuple[NDArray[Any], ...]:
        """Those that the driver adds to, in its order."""
        return tuple(getattr(self, name) for name in self.DRIVEN)

    def clear(self) -> None:
        """Set every sum to zero."""
        for array in self.arrays().values():
            array[...] = 0

    def counts(
        self,
        edges: tuple[Array, ...],
        lost: int,
        dt: float,
        passage: PassageCounts | None,
        batches: list[dict[str, NDArray[Any]]],
        time_batched: bool,
    ) -> Counts:
        """What was counted; `batches` are earlier stretches of time, to be put after each other as further groups."""
        stacks = {
            name: np.concatenate([self._by_group(name, each[name]) for each in (*batches, self.arrays())])
            for name in self.NAMES
        }
        sums, d = stacks["sums"], self.dimension
        samples = sums[:, 0]
        inside = stacks["histogram"].sum(axis=1).reshape(-1, *(b + 2 for b in self.bins))
        inside = inside[(slice(None), *(slice(1, -1) for _ in self.bins))]
        first = sums[:, 1 : 1 + d]
        second = np.empty((len(sums), d, d))
        column = 1 + d
        for c in range(d):
            for other in range(c + 1):
                second[:, c, other] = second[:, other, c] = sums[:, column]
                column += 1
        s = self.shift
        crossed = first[:, :, None] * s
        second = second + crossed + crossed.transpose(0, 2, 1) + samples[:, None, None] * np.outer(s, s)
        whole = samples.astype(np.int64)
        return Counts(
            edges=edges,
            samples=whole,
            histogram=np.ascontiguousarray(inside),
            outside=whole - inside.reshape(len(inside), -1).sum(axis=1),
            first=first + samples[:, None] * s,
            second=second,
            observables=woven(self.beside, sums[:, column:], stacks["measured"], samples),
            lost=lost,
            flow=self._flow(stacks, edges, dt) if self.flowing else None,
            passage=passage,
            time_batched=time_batched,
        )

    def _by_group(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        """The rows of a group added up."""
        return np.add.reduceat(array, self._starts, axis=0) if name in ("sums", "flow") else array

    def _flow(self, stacks: dict[str, NDArray[Any]], edges: tuple[Array, ...], dt: float) -> FlowCounts:
        units = np.array([axis[-1] - axis[0] for axis in edges]) / DISPLACEMENT_UNITS
        inner = (slice(None), *(slice(1, -1) for _ in self.bins))
        shape = tuple(b + 2 for b in self.bins)
        cells = stacks["displacement"].reshape(-1, *shape, FLOW_COLUMNS[len(self.bins)])[inner]
        return FlowCounts(
            dt=dt,
            steps=stacks["flow"][:, 0].astype(np.int64),
            entropy=stacks["flow"][:, 1].copy() if self.entropic else None,
            area=stacks["flow"][:, 2].copy() if self.dimension == 2 else None,
            displacement=cells[..., 1 : 1 + len(self.bins)] * units,
            visits=cells[..., 0].copy(),
        )
