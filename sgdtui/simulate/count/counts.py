"""What was counted: sums over recorded steps, kept apart for independent groups of walkers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class FlowCounts:
    """Sums over single steps from x to x' (time `dt`): those that lead to some of the recorded positions.

    `steps` (groups,) counts them; `entropy` (groups,) sums ∫F·dx from x to x', the entropy produced along the step,
    where F is the thermodynamic force D⁻¹(drift - (1 - a)∇·D) of the SDE in the convention a, for a = 0 and B = 1
    -Σ⁻¹(2g/η + ∇·Σ). It is None where it is not measured: on a line without a way round, over data, and with momentum,
    a schedule, a swarm or noise without a variance; and not finite for a group in which Σ had no inverse. `area`
    (groups,) sums x₀x₁' - x₁x₀', None unless there are two coordinates; `displacement` (groups, bins…, axes) sums
    x'-x by the bin of x along the drawn axes, and `visits` (groups, bins…) counts them. Sums are not divided by the
    time step.
    """

    dt: float
    steps: NDArray[np.int64]
    entropy: NDArray[np.float64] | None
    area: NDArray[np.float64] | None
    displacement: NDArray[np.float64]
    visits: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PassageCounts:
    """First passages (`until`), by group of walkers.

    stopped        (groups,) walkers that have arrived
    steps          (groups,) the sum of the steps that they took; `steps_squared` of their squares
    walkers        (groups,) walkers in all; those neither stopped nor `going` are lost
    going          (groups,) walkers still on their way after `elapsed` steps
    edges          (bins + 1,) bin j holds arrivals after edges[j] to edges[j + 1] - 1 steps
    arrivals       (groups, bins) how many arrived then; `arrival_steps` the sum of the steps that they took
    observables    (groups, m, bins) sums of each observed expression over the places where walkers arrived then
    """

    stopped: NDArray[np.int64]
    steps: NDArray[np.float64]
    steps_squared: NDArray[np.float64]
    walkers: NDArray[np.int64]
    going: NDArray[np.int64]
    elapsed: int
    edges: NDArray[np.float64]
    arrivals: NDArray[np.float64]
    arrival_steps: NDArray[np.float64]
    observables: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Everything that was recorded since the statistics began.

    The first axis of every array is the group. Groups are disjoint sets of walkers (whole swarms where there are
    swarms), so that they are independent and the spread between them gives every standard error; with too few
    walkers a group is one walker during one stretch of time, long against the correlation time where the run
    allows it (`time_batched` says so).

    edges          one array of bin edges an axis, uniform
    samples        (groups,) recorded positions of living walkers
    histogram      (groups, bins…) those inside the window
    outside        (groups,) those outside it
    first          (groups, d) sums of x
    second         (groups, d, d) sums of x xᵀ
    observables    (groups, m) sums of each observed expression, in the experiment's order
    lost           walkers dropped so far (non-finite, or |x| > 1e12)
    """

    edges: tuple[NDArray[np.float64], ...]
    samples: NDArray[np.int64]
    histogram: NDArray[np.int64]
    outside: NDArray[np.int64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    observables: NDArray[np.float64]
    lost: int
    flow: FlowCounts | None = None
    passage: PassageCounts | None = None
    time_batched: bool = False

    @property
    def groups(self) -> int:
        """The number of groups."""
        return len(self.samples)

    @property
    def total(self) -> int:
        """Recorded positions in all."""
        return int(self.samples.sum())

    @property
    def density(self) -> NDArray[np.float64]:
        """The measured density per unit length or area, (bins…); its integral is the share inside the window."""
        volume = np.ones(())
        for axis_edges in self.edges:
            volume = np.multiply.outer(volume, np.diff(axis_edges))
        density: NDArray[np.float64] = self.histogram.sum(axis=0) / max(self.total, 1) / volume
        return density
