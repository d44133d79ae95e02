"""The stationary distribution: the walkers' histogram with predicted curves, or maps side by side in 2-D."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from textual import events

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction
from sgdtui.tui.draw.arrows import draw_map_arrows, longest_of
from sgdtui.tui.draw.bars import columns_of, draw_bars
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
from sgdtui.tui.draw.frame import NAME, Box, draw_frame
from sgdtui.tui.draw.maps import draw_map, draw_signed_map
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import PREDICTION_LETTER, PREDICTION_ROLE, PREDICTION_SHORT, PREDICTION_TITLE, Role
from sgdtui.tui.draw.scale import SteadyTop, finite_range, number, with_error
from sgdtui.tui.draw.steady import Steady
from sgdtui.tui.panels.messages import CursorMoved, ScatterHere
from sgdtui.tui.panels.panel import Panel, draw_title
from sgdtui.tui.panels.residual import draw_residual_section, sigmas_of
from sgdtui.tui.view import View

GUTTER = 7
"""Cells left of the axis: the same in every panel with an x axis, so that x lies under x."""

RESIDUAL_REACH = 4.0


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


def density_at(prediction: Prediction, positions: np.ndarray) -> np.ndarray | None:
    """A 1-D prediction's density at `positions`; None for a singular law."""
    density = prediction.density
    return None if density is None else binned_at(prediction.edges[0], density, positions)


def binned_at(edges: np.ndarray, density: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """A density on bins at `positions`: in steps where the bins are few, else between their middles."""
    if len(density) < 40:
        index = np.clip(np.searchsorted(edges, positions, side="right") - 1, 0, len(density) - 1)
        steps: np.ndarray = density[index]
        return steps
    centres = (edges[:-1] + edges[1:]) / 2
    values: np.ndarray = np.interp(positions, centres, density)
    return values


def draw_distribution(canvas: Canvas, view: View, memory: Memory, focused: bool = False) -> Box | None:
    """The whole panel; returns the box of the main plot for the mouse."""
    snapshot = view.snapshot
    if snapshot is None or snapshot.density.size == 0:
        draw_title(canvas, "Stationary distribution", focused)
        canvas.write(
            2, max(canvas.height // 2, 1), view.busy or "waiting for the first walkers …", Role.MUTED
        )
        return None
    memory.start(snapshot, view.look.smooth)
    if len(snapshot.edges) == 2:
        return _draw_maps(canvas, view, snapshot, memory, focused)
    return _draw_line(canvas, view, snapshot, memory, focused)


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
    beside += len(_way_name(view)) + 6 if expected_of(view) is not None else 0
    for names in (PREDICTION_TITLE, PREDICTION_SHORT):
        for title in titles:
            if len(title) + 12 + beside + cells(names) <= width:
                return Legend(title, names, False)
    names = PREDICTION_SHORT if beside + cells(PREDICTION_SHORT) <= width - GUTTER else PREDICTION_LETTER
    return Legend(titles[0], names, True)


def expected_of(view: View) -> np.ndarray | None:
    """p(x, t) on the bins, while walkers are on their way from the start and it is known."""
    snapshot = view.snapshot
    return snapshot.expected if snapshot is not None and view.settling and not view.stale else None


def _way_name(view: View) -> str:
    assert view.snapshot is not None
    experiment = view.snapshot.experiment
    return f"p({', '.join(experiment.variables[axis] for axis in experiment.space.axes)}, t)"


def _title(canvas: Canvas, view: View, snapshot: Snapshot, focused: bool, legend: Legend) -> None:
    """The title with what is drawn beside it."""
    x = draw_title(canvas, legend.title, focused)
    x = canvas.write(x + 1, 0, " SDE " if snapshot.experiment.dynamics.is_sde else " SGD ", Role.TEXT)
    x = canvas.write(x, 0, "█ ", Role.SGD)
    if view.fork is not None:
        x = canvas.write(x, 0, " before ", Role.TEXT)
        x = canvas.write(x, 0, "+++ " if view.look.ascii else "⠉⠉⠉ ", Role.FORK)
    if not legend.inside:
        _write_legend(canvas, x, 0, view, legend)


def _write_legend(canvas: Canvas, x: int, y: int, view: View, legend: Legend) -> None:
    samples = PREDICTION_SAMPLE_ASCII if view.look.ascii else PREDICTION_SAMPLE
    if expected_of(view) is not None:
        x = canvas.write(x, y, f" {_way_name(view)} ", Role.TEXT)
        x = canvas.write(x, y, (WAY_SAMPLE_ASCII if view.look.ascii else WAY_SAMPLE) + " ", Role.ACCENT)
    for name in view.chosen():
        x = canvas.write(x, y, f" {legend.names[name]} ", Role.FAINT if view.stale else Role.TEXT)
        x = canvas.write(x, y, samples[name] + " ", Role.FAINT if view.stale else PREDICTION_ROLE[name])


def _draw_line(canvas: Canvas, view: View, snapshot: Snapshot, memory: Memory, focused: bool) -> Box | None:
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
    name = snapshot.experiment.variables[snapshot.experiment.space.axes[0]]
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
    edges = snapshot.edges[0]
    index = int(np.clip(np.searchsorted(edges, view.cursor[0], side="right") - 1, 0, len(edges) - 2))
    se = None if view.settling else float(snapshot.density_se[index])
    density = snapshot.instant if view.settling else snapshot.density
    name = snapshot.experiment.variables[snapshot.experiment.space.axes[0]]
    walkers = "SDE" if snapshot.experiment.dynamics.is_sde else "SGD"
    lines: list[tuple[str, int]] = [
        (f"Φ {name} = {number(view.cursor[0])}", Role.ACCENT),
        (f"{walkers} {with_error(float(density[index]), se)}", Role.TEXT),
    ]
    for n in view.chosen():
        predicted = snapshot.predictions[n].density
        if predicted is not None and len(predicted) == len(density):
            lines.append((f"{PREDICTION_SHORT[n]} {number(float(predicted[index]), 4)}", PREDICTION_ROLE[n]))
    write_readout(canvas, box, column, lines, below=1 if legend.inside else 0)


def _map_box(
    canvas: Canvas, x: int, y: int, width: int, height: int, snapshot: Snapshot, labels: bool
) -> Box:
    names = [snapshot.experiment.variables[axis] for axis in snapshot.experiment.space.axes]
    (xe, ye) = snapshot.edges
    return draw_frame(
        canvas,
        x,
        y,
        width,
        height,
        (float(xe[0]), float(xe[-1])),
        (float(ye[0]), float(ye[-1])),
        x_name=names[0],
        y_name=names[1],
        gutter=4 if labels else 2,
    )


def _draw_maps(canvas: Canvas, view: View, snapshot: Snapshot, memory: Memory, focused: bool) -> Box | None:
    against = view.against()
    prediction = snapshot.predictions[against] if against else None
    title = "Walkers now" if view.settling else "Stationary distribution"
    shades = "shade ∝ √p" + (", smoothed" if view.look.smooth else "")
    names = [snapshot.experiment.variables[axis] for axis in snapshot.experiment.space.axes]
    notes = [shades]
    if max(map(width_of, names)) > NAME:  # beside the axes they are cut
        spelt = f"→ {names[0]}  ↑ {names[1]}"
        notes = [f"{spelt} · {shades}", spelt, shades]
    fits = (note for note in notes if width_of(title) + width_of(view.look.say(note)) + 6 <= canvas.width)
    draw_title(canvas, title, focused, next(fits, shades))
    density = snapshot.instant if view.settling else snapshot.density
    expected = expected_of(view)
    predicted = expected if expected is not None else prediction.density if prediction is not None else None
    peak = memory.top.of(finite_range([a for a in (density, predicted) if a is not None])[1])
    maps = 1 if predicted is None else 3 if canvas.width >= 96 and not view.settling else 2
    gap = 1
    each = (canvas.width - gap * (maps - 1)) // maps
    height = canvas.height - 2
    if height < 4 or each < 12:
        return None
    spans = tuple(float(e[-1] - e[0]) for e in snapshot.edges)
    drift = snapshot.drift
    first: Box | None = None
    for place in range(maps):
        x = place * (each + gap)
        box = _map_box(canvas, x, 2, each, height, snapshot, True)
        if place == 0:
            first = box
            kind = "SDE" if snapshot.experiment.dynamics.is_sde else "SGD"
            heading = f"{kind} measured" if not view.settling else f"{kind} at this moment"
            end = canvas.write(box.x, 1, heading, Role.TEXT, cells=box.columns)
            if (
                drift is not None
                and drift.velocity is not None
                and "velocity" in view.arrows
                and not view.stale
                and box.columns > end - box.x + 7
            ):
                canvas.write(end + 2, 1, "J/p →", Role.VELOCITY)
            draw_map(canvas, box.x, box.y, box.columns, box.rows, density, peak, memory.measured)
            _arrows_on(canvas, box, view, snapshot, density, spans)
        elif place == 1 and expected is not None:
            canvas.write(box.x, 1, f"{_way_name(view)} predicts", Role.ACCENT, cells=box.columns)
            draw_map(canvas, box.x, box.y, box.columns, box.rows, expected, peak, memory.predicted)
        elif place == 1 and predicted is not None and against is not None:
            ink = Role.FAINT if view.stale else PREDICTION_ROLE[against]
            end = canvas.write(box.x, 1, PREDICTION_TITLE[against] + " predicts", ink, cells=box.columns)
            if prediction is not None and prediction.temperature is not None:
                temperature = f"kT {number(prediction.temperature)}"
                if box.x + box.columns - end - 2 >= len(temperature):
                    canvas.write(end + 2, 1, temperature, Role.MUTED)
            draw_map(canvas, box.x, box.y, box.columns, box.rows, predicted, peak, memory.predicted)
            if (
                against != "gibbs"
                and prediction is not None
                and prediction.current is not None
                and "velocity" in view.arrows
            ):
                with np.errstate(divide="ignore", invalid="ignore"):
                    velocity = prediction.current / np.where(predicted > 0, predicted, np.nan)
                _field_on(canvas, box, velocity, predicted, spans, Role.VELOCITY, drift)
        elif prediction is not None:
            end = canvas.write(box.x, 1, "(SGD − prediction)/σ", Role.TEXT, cells=box.columns)
            room = box.x + box.columns - end - 1
            whole = f"±{RESIDUAL_REACH:g}σ, {'red' if view.look.shaded else '#'} more"
            reach = whole if len(whole) <= room else whole.partition(",")[0]
            canvas.write(end + 1, 1, reach, Role.MUTED, cells=max(0, room))
            sigmas = sigmas_of(snapshot, prediction)
            draw_signed_map(
                canvas, box.x, box.y, box.columns, box.rows, sigmas, RESIDUAL_REACH, memory.signed
            )
        if view.cursor is not None and len(view.cursor) > 1:
            _mark_point(canvas, box, view.cursor)
    if first is not None and view.cursor is not None and len(view.cursor) > 1:
        _read_point(canvas, view, snapshot, density, predicted, against)
    return first


def _arrows_on(
    canvas: Canvas, box: Box, view: View, snapshot: Snapshot, density: np.ndarray, spans: tuple[float, ...]
) -> None:
    drift = snapshot.drift
    if drift is None or "velocity" not in view.arrows or drift.velocity is None or view.stale:
        return
    _field_on(canvas, box, drift.velocity, density, spans, Role.VELOCITY, drift)


def _field_on(
    canvas: Canvas,
    box: Box,
    arrows: np.ndarray,
    weight: np.ndarray,
    spans: tuple[float, ...],
    ink: int,
    drift: object,
) -> None:
    size = np.hypot(arrows[0], arrows[1])
    longest = longest_of(size, weight)
    gradient = getattr(drift, "gradient", None)
    if gradient is not None and gradient.shape == arrows.shape:
        longest = max(longest, 0.1 * longest_of(np.hypot(gradient[0], gradient[1]), weight))
    draw_map_arrows(
        canvas, box.x, box.y, box.columns, box.rows, arrows, (spans[0], spans[1]), longest, ink, weight
    )


def _mark_point(canvas: Canvas, box: Box, cursor: tuple[float, ...]) -> None:
    column = box.column_of(cursor[0])
    if column is None or not box.bottom <= cursor[1] <= box.top:
        return
    row = box.y + min(box.rows - 1, int((box.top - cursor[1]) / (box.top - box.bottom) * box.rows))
    canvas.write(column, row, "Φ", Role.ACCENT)


def _read_point(
    canvas: Canvas,
    view: View,
    snapshot: Snapshot,
    density: np.ndarray,
    predicted: np.ndarray | None,
    against: str | None,
) -> None:
    assert view.cursor is not None
    i, j = (
        int(np.clip(np.searchsorted(e, c, side="right") - 1, 0, len(e) - 2))
        for e, c in zip(snapshot.edges, view.cursor, strict=False)
    )
    text = f"Φ ({number(view.cursor[0])}, {number(view.cursor[1])})  SGD {number(float(density[i, j]))}"
    if predicted is not None and against is not None:
        text += f"  {PREDICTION_SHORT[against]} {number(float(predicted[i, j]))}"
    draw_title(canvas, "Stationary distribution", False, text, Role.ACCENT)


class Distribution(Panel):
    """Histogram and predictions."""

    PICTURE = True
    TITLE = "Stationary distribution"
    READING = (
        "bars  p(x) of all walkers since the statistics began (eighth blocks)\n"
        "Gibbs  exp(−L/kT)/Z · dotted      Fokker–Planck  ∇·J = 0 · solid\n"
        "transfer  the discrete chain's own law, no SDE limit · dashed      Gaussian  linearised · dash-dot\n"
        "p(x, t)  on the way from the start: the law of this very time · long dashes, or the second map\n"
        "strip  (SGD − prediction)/σ with ±2σ shaded: 19 of 20 columns inside it means that nothing is seen.\n"
        "In two dimensions: measured and predicted maps, shade ∝ √p, arrows J/p the velocity of probability.\n"
        "p cycles the predictions; arrows or the mouse move the cursor Φ; a click on a map starts the walkers there."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.memory = Memory()
        self.box: Box | None = None

    def paint(self, canvas: Canvas) -> None:
        """Draws the distribution."""
        self.box = draw_distribution(canvas, self.view, self.memory, self.has_focus)
        if self.view.stale and self.view.busy and self.view.snapshot is not None:
            canvas.fade()

    def point_at(self, x: int, y: int) -> tuple[float, ...] | None:
        """The point of the system under a cell, None outside the plot."""
        box, snapshot = self.box, self.view.snapshot
        if box is None or snapshot is None or not (box.x <= x < box.x + box.columns):
            return None
        across = box.low + (x - box.x + 0.5) / box.columns * (box.high - box.low)
        if len(snapshot.edges) == 1:
            return (across,) if y >= 1 else None
        if not box.y <= y < box.y + box.rows:
            return None
        return across, box.top - (y - box.y + 0.5) / box.rows * (box.top - box.bottom)

    def on_click(self, event: events.Click) -> None:
        """Moves the cursor here; on a map with shift, or a double click, starts the walkers here."""
        point = self.point_at(event.x, event.y)
        if point is None:
            return
        if event.chain >= 2:
            self.post_message(ScatterHere(point))
        else:
            self.post_message(CursorMoved(point))
