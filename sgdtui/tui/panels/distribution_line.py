"""The distribution of one coordinate: bars of the walkers, curves of the predictions, the strip of their difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction
from sgdtui.tui.draw.bars import bins_of, columns_of, draw_bars
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.cursor import mark_cursor, write_readout
from sgdtui.tui.draw.curves import (
    PREDICTION_PATTERN,
    PREDICTION_SAMPLE,
    PREDICTION_SAMPLE_ASCII,
    WAY_PATTERN,
    WAY_SAMPLE,
    WAY_SAMPLE_ASCII,
    dot_positions,
    draw_curve,
)
from sgdtui.tui.draw.frame import Box, draw_frame
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import PREDICTION_LETTER, PREDICTION_ROLE, PREDICTION_SHORT, PREDICTION_TITLE, Role
from sgdtui.tui.draw.scale import finite_range, number, with_error
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.on_the_way import expected_of, way_name
from sgdtui.tui.panels.panel import draw_title
from sgdtui.tui.panels.residual import draw_residual_section
from sgdtui.tui.view import View, names_of, walkers_of

GUTTER = 7
"""Cells left of the axis: the same in every panel with an x axis, so that x lies under x."""


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
class Legend:
    """How title and legend share the room: `inside` puts the predictions on the first row of the plot."""

    title: str
    names: dict[str, str]
    inside: bool


def legend_of(view: View, width: int) -> Legend:
    """The longest names that fit beside the title; where none do, the legend goes inside the plot."""

    def cells(names: dict[str, str]) -> int:
        return sum(width_of(view.look.say(names[n])) + 6 for n in view.chosen())

    titles = ("Walkers now", "Now") if view.settling else ("Stationary distribution", "Distribution")
    beside = 12 if view.fork is not None else 0
    beside += len(way_name(view)) + 6 if expected_of(view) is not None else 0
    for names in (PREDICTION_TITLE, PREDICTION_SHORT):
        for title in titles:
            if len(title) + 12 + beside + cells(names) <= width:
                return Legend(title, names, False)
    names = PREDICTION_SHORT if beside + cells(PREDICTION_SHORT) <= width - GUTTER else PREDICTION_LETTER
    return Legend(titles[0], names, True)


def _title(canvas: Canvas, view: View, snapshot: Snapshot, focused: bool, legend: Legend) -> None:
    """The title with what is drawn beside it."""
    x = draw_title(canvas, legend.title, focused)
    x = canvas.write(x + 1, 0, f" {walkers_of(snapshot)} ", Role.TEXT)
    x = canvas.write(x, 0, "█ ", Role.SGD)
    if view.fork is not None:
        x = canvas.write(x, 0, " before ", Role.TEXT)
        x = canvas.write(x, 0, "+++ " if view.look.ascii else "⠉⠉⠉ ", Role.FORK)
    if not legend.inside:
        _write_legend(canvas, x, 0, view, legend)


def _write_legend(canvas: Canvas, x: int, y: int, view: View, legend: Legend) -> None:
    samples = PREDICTION_SAMPLE_ASCII if view.look.ascii else PREDICTION_SAMPLE
    if expected_of(view) is not None:
        x = canvas.write(x, y, f" {way_name(view)} ", Role.TEXT)
        x = canvas.write(x, y, (WAY_SAMPLE_ASCII if view.look.ascii else WAY_SAMPLE) + " ", Role.ACCENT)
    for name in view.chosen():
        x = canvas.write(x, y, f" {legend.names[name]} ", Role.FAINT if view.stale else Role.TEXT)
        x = canvas.write(x, y, samples[name] + " ", Role.FAINT if view.stale else PREDICTION_ROLE[name])


def draw_line(canvas: Canvas, view: View, snapshot: Snapshot, memory: Memory, focused: bool) -> Box | None:
    """The whole panel for one coordinate; the box of the plot, None where there is no room for one."""
    legend = legend_of(view, canvas.width)
    _title(canvas, view, snapshot, focused, legend)
    height = canvas.height - 1
    residual_rows = 0 if height < 9 else 3 if height < 14 else 4 if height < 22 else 6
    against = view.against()
    plot_rows = height - (residual_rows + 1 if residual_rows else 0)
    if plot_rows < 4 or canvas.width < GUTTER + 4:
        return None
    edges = snapshot.edges[0]
    low, high = float(edges[0]), float(edges[-1])
    name = names_of(snapshot)[0]
    density = snapshot.instant if view.settling else snapshot.density
    columns = max(canvas.width - GUTTER, 1)
    heights = columns_of(edges, density, low, high, columns)
    positions = dot_positions(low, high, columns)
    curves = {n: density_at(snapshot.predictions[n], positions) for n in view.chosen()}
    expected = expected_of(view)
    peak = finite_range([heights, *[c for c in curves.values() if c is not None]])[1]
    if legend.inside:
        peak *= (plot_rows - 2) / max(plot_rows - 3.2, 1.0)
    if not view.settling or memory.top.top == 0:
        top = memory.top.of(min(peak, 40 * float(np.nanmax(heights, initial=0.0)) or peak))
    else:
        top = memory.top.of(max(peak, memory.top.top * 0.6))
    box = draw_frame(
        canvas,
        0,
        1,
        canvas.width,
        plot_rows,
        (low, high),
        (0.0, top),
        x_name=name,
        y_name=f"p({name})",
        gutter=GUTTER - 1,
    )
    if box.columns != columns:
        heights = columns_of(edges, density, low, high, box.columns)
        positions = dot_positions(low, high, box.columns)
        curves = {n: density_at(snapshot.predictions[n], positions) for n in view.chosen()}
    draw_bars(canvas, box.x, box.y, box.columns, box.rows, heights, top, memory.bars)
    if view.fork is not None and len(view.fork.edges) == 1:
        before = columns_of(view.fork.edges[0], view.fork.density, low, high, 2 * box.columns)
        draw_curve(canvas, box.x, box.y, box.columns, box.rows, before / top, Role.FORK, "solid")
    for n, curve in curves.items():
        if curve is not None:
            ink = Role.FAINT if view.stale else PREDICTION_ROLE[n]
            draw_curve(canvas, box.x, box.y, box.columns, box.rows, curve / top, ink, PREDICTION_PATTERN[n])
    if expected is not None:
        now = binned_at(edges, expected, positions) / top
        draw_curve(canvas, box.x, box.y, box.columns, box.rows, now, Role.ACCENT, WAY_PATTERN)
    if legend.inside:
        _write_legend(canvas, box.x, box.y, view, legend)
    if snapshot.outside > 5e-4:
        canvas.write(
            box.x,
            2 if legend.inside else 1,
            f"{number(100 * snapshot.outside, 2)} % outside",
            Role.WARN,
            cells=box.columns,
            align="right",
        )
    if residual_rows:
        draw_residual_section(
            canvas, box, 1 + plot_rows, residual_rows, view, snapshot, against, memory.residual
        )
    _draw_cursor(canvas, box, 1 + plot_rows - 2, view, snapshot, legend)
    return box


def _draw_cursor(
    canvas: Canvas, box: Box, axis_row: int, view: View, snapshot: Snapshot, legend: Legend
) -> None:
    if view.cursor is None:
        return
    column = box.column_of(view.cursor[0])
    if column is None:
        return
    mark_cursor(canvas, column, box.y, box.rows)
    canvas.write(column, axis_row, "Φ", Role.ACCENT)
    index = int(bins_of(snapshot.edges[0], view.cursor[0]))
    se = None if view.settling else float(snapshot.density_se[index])
    density = snapshot.instant if view.settling else snapshot.density
    name = names_of(snapshot)[0]
    lines: list[tuple[str, int]] = [
        (f"Φ {name} = {number(view.cursor[0])}", Role.ACCENT),
        (f"{walkers_of(snapshot)} {with_error(float(density[index]), se)}", Role.TEXT),
    ]
    for n in view.chosen():
        predicted = snapshot.predictions[n].density
        if predicted is not None and len(predicted) == len(density):
            lines.append((f"{PREDICTION_SHORT[n]} {number(float(predicted[index]), 4)}", PREDICTION_ROLE[n]))
    write_readout(canvas, box, column, lines, below=1 if legend.inside else 0)
