"""Convergence: each prediction's distance to the histogram against time in log, with its noise floor."""

from __future__ import annotations

from collections import deque

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import Line, draw_lines
from sgdtui.tui.draw.predictions import ink_of, pattern_of, short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View

KEPT = 600


class History:
    """Distances of one generation as the snapshots came: time, and TV and floor by prediction."""

    def __init__(self) -> None:
        self.generation = -1
        self.times: deque[float] = deque(maxlen=KEPT)
        self.tv: dict[str, deque[float]] = {}
        self.floor: deque[float] = deque(maxlen=KEPT)

    def take(self, snapshot: Snapshot) -> None:
        """Adds a snapshot; a new generation starts a new history."""
        if snapshot.generation != self.generation:
            self.__init__()  # type: ignore[misc]
            self.generation = snapshot.generation
        if not snapshot.comparisons or (self.times and snapshot.time <= self.times[-1]):
            return
        self.times.append(snapshot.time)
        floors = [c.floor.tv for c in snapshot.comparisons.values() if c.floor.tv is not None]
        self.floor.append(floors[0] if floors else float("nan"))
        for name, comparison in snapshot.comparisons.items():
            line = self.tv.setdefault(name, deque([float("nan")] * (len(self.times) - 1), maxlen=KEPT))
            line.append(comparison.distances.tv if comparison.distances.tv is not None else float("nan"))

    def lines(self, snapshot: Snapshot | None) -> list[Line]:
        """What the panel draws: what was seen, else what the run itself recorded."""
        series = snapshot.series if snapshot is not None else None
        if len(self.times) < 2 and series is not None and len(series.time) > 1:
            return [
                Line(
                    series.time,
                    values,
                    ink_of(name),
                    pattern_of(name),
                    short_of(name),
                )
                for name, values in series.distance.items()
            ]
        times = np.array(self.times)
        lines = []
        for name, values in self.tv.items():
            heights = np.full(len(times), np.nan)
            heights[len(times) - len(values) :] = values
            lines.append(Line(times, heights, ink_of(name), pattern_of(name), short_of(name)))
        if lines:
            lines.append(Line(times, np.array(self.floor), Role.MUTED, "dotted", "floor"))
        return lines


def draw_history(canvas: Canvas, history: History, snapshot: Snapshot | None, focused: bool = False) -> None:
    """The whole panel."""
    x = draw_title(canvas, "Convergence", focused)
    lines = history.lines(snapshot)
    for line in lines:
        if x + len(line.label) + 4 < canvas.width:
            x = canvas.write(x, 0, f" {line.label} ", line.ink)
    longest = max((len(line.x) for line in lines), default=0)
    box = None
    if longest > 1:
        box = draw_lines(
            canvas, 0, 1, canvas.width, canvas.height - 1, lines, x_name="t", y_name="TV", logarithmic=True
        )
    if box is None:
        canvas.write(2, max(1, canvas.height // 2), "after the walkers have settled", Role.MUTED)


class Convergence(Panel):
    """Distances against time."""

    PICTURE = True
    TITLE = "Convergence"
    JUMP = "g"
    READING = (
        "TV(t) of the histogram so far to each prediction, in log, and the floor that sampling error alone gives.\n"
        "A true prediction follows the floor down; a wrong one levels off at its real distance."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.history = History()

    def show(self, view: View) -> None:
        """Takes a new view; remembers its distances."""
        if view.snapshot is not None:
            self.history.take(view.snapshot)
        super().show(view)

    def paint(self, canvas: Canvas) -> None:
        """Draws the history."""
        draw_history(canvas, self.history, self.view.snapshot, self.has_focus)
