"""The ends of every coordinate: open, reflecting or periodic, and where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Wall:
    """Both ends of one coordinate. `low` and `high` are the walls, or minus and plus infinity where it is open.

    `window` is what is drawn of it, (low, high), or None for a coordinate that is not drawn; `flips` are the
    coordinates whose sign a reflection turns.
    """

    kind: str
    low: float
    high: float
    window: tuple[float, float] | None
    flips: tuple[int, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether nothing can leave."""
        return self.kind != "open"


def walls(experiment: Experiment, edges: tuple[Array, ...]) -> tuple[Wall, ...]:
    """One wall a coordinate, (d,); `edges` are the bin edges of the drawn axes, whose ends are the walls."""
    found = [Wall("open", -np.inf, np.inf, None) for _ in range(experiment.dimension)]
    for position, axis in enumerate(experiment.space.axes):
        low, high = float(edges[position][0]), float(edges[position][-1])
        boundaries = experiment.space.boundaries
        boundary = boundaries[min(position, len(boundaries) - 1)]
        if boundary.kind == "open":
            found[axis] = Wall("open", -np.inf, np.inf, (low, high))
        else:
            found[axis] = Wall(boundary.kind, low, high, (low, high), boundary.flips)
    return tuple(found)
