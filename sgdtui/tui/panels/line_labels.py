"""Words in the picture of a line: what the bars are, what the line is, and the two numbers of the verdict's sentence.

The sentence speaks of one part of the line, "x < 0". There, and nowhere else, both numbers are written once more: they
are the same numbers of the same thing. Under the bars a heavy rule says where "here" is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.expression.numeric import evaluate
from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.labels import Lines, place_first
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.predictions import label_of, short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import percent
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.headline import Contrast, contrast_of
from sgdtui.tui.panels.on_the_way import expected_of, way_name
from sgdtui.tui.view import View, names_of, walkers_of

HERE = " here "
"""What stands on the heavy rule where it is long enough."""


def told_of(view: View, snapshot: Snapshot) -> Contrast | None:
    """What the labels tell: of the prediction that is drawn, if the run refutes it."""
    shown = view.shown()
    if view.settling or view.stale or shown is None or shown not in snapshot.misplaced:
        return None
    comparison = snapshot.comparisons.get(shown)
    return contrast_of(snapshot, shown) if comparison is not None and comparison.agrees is False else None


def part_of(snapshot: Snapshot, contrast: Contrast, box: Box) -> NDArray[np.bool_]:
    """The columns of the box (columns,) that belong to the part which a contrast speaks of; none of them where a
    condition asks for more than the coordinate that is drawn.
    """
    middles = box.low + (np.arange(box.columns) + 0.5) / max(box.columns, 1) * (box.high - box.low)
    if contrast.condition is None:
        low = -np.inf if contrast.share.low is None else contrast.share.low
        high = np.inf if contrast.share.high is None else contrast.share.high
        return np.asarray((middles > low) & (middles < high))
    known: dict[str, Any] = {**snapshot.experiment.values, names_of(snapshot)[0]: middles}
    if not contrast.condition.names <= known.keys():
        return np.zeros(box.columns, bool)
    return np.asarray(evaluate(contrast.condition, known) > 0)


def draw_part(canvas: Canvas, box: Box, y: int, part: NDArray[np.bool_]) -> None:
    """The rule under the bars, heavy where the part is."""
    light, heavy = ("-", "=") if canvas.look.ascii else ("─", "━")
    canvas.fill(box.x, y, box.columns, 1, light, Role.RULE)
    if part.all() or not part.any():
        return
    for begin, end in _runs(part):
        canvas.write(box.x + begin, y, heavy * (end - begin), Role.TEXT)
    begin, end = _longest(part)
    if end - begin >= width_of(HERE) + 4:
        canvas.write(box.x + (begin + end - width_of(HERE)) // 2, y, HERE, Role.TEXT, weight=BOLD)


def _runs(part: NDArray[np.bool_]) -> list[tuple[int, int]]:
    borders = np.flatnonzero(np.diff(np.concatenate([[0], part.astype(int), [0]])))
    return list(zip(borders[0::2].tolist(), borders[1::2].tolist(), strict=True))


def _longest(part: NDArray[np.bool_]) -> tuple[int, int]:
    return max(_runs(part), key=lambda run: run[1] - run[0])


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Writes the labels: `line` (2·columns,) or None and `bars` (columns,) are the heights, `cell` gives the cell of a
    height in a column, `ruled` says whether the rule that `draw_part` draws has a row.
    """

    canvas: Canvas
    view: View
    snapshot: Snapshot
    memory: Memory
    box: Box
    line: NDArray[np.float64] | None
    bars: NDArray[np.float64]
    ink: int
    cell: Callable[[int, float], tuple[int, int]]
    ruled: bool

    def draw(self, contrast: Contrast | None) -> None:
        """All labels: the numbers first, names where there is room left."""
        if self.view.fork is not None:
            dots = "~~~" if self.canvas.look.ascii else "⠤⠤⠤"
            self.canvas.write(self.box.x + 1, self.box.y, f" before {dots}", Role.FORK)
        bars: list[Lines] = [[(f"{walkers_of(self.snapshot)}, measured", Role.SGD_TEXT)]]
        if contrast is None:
            self._at("line", self._line_top(), self._names())
            self._at("bars", self._bars_top(), bars)
            return
        part = part_of(self.snapshot, contrast, self.box)
        if contrast.more:
            self._at("bars", self._bars_top(part), self._numbers(contrast))
            self._at("line", self._line_top(), [[(self._name(), self.ink)]])
        else:
            self._at("line", self._line_top(part), self._numbers(contrast))
            self._at("bars", self._bars_top(), bars)

    def _numbers(self, contrast: Contrast) -> list[Lines]:
        """Measured and predicted, the first of them what there is more of; ever shorter."""
        share = contrast.share
        measured, says = percent(share.measured, share.se), percent(share.predicted)
        who, name, short = walkers_of(self.snapshot), self._name(), self._short()
        found: list[Lines] = []
        for where in ("here", f"have {contrast.where}")[:: 1 if self.ruled else -1]:
            lines = [(f"{who}: {measured} {where}", Role.SGD_TEXT), (f"{name}: {says} {where}", self.ink)]
            found.append(lines if contrast.more else lines[::-1])
        lines = [(f"{who}: {measured}", Role.SGD_TEXT), (f"{short}: {says}", self.ink)]
        lines = lines if contrast.more else lines[::-1]
        return [*found, lines, lines[:1]]

    def _name(self) -> str:
        shown = self.view.shown()
        return label_of(shown) if shown is not None else ""

    def _short(self) -> str:
        shown = self.view.shown()
        return short_of(shown) if shown is not None else ""

    def _names(self) -> list[Lines]:
        """What the line is, and whether the run agrees with it; and in fewer words."""
        if self.line is None or not self._name():
            return []
        if expected_of(self.view) is not None:
            return [[(f"{way_name(self.view)} at this moment", self.ink)]]
        comparison = self.snapshot.comparisons.get(self.view.shown() or "")
        if comparison is None or self.view.stale or self.view.settling:
            return [[(self._name(), self.ink)]]
        agrees = {True: "agrees ≈", False: "differs ≠", None: "cannot be told yet ?"}[comparison.agrees]
        return [[(f"{self._name()} {agrees}", self.ink)], [(self._name(), self.ink)]]

    def _at(self, key: str, anchor: tuple[int, int], ways: list[Lines]) -> None:
        place_first(self.canvas, self.box, anchor, ways, self.memory.labels, key)

    def _line_top(self, part: NDArray[np.bool_] | None = None) -> tuple[int, int]:
        """Where the line is highest above the bars, of a part; of all of it the top of the line if it is nowhere."""
        line = self.line[::2] if self.line is not None else self.bars
        over = np.nan_to_num(line - self.bars, nan=-np.inf)
        if part is not None and part.any():
            over = np.where(part, over, -np.inf)
        column = int(np.argmax(over)) if over.max() > 0 else int(np.argmax(np.nan_to_num(line)))
        return self.cell(column, float(np.nan_to_num(line[column])))

    def _bars_top(self, part: NDArray[np.bool_] | None = None) -> tuple[int, int]:
        """Where the bars are highest; of a part the middle of its walkers."""
        if part is None or not part.any():
            column = int(np.argmax(self.bars))
        else:
            begin, end = _longest(part)
            weight = np.nan_to_num(self.bars[begin:end]) + 1e-300
            column = begin + round(float(np.average(np.arange(end - begin), weights=weight)))
        return self.cell(column, float(self.bars[column]))
