"""The screen of a sweep's map. The table is read again whenever its file changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from sgdtui.sweeps.table import SweepTable, TableError, read_table
from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain, plain_lines
from sgdtui.tui.map.axis import said
from sgdtui.tui.map.chart import (
    VERDICT,
    Choice,
    chart_of,
    first_choice,
    holding,
    measures,
    others,
    point_of,
    values_of,
)  # fmt: skip
from sgdtui.tui.map.keys import MapKeys
from sgdtui.tui.map.levels import first_level, levels_of
from sgdtui.tui.map.panel import MapPanel, PointChosen
from sgdtui.tui.view import View

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment

EVERY = 1.0
"""Seconds between two looks at the file."""


class MapScreen(Screen[None]):
    """Any measure over any two settings of a sweep."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "axis('x')", "Setting along x", show=False),
        Binding("y", "axis('y')", "Setting along y", show=False),
        Binding("b", "measure(1)", "Measure", show=False),
        Binding("B", "measure(-1)", "Measure before", show=False),
        Binding("v", "verdicts", "Verdicts", show=False),
        Binding("i", "contour", "Contour", show=False),
        Binding("left_parenthesis", "level(-1)", "Lower level", show=False),
        Binding("right_parenthesis", "level(1)", "Higher level", show=False),
        Binding("h", "hold", "Held settings", show=False),
        Binding("X", "log('x')", "Logarithm along x", show=False),
        Binding("Y", "log('y')", "Logarithm along y", show=False),
        Binding("z", "log_shade", "Logarithm of the measure", show=False),
        Binding("left", "move(-1, 0)", "Left", show=False),
        Binding("right", "move(1, 0)", "Right", show=False),
        Binding("up", "move(0, 1)", "Up", show=False),
        Binding("down", "move(0, -1)", "Down", show=False),
        Binding("enter", "open", "Open the point", show=False),
        Binding("question_mark", "help", "Help", show=False),
        Binding("escape,w", "leave", "Laboratory", show=False),
        Binding("ctrl+l", "app.redraw", "Redraw", show=False),
        Binding("q", "app.quit", "Quit", show=False),
    ]

    def __init__(self, path: Path, table: SweepTable, bench: Workbench, look: Look) -> None:
        super().__init__()
        self.path, self.table, self.bench = path, table, bench
        self.view = View(look=look, title=path.name)
        self.choice: Choice | None = first_choice(table) if len(table) else None
        self.contour = True
        self._measure = ""
        self._stamp: object = None

    def compose(self) -> ComposeResult:
        """The map over its keys."""
        yield MapPanel(id="map")
        yield MapKeys(id="keys")

    def on_mount(self) -> None:
        """The file is looked at now and then."""
        self._stamp = self._stamp_now()
        self.query_one(MapPanel).focus()
        self.set_interval(EVERY, self.look_again)
        self.call_after_refresh(self.show_chart)

    # --- the file -------------------------------------------------------------------------------------------------

    def _stamp_now(self) -> object:
        found = []
        for path in (self.path, self.path.with_name(self.path.name + ".rows.csv")):
            try:
                about = path.stat()
            except OSError:
                continue
            found.append((about.st_mtime_ns, about.st_size))
        return tuple(found)

    async def look_again(self) -> None:
        """Reads the table again if its file has changed; one that cannot be read now is read later."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        try:
            table = await asyncio.to_thread(read_table, self.path)
        except (TableError, OSError):
            return
        self._stamp = stamp
        self.take(table)

    def take(self, table: SweepTable) -> None:
        """Shows a newer table; the point under the cursor stays."""
        panel = self.query_one(MapPanel)
        key = None
        if panel.chart is not None and len(panel.chart.rows):
            key = self.table.columns["key"][int(panel.chart.rows[panel.entry])]
        self.table = table
        if not len(table):
            return
        self.choice = holding(table, self.choice) if self.choice is not None else first_choice(table)
        self.show_chart(key)

    # --- showing --------------------------------------------------------------------------------------------------

    def show_chart(self, key: Any = None) -> None:
        """Draws what is chosen; the cursor goes to the row of `key`, if it is shown."""
        panel = self.query_one(MapPanel)
        panel.table = self.table
        if self.choice is not None:
            chart = chart_of(self.table, self.choice)
            panel.chart = chart
            keys = [self.table.columns["key"][row] for row in chart.rows]
            panel.entry = keys.index(key) if key in keys else min(panel.entry, max(len(keys) - 1, 0))
            levels = levels_of(*chart.range) if self.choice.measure != VERDICT else []
            if self._measure != self.choice.measure:
                self._measure = self.choice.measure
                low, high = chart.range
                panel.log_shade = low > 0 and high > 100 * low
                panel.level = first_level(levels)
            elif panel.level is not None and panel.level not in levels:
                panel.level = first_level(levels)
            if not self.contour:
                panel.level = None
            held = "  ".join(f"{name} = {said(value)}" for name, value in self.choice.held.items())
            panel.title = f"{plain(self.table.preset)} · {plain(self.choice.measure)}"
            panel.note = " · ".join(part for part in (plain(held), f"{len(self.table)} points") if part)
        panel.show(self.view)
        self.query_one(MapKeys).show(self.view)

    def _choose(self, choice: Choice) -> None:
        panel = self.query_one(MapPanel)
        key = None
        if panel.chart is not None and len(panel.chart.rows):
            key = self.table.columns["key"][int(panel.chart.rows[panel.entry])]
            row = int(panel.chart.rows[panel.entry])
            # What was along an axis and now is held is held where the cursor is.
            here = {name: self.table.columns[name][row] for name in others(self.table, choice)}
            choice = replace(choice, held={**here, **choice.held})
        self.choice = holding(self.table, choice)
        self.show_chart(key)

    def forget_colours(self) -> None:
        """The theme has changed."""
        for panel in (self.query_one(MapPanel), self.query_one(MapKeys)):
            panel.forget_colours()

    # --- keys -----------------------------------------------------------------------------------------------------

    def action_axis(self, which: str) -> None:
        """The next setting along an axis; where it is the other axis', they change places."""
        if self.choice is None:
            return
        names = list(self.table.settings)
        now, other = (self.choice.x, self.choice.y) if which == "x" else (self.choice.y, self.choice.x)
        new = names[(names.index(now) + 1) % len(names)]
        swapped = now if new == other else other
        x, y = (new, swapped) if which == "x" else (swapped, new)
        held = {name: value for name, value in self.choice.held.items() if name not in (x, y)}
        self._choose(replace(self.choice, x=x, y=y, held=held))

    def action_measure(self, by: int) -> None:
        """The next measure."""
        if self.choice is not None:
            there = measures(self.table)
            place = there.index(self.choice.measure) if self.choice.measure in there else -1
            self._choose(replace(self.choice, measure=there[(place + by) % len(there)]))

    def action_verdicts(self) -> None:
        """The verdicts alone, and back to the measure."""
        if self.choice is None or VERDICT not in self.table.columns:
            return
        if self.choice.measure == VERDICT:
            there = [name for name in measures(self.table) if name != VERDICT]
            back = next((name for name in there if name.endswith("gibbs.tv")), there[0])
            self._choose(replace(self.choice, measure=back))
        else:
            self._choose(replace(self.choice, measure=VERDICT))

    def action_contour(self) -> None:
        """The contour off and on."""
        self.contour = not self.contour
        self._measure = "" if self.contour else self._measure
        self.show_chart()

    def action_level(self, by: int) -> None:
        """The contour at the next level."""
        panel = self.query_one(MapPanel)
        if panel.chart is None or panel.level is None:
            return
        levels = levels_of(*panel.chart.range)
        if panel.level in levels:
            panel.level = levels[max(0, min(levels.index(panel.level) + by, len(levels) - 1))]
            panel.repaint()

    def action_hold(self) -> None:
        """The next combination of the settings that are held."""
        if self.choice is None or not self.choice.held:
            return
        held = dict(self.choice.held)
        for name in held:
            there = values_of(self.table, name)
            place = there.index(held[name]) + 1 if held[name] in there else 0
            held[name] = there[place % len(there)]
            if place < len(there):
                break
        self._choose(replace(self.choice, held=held))

    def action_log(self, which: str) -> None:
        """A logarithmic or linear axis."""
        panel = self.query_one(MapPanel)
        if self.choice is not None and panel.chart is not None:
            axis = panel.chart.x if which == "x" else panel.chart.y
            self._choose(replace(self.choice, log={**self.choice.log, axis.name: not axis.log}))

    def action_log_shade(self) -> None:
        """Shades by the measure or by its logarithm."""
        panel = self.query_one(MapPanel)
        panel.log_shade = not panel.log_shade
        panel.repaint()

    def action_move(self, across: int, up: int) -> None:
        """The cursor to the next point."""
        panel = self.query_one(MapPanel)
        if panel.chart is not None and len(panel.chart.rows):
            panel.entry = panel.chart.towards(panel.entry, across, up)
            panel.repaint()

    def action_help(self) -> None:
        """Explains the map."""
        from sgdtui.tui.screens.help import Help

        self.app.push_screen(Help(self.query_one(MapPanel), self.view.look))

    def on_point_chosen(self, message: PointChosen) -> None:
        """Opens the point."""
        message.stop()
        self.action_open()

    def action_open(self) -> None:
        """The point under the cursor as a live run, with its own seed."""
        panel = self.query_one(MapPanel)
        if panel.chart is None or not len(panel.chart.rows):
            return
        row = int(panel.chart.rows[panel.entry])
        preset, point = self.table.preset, point_of(self.table, row)
        seed = int(self.table.columns["point_seed"][row])

        def make() -> Experiment:
            from sgdtui.preset.load import load
            from sgdtui.sweeps.point import at_point

            return at_point(load(preset), point, seed)

        self.dismiss(None)
        self.bench.begin(make)

    def action_leave(self) -> None:
        """To the laboratory; the swept preset is opened there if nothing is."""
        self.dismiss(None)
        if self.bench.experiment is None:
            from sgdtui.tui.controller.events import Request

            self.bench.open(Request(self.table.preset or "double-well-tanh"))


def open_map(path: Path, bench: Workbench, look: Look) -> MapScreen:
    """The map of a table's file.

    Raises:
        TableError: it is no table of a sweep, or cannot be read.
    """
    try:
        return MapScreen(path, read_table(path), bench, look)
    except OSError as error:
        raise TableError(plain_lines(f"{path}: {error.strerror or error}")) from None
