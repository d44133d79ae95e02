"""What keeps the picture of the distribution from twitching between two frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.scale import SteadyTop
from sgdtui.tui.draw.steady import Steady


@dataclass(frozen=True, slots=True, eq=False)
class Contours:
    """Contour lines as characters (rows, columns), of the array `law` that they were made from, and the cell
    (column, row) of the outermost that a label may stand at.
    """

    law: np.ndarray
    dots: NDArray[np.uint32]
    anchor: tuple[int, int]

    def fits(self, law: np.ndarray, columns: int, rows: int) -> bool:
        """Whether they are of this very array at this size."""
        return self.law is law and self.dots.shape == (rows, columns)


@dataclass(slots=True)
class Memory:
    """What keeps the picture from twitching between two frames."""

    top: SteadyTop = field(default_factory=SteadyTop)
    bars: Steady = field(default_factory=Steady)
    across: Steady = field(default_factory=Steady)
    up: Steady = field(default_factory=Steady)
    measured: Steady = field(default_factory=Steady)
    generation: int = -1
    step: int = -1
    sample: np.ndarray | None = None
    before: np.ndarray | None = None
    labels: dict[str, tuple[int, int]] = field(default_factory=dict)
    contours: Contours | None = None

    def start(self, snapshot: Snapshot, smooth: bool) -> None:
        """Forgets everything when the run has restarted, or when nothing is to be smoothed."""
        self._watch(snapshot)
        slack = 0.75 if smooth else 0.5
        for steady in (self.bars, self.across, self.up, self.measured):
            steady.slack = slack
            if snapshot.generation != self.generation:
                steady.forget()
        if snapshot.generation != self.generation:
            self.top = SteadyTop()
            self.contours = None
            self.generation = snapshot.generation

    def _watch(self, snapshot: Snapshot) -> None:
        """Where the watched walkers were one step ago, in `before`; None where more than one step has gone by."""
        if snapshot.step == self.step and snapshot.generation == self.generation:
            return
        before, now = self.sample, snapshot.sample
        follows = snapshot.step == self.step + 1
        same = before is not None and now is not None and before.shape == now.shape
        self.before = before if follows and same else None
        self.step, self.sample = snapshot.step, now
