"""Where the walkers settle on a line: bars, one bold prediction, and under the same x the loss and the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction
from sgdtui.tui.draw.bars import bins_of, columns_of, draw_bars
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.cursor import mark_cursor, write_readout
from sgdtui.tui.draw.curves import dot_positions, draw_curve
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.plain import shorten
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.predictions import ink_of, short_of
from sgdtui.tui.draw.ribbon import draw_ribbon
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import count, finite_range, number, tick_labels, ticks, with_error
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.draw.walkers import draw_steps, draw_walkers
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.gutter import gutter_of
from sgdtui.tui.panels.headline import Contrast
from sgdtui.tui.panels.line_labels import Labels, draw_part, part_of, told_of
from sgdtui.tui.panels.on_the_way import expected_of
from sgdtui.tui.view import View, names_of, walkers_of

HEADROOM = 1.12
"""The top of the axis over the highest bar or line, so that a label fits above it."""


def density_at(prediction: Prediction, positions: np.ndarray) -> np.ndarray | None:
    """A 1-D prediction's density at `positions`; None for a singular law."""
    density = prediction.density
    return None if density is None else binned_at(prediction.edges[0], density, positions)


def binned_at(edges: np.ndarray, density: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """A density on bins at `positions`: in steps where the bins are few, else between their middles."""
    if len(density) < 40:
        steps: np.ndarray = density[bins_of(edges, positions)]
        return steps
    centres = (edges[:-1] + edges[1:]) / 2
    values: np.ndarray = np.interp(positions, centres, density)
    return values


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows under the title are shared; those that are 0 are left out."""

    plot: int
    rule: int
    loss: int
    ribbon: int
    ticks: int


def rows_of(height: int, landscape: bool) -> Rows:
    """The plot has at least half of them. `landscape`: whether there is a loss and a noise to be drawn."""
    ribbon = int(landscape and height >= 7)
    loss = max(2, (height - 2) * 3 // 10) if landscape and height >= 9 else 0
    rule = int(height >= 13)
    return Rows(height - 1 - ribbon - loss - rule, rule, loss, ribbon, 1)


def title_of(view: View, snapshot: Snapshot, cells: int) -> str:
    """Where do N walkers settle? As long as there is room, and as they do."""
    walkers = f"{snapshot.walkers:,}".replace(",", " ")
    verb = "are the" if view.settling else "do"
    longest = f"Where {verb} {walkers} walkers{' now' if view.settling else ' settle'}?"
    shorter = f"Where {verb} {count(snapshot.walkers)} walkers{' now' if view.settling else ' settle'}?"
    return next((title for title in (longest, shorter) if width_of(title) + 4 <= cells), "Where?")


def draw_line(canvas: Canvas, view: View, snapshot: Snapshot, memory: Memory, focused: bool) -> Box | None:
    """The whole panel for one coordinate; the box of the plot, None where there is no room for one."""
    title = title_of(view, snapshot, canvas.width)
    _draw_title(canvas, title, view, snapshot, focused)
    gutter = gutter_of(canvas.width)
    rows = rows_of(canvas.height - 1, snapshot.drift is not None)
    if rows.plot < 2 or canvas.width < gutter + 4:
        return None
    edges = snapshot.edges[0]
    low, high = float(edges[0]), float(edges[-1])
    page = _Page(canvas, view, snapshot, memory, gutter, low, high)
    box = page.plot(rows.plot)
    y = 1 + rows.plot
    told = told_of(view, snapshot)
    if rows.rule:
        part = part_of(snapshot, told, box) if told is not None else np.zeros(box.columns, bool)
        draw_part(canvas, box, y, part)
    y += rows.rule
    if rows.loss:
        page.landscape(Box(gutter, y, box.columns, rows.loss, low, high))
    y += rows.loss
    if rows.ribbon:
        page.ribbon(box, y)
    page.ticks(box, canvas.height - 1)
    page.cursor(box, canvas.height - 1)
    page.labels(box, told, bool(rows.rule))
    return box


def _draw_title(canvas: Canvas, title: str, view: View, snapshot: Snapshot, focused: bool) -> None:
    notes = []
    if snapshot.outside > 5e-4:
        notes.append(f"{number(100 * snapshot.outside, 2)} % outside")
    shown = view.shown()
    if view.keys:
        notes.append(f"p: {short_of(shown) if shown else 'no prediction'}")
        notes.append("f: full")
    while notes and width_of(title) + width_of(view.look.say(" · ".join(notes))) + 10 > canvas.width:
        notes.pop()
    draw_title(canvas, title, focused, " · ".join(notes))


@dataclass(slots=True)
class _Page:
    """What is drawn of one frame, all over one x axis from `low` to `high` right of `gutter` cells."""

    canvas: Canvas
    view: View
    snapshot: Snapshot
    memory: Memory
    gutter: int
    low: float
    high: float
    line: np.ndarray | None = None
    bars: np.ndarray | None = None
    peak: float = 1.0

    @property
    def name(self) -> str:
        """Of the axis."""
        return names_of(self.snapshot)[0]

    def plot(self, rows: int) -> Box:
        """Bars with the one line over them."""
        canvas, view, snapshot, memory = self.canvas, self.view, self.snapshot, self.memory
        columns = canvas.width - self.gutter
        density = snapshot.instant if view.settling else snapshot.density
        heights = columns_of(snapshot.edges[0], density, self.low, self.high, columns)
        positions = dot_positions(self.low, self.high, columns)
        self.bars, self.line = heights, self._line_at(positions)
        peak = finite_range([heights, *([self.line] if self.line is not None else [])])[1]
        bars_peak = float(np.nanmax(heights, initial=0.0))
        top = memory.top.of(min(peak, 40 * bars_peak or peak) * HEADROOM / 1.12)
        self.peak = top
        box = Box(self.gutter, 1, columns, rows, self.low, self.high, 0.0, top)
        self._scale(box)
        draw_bars(canvas, box.x, box.y, columns, rows, heights, top, memory.bars)
        if view.fork is not None and len(view.fork.edges) == 1:
            before = columns_of(view.fork.edges[0], view.fork.density, self.low, self.high, 2 * columns)
            draw_curve(canvas, box.x, box.y, columns, rows, before / top, Role.FORK, "before")
        if self.line is not None:
            draw_curve(canvas, box.x, box.y, columns, rows, self.line / top, self._line_ink(), bold=True)
        return box

    def _line_at(self, positions: np.ndarray) -> np.ndarray | None:
        """The law of this moment while walkers are on their way, else the prediction that was chosen."""
        expected, shown = expected_of(self.view), self.view.shown()
        if expected is not None:
            return binned_at(self.snapshot.edges[0], expected, positions)
        return density_at(self.snapshot.predictions[shown], positions) if shown else None

    def _line_ink(self) -> int:
        if expected_of(self.view) is not None:
            return Role.ACCENT
        shown = self.view.shown()
        return Role.FAINT if self.view.stale or shown is None else ink_of(shown)

    def _scale(self, box: Box) -> None:
        """The numbers of p left of the plot."""
        canvas, ascii = self.canvas, self.view.look.ascii
        canvas.write(0, box.y, f"p({shorten(self.name, 5)})", Role.MUTED, cells=box.x - 3, align="right")
        values = ticks(0.0, box.top, max(1, box.rows // 4))
        for value, label in zip(values, tick_labels(values), strict=True):
            row = box.y + min(box.rows - 1, int((1 - value / box.top) * box.rows))
            if row > box.y:
                canvas.write(0, row, label, Role.MUTED, cells=box.x - 3, align="right")
                canvas.write(box.x - 2, row, "-|" if ascii else "─┤", Role.RULE)

    def landscape(self, box: Box) -> None:
        """The loss, or a flat line where there is none, and the watched walkers on it."""
        canvas, view, drift = self.canvas, self.view, self.snapshot.drift
        assert drift is not None
        points, density = drift.points[0], self.snapshot.density
        positions = dot_positions(self.low, self.high, box.columns)
        levels = np.zeros(len(positions))
        if drift.loss is not None:
            weight = density if np.max(density, initial=0.0) > 0 else self.snapshot.instant
            seen = np.where(weight > 1e-4 * np.max(weight, initial=0.0), drift.loss, np.nan)
            bottom, top = finite_range([seen])
            top = min(finite_range([drift.loss])[1], bottom + 1.15 * max(top - bottom, 1e-12))
            levels = (np.interp(positions, points, np.nan_to_num(drift.loss)) - bottom) / max(
                top - bottom, 1e-300
            )
            shown = np.where(levels <= 1.0, levels, np.nan)
            draw_curve(canvas, box.x, box.y, box.columns, box.rows, shown, Role.LOSS, "ground")
            self._gutter_text(box.y, f"loss L({self.name})", "L")
        else:
            canvas.fill(
                box.x, box.y + box.rows - 1, box.columns, 1, "." if view.look.ascii else "·", Role.RULE
            )
            self._gutter_text(box.y, "no loss", "no L")
        sample = self.snapshot.sample
        if sample is not None and view.walkers and len(sample):
            x = sample[:, 0]
            on_curve = np.clip(levels, 0.0, 1.0)
            height = np.interp(np.nan_to_num(x), positions, on_curve)
            place = Box(box.x, box.y, box.columns, box.rows, self.low, self.high)
            if self.memory.before is not None:
                were = self.memory.before[:, 0]
                before = (were, np.interp(np.nan_to_num(were), positions, on_curve))
                draw_steps(canvas, place, before, x, height)
            draw_walkers(canvas, place, x, height)
            if box.rows > 1:
                dot = "o" if view.look.ascii else "●"
                end = self._gutter_text(box.y + 1, f"{len(sample)} of them", str(len(sample)))
                canvas.write(end + 1, box.y + 1, dot, Role.WALKER, weight=BOLD)

    def ribbon(self, box: Box, y: int) -> None:
        """The noise from quiet to loud."""
        drift = self.snapshot.drift
        assert drift is not None
        middles = self.low + (np.arange(box.columns) + 0.5) / box.columns * (self.high - self.low)
        inside = (middles >= drift.points[0][0]) & (middles <= drift.points[0][-1])
        values = np.interp(middles, drift.points[0], drift.variance)
        draw_ribbon(
            self.canvas, box.x, y, box.columns, np.where(inside | np.isfinite(values), values, np.nan)
        )
        self._gutter_text(y, f"noise Σ({self.name})", "noise")

    def _gutter_text(self, y: int, long: str, short: str) -> int:
        said = self.view.look.say(long)
        text = said if width_of(said) <= self.gutter - 1 else short
        return self.canvas.write(0, y, text, Role.MUTED, cells=self.gutter - 1)

    def ticks(self, box: Box, y: int) -> None:
        """The numbers of x, and its name at the right end."""
        name = shorten(self.view.look.say(self.name), max(box.columns // 3, 4))
        values = ticks(box.low, box.high, max(2, box.columns // 12))
        keep = box.x + box.columns - width_of(name) - 2
        for value, label in zip(values, tick_labels(values), strict=True):
            column = box.column_of(value)
            if column is None:
                continue
            x = max(box.x, column - width_of(label) // 2)
            if x + width_of(label) <= keep:
                self.canvas.write(x, y, label, Role.MUTED)
        self.canvas.write(box.x, y, name, Role.MUTED, cells=box.columns, align="right")

    def labels(self, box: Box, told: Contrast | None, ruled: bool) -> None:
        """What the line and the bars are, and the numbers in which they differ."""
        assert self.bars is not None
        labels = Labels(
            self.canvas, self.view, self.snapshot, self.memory, box, self.line, self.bars, self._line_ink(),
            self._cell, ruled,
        )  # fmt: skip
        labels.draw(told)

    def _cell(self, column: int, value: float) -> tuple[int, int]:
        rows = rows_of(self.canvas.height - 1, self.snapshot.drift is not None).plot
        row = int((1 - min(max(value / self.peak, 0.0), 1.0)) * rows)
        return self.gutter + column, max(1, row)

    # --- the cursor

    def cursor(self, box: Box, axis_row: int) -> None:
        """Φ with the numbers under it."""
        view, snapshot = self.view, self.snapshot
        column = box.column_of(view.cursor[0]) if view.cursor is not None else None
        if view.cursor is None or column is None:
            return
        mark_cursor(self.canvas, column, box.y, axis_row - box.y)
        self.canvas.write(column, axis_row, "Φ", Role.ACCENT)
        index = int(bins_of(snapshot.edges[0], view.cursor[0]))
        se = None if view.settling else float(snapshot.density_se[index])
        density = snapshot.instant if view.settling else snapshot.density
        lines: list[tuple[str, int]] = [
            (f"Φ {self.name} = {number(view.cursor[0])}", Role.ACCENT),
            (f"{walkers_of(snapshot)} {with_error(float(density[index]), se)}", Role.TEXT),
        ]
        for n, prediction in snapshot.predictions.items():
            predicted = prediction.density
            if predicted is not None and len(predicted) == len(density):
                lines.append((f"{short_of(n)} {number(float(predicted[index]), 4)}", ink_of(n)))
        drift = snapshot.drift
        if drift is not None and len(drift.variance) == len(density):
            if drift.loss is not None:
                lines.append((f"L {number(float(drift.loss[index]))}", Role.MUTED))
            lines.append((f"tr Σ {number(float(drift.variance[index]))}", Role.MUTED))
        write_readout(self.canvas, box, column, lines)
