"""What keeps the picture of the distribution from twitching between two frames."""

from __future__ import annotations

from dataclasses import dataclass, field

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.scale import SteadyTop
from sgdtui.tui.draw.steady import Steady


@dataclass(slots=True)
class Memory:
    """What keeps the picture from twitching between two frames."""

    top: SteadyTop = field(default_factory=SteadyTop)
    bars: Steady = field(default_factory=Steady)
    residual: Steady = field(default_factory=Steady)
    measured: Steady = field(default_factory=Steady)
    predicted: Steady = field(default_factory=Steady)
    signed: Steady = field(default_factory=Steady)
    generation: int = -1

    def start(self, snapshot: Snapshot, smooth: bool) -> None:
        """Forgets everything when the run has restarted, or when nothing is to be smoothed."""
        slack = 0.75 if smooth else 0.5
        for steady in (self.bars, self.residual, self.measured, self.predicted, self.signed):
            steady.slack = slack
            if snapshot.generation != self.generation:
                steady.forget()
        if snapshot.generation != self.generation:
            self.top = SteadyTop()
            self.generation = snapshot.generation
