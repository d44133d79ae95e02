"""The last minutes of a live run, in bounded memory: snapshots to step back through, and how distances converged."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.lab.snapshot import Snapshot

REACH = 300.0
"""Seconds that can be stepped back."""
_FRESH = 10.0
_SPACING = 2.0
"""Every snapshot of the last ten seconds is kept, of older ones one in two seconds."""
_POINTS = 512
"""Most points of a convergence curve; then every other one goes."""


@dataclass(frozen=True, slots=True, eq=False)
class Convergence:
    """Distances (TV) of the present generation against its samples: `samples` (n,), and (n,) for each prediction.

    `floor` is what sampling error alone would show; NaN where there was no comparison.
    """

    samples: Array
    time: Array
    distance: dict[str, Array]
    floor: dict[str, Array]


@dataclass(frozen=True, slots=True)
class _Point:
    samples: int
    time: float
    distance: dict[str, float]
    floor: dict[str, float]


class History:
    """Remembers the snapshots of one run. Not thread-safe: to be kept by the thread that shows them."""

    def __init__(self) -> None:
        self._kept: list[tuple[float, Snapshot]] = []
        self._points: list[_Point] = []
        self._generation = -1

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, snapshot: Snapshot, now: float) -> None:
        """Remember a snapshot taken at `now`, in seconds of any steady clock."""
        self._kept.append((now, replace(snapshot, series=None)))
        self._thin(now)
        if snapshot.generation != self._generation:
            self._generation, self._points = snapshot.generation, []
        last = self._points[-1].samples if self._points else 0
        if snapshot.comparisons and snapshot.samples > last and snapshot.phase != "settling":
            self._points.append(_point(snapshot))
            if len(self._points) > _POINTS:
                self._points = [*self._points[:-1:2], self._points[-1]]

    def back(self, steps: int) -> Snapshot | None:
        """The snapshot `steps` before the newest one (0), the oldest that is kept at most; None if there is none."""
        if not self._kept:
            return None
        return self._kept[max(0, len(self._kept) - 1 - max(steps, 0))][1]

    def age(self, steps: int) -> float:
        """How many seconds `back(steps)` lies behind the newest snapshot."""
        if not self._kept:
            return 0.0
        return self._kept[-1][0] - self._kept[max(0, len(self._kept) - 1 - max(steps, 0))][0]

    def convergence(self) -> Convergence:
        """How the distances went since the statistics of the present generation began."""
        names = sorted({name for point in self._points for name in point.distance})
        return Convergence(
            samples=np.array([p.samples for p in self._points], dtype=float),
            time=np.array([p.time for p in self._points], dtype=float),
            distance={n: np.array([p.distance.get(n, np.nan) for p in self._points]) for n in names},
            floor={n: np.array([p.floor.get(n, np.nan) for p in self._points]) for n in names},
        )

    def _thin(self, now: float) -> None:
        kept: list[tuple[float, Snapshot]] = []
        for when, snapshot in self._kept:
            if now - when > REACH:
                continue
            fresh = now - when <= _FRESH
            if fresh or not kept or when - kept[-1][0] >= _SPACING:
                kept.append((when, snapshot))
        self._kept = kept


def _point(snapshot: Snapshot) -> _Point:
    def number(value: float | None) -> float:
        return float("nan") if value is None else value

    found = snapshot.comparisons
    return _Point(
        snapshot.samples,
        snapshot.time,
        {name: number(c.distances.tv) for name, c in found.items()},
        {name: number(c.floor.tv) for name, c in found.items()},
    )
