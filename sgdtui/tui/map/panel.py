"""The panel of the map: chart, cursor and what is known of the point under it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.message import Message

from sgdtui.sweeps.table import SweepTable
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import number, with_error
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.map.axis import said
from sgdtui.tui.map.chart import VERDICT, Chart
from sgdtui.tui.map.drawing import draw_axes, draw_cells, draw_cursor, draw_legend
from sgdtui.tui.map.verdicts import glyph_of
from sgdtui.tui.panels.panel import Panel


class PointChosen(Message):
    """The point under the cursor should be opened."""


class MapPanel(Panel):
    """The heat map."""

    TITLE = "Map"
    READING = (
        "Each cell is one run of the sweep, shaded by the measure; the letter says its verdict: G Gibbs,\n"
        "e in equilibrium but not Gibbs, n out of equilibrium, x no stationary law, ? undecided, ! failed.\n"
        "Empty: not run yet. x y change the axes, b the measure, v shows the verdicts alone, i the contour,\n"
        "( ) its level, h the settings that are held, X Y and z the logarithms. Arrows move, Enter opens the\n"
        "point as a live run."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.table: SweepTable | None = None
        self.chart: Chart | None = None
        self.title, self.note = "Map", ""
        self.level: float | None = None
        self.log_shade = False
        self.entry = 0
        self.box: Box | None = None
        self.owner: NDArray[np.intp] = np.zeros((0, 0), np.intp)

    def paint(self, canvas: Canvas) -> None:
        """Draws the map."""
        draw_title(canvas, self.title, self.has_focus, self.note)
        chart = self.chart
        if canvas.width < 40 or canvas.height < 12:
            canvas.write(0, 1, "the map needs 60×20 cells", Role.MUTED)
            self.box = None
            return
        if chart is None or not len(chart.rows):
            canvas.write(2, 2, "no point has been run yet; the map fills while the sweep writes", Role.MUTED)
            self.box = None
            return
        inner = Canvas(canvas.width, canvas.height - 4, canvas.look)
        box = draw_axes(inner, chart, 0)
        self.owner = chart.nearest(box.columns, box.rows)
        draw_cells(inner, box, chart, self.owner, self.level, self.log_shade)
        self.entry = min(self.entry, len(chart.rows) - 1)
        draw_cursor(inner, box, chart, self.owner, self.entry)
        canvas.put(0, 1, inner)
        self.box = Box(box.x, box.y + 1, box.columns, box.rows, box.low, box.high, box.bottom, box.top)
        draw_legend(canvas, canvas.height - 3, chart, self.log_shade, self.level)
        self._write_point(canvas, canvas.height - 2, chart)

    def _write_point(self, canvas: Canvas, y: int, chart: Chart) -> None:
        assert self.table is not None
        row = int(chart.rows[self.entry])
        columns = self.table.columns
        settings = "  ".join(f"{name} {said(columns[name][row])}" for name in self.table.settings)
        x = canvas.write(1, y, plain(settings), Role.ACCENT, weight=BOLD, cells=canvas.width - 2)
        error = columns.get("error", [None] * (row + 1))[row]
        if error:
            canvas.write(1, y + 1, f"! {plain(str(error))}", Role.BAD, cells=canvas.width - 2)
            return
        measure = chart.choice.measure
        told = []
        if measure != VERDICT and math.isfinite(chart.values[self.entry]):
            se = columns.get(f"{measure}_se", [None] * (row + 1))[row]
            told.append(
                f"{measure} {with_error(chart.values[self.entry], se if isinstance(se, float) else None)}"
            )
        letter, words, ink = glyph_of(chart.verdicts[self.entry])
        x = 1
        if chart.verdicts[self.entry]:
            x = canvas.write(1, y + 1, f"{letter} {words}", ink, weight=BOLD) + 2
        seconds = columns.get("seconds", [None] * (row + 1))[row]
        if isinstance(seconds, int | float):
            told.append(f"{number(float(seconds))} s")
        canvas.write(x, y + 1, " · ".join(told), Role.TEXT, cells=canvas.width - x - 1)

    def on_click(self, event: events.Click) -> None:
        """Chooses the point under the mouse; a double click opens it."""
        box = self.box
        if box is None:
            return
        column, row = event.x - box.x, event.y - box.y
        if 0 <= column < box.columns and 0 <= row < box.rows and self.owner[row, column] >= 0:
            self.entry = int(self.owner[row, column])
            self.repaint()
            if event.chain >= 2:
                self.post_message(PointChosen())
