"""What keeps the picture of the distribution from twitching between two frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.scale import SteadyTop
from sgdtui.tui.draw.steady import Steady


@dataclass(slots=True)
class Memory:
    """What keeps the picture from twitching between two frames."""

    top: SteadyTop = field(default_factory=SteadyTop)
    bars: Steady = field(default_factory=Steady)
    across: Steady = field(default_factory=Steady)
    up: Steady = field(default_factory=Steady)
    measured: Steady = field(default_factory=Steady)
    generation: int = -1
    labels: dict[str, tuple[int, int]] = field(default_factory=dict)
    contours: dict[object, NDArray[np.uint32]] = field(default_factory=dict)

    def start(self, snapshot: Snapshot, smooth: bool) -> None:
        """Forgets everything when the run has restarted, or when nothing is to be smoothed."""
        slack = 0.75 if smooth else 0.5
        for steady in (self.bars, self.across, self.up, self.measured):
            steady.slack = slack
            if snapshot.generation != self.generation:
                steady.forget()
        if snapshot.generation != self.generation:
            self.top = SteadyTop()
            self.contours.clear()
            self.generation = snapshot.generation
