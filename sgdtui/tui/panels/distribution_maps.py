"""The distribution of two coordinates: maps of the walkers, of a prediction and of their difference, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction
from sgdtui.tui.draw.arrows import draw_map_arrows, longest_of
from sgdtui.tui.draw.bars import bins_of
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import NAME, Box, draw_frame
from sgdtui.tui.draw.maps import draw_map, draw_signed_map
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import PREDICTION_ROLE, PREDICTION_SHORT, PREDICTION_TITLE, Role
from sgdtui.tui.draw.scale import finite_range, number
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.on_the_way import expected_of, way_name
from sgdtui.tui.panels.panel import draw_title
from sgdtui.tui.panels.residual import sigmas_of
from sgdtui.tui.view import View, names_of, walkers_of

RESIDUAL_REACH = 4.0
"""Standard errors at which the colours of a difference end."""
GAP = 1
"""Columns between two maps."""


def draw_maps(canvas: Canvas, view: View, snapshot: Snapshot, memory: Memory, focused: bool) -> Box | None:
    """The whole panel for two coordinates; the box of the first map, None where there is no room for one."""
    against = view.against()
    prediction = snapshot.predictions[against] if against else None
    _draw_title(canvas, view, snapshot, focused)
    density = snapshot.instant if view.settling else snapshot.density
    expected = expected_of(view)
    predicted = expected if expected is not None else prediction.density if prediction is not None else None
    peak = memory.top.of(finite_range([a for a in (density, predicted) if a is not None])[1])
    maps = 1 if predicted is None else 3 if canvas.width >= 96 and not view.settling else 2
    each = (canvas.width - GAP * (maps - 1)) // maps
    if canvas.height < 6 or each < 12:
        return None
    page = _Page(canvas, view, snapshot, memory, peak)
    boxes = [page.frame(place * (each + GAP), each) for place in range(maps)]
    page.measured(boxes[0], density)
    if maps > 1 and expected is not None:
        page.expected(boxes[1], expected)
    elif maps > 1 and prediction is not None and predicted is not None and against is not None:
        page.predicted(boxes[1], against, prediction, predicted)
    if maps > 2 and prediction is not None:
        page.difference(boxes[2], prediction)
    if view.cursor is not None and len(view.cursor) > 1:
        for box in boxes:
            _mark_point(canvas, box, view.cursor)
        _read_point(canvas, view, snapshot, density, predicted, against)
    return boxes[0]


def _draw_title(canvas: Canvas, view: View, snapshot: Snapshot, focused: bool) -> None:
    title = "Walkers now" if view.settling else "Stationary distribution"
    shades = "shade ∝ √p" + (", smoothed" if view.look.smooth else "")
    names = names_of(snapshot)
    notes = [shades]
    if max(map(width_of, names)) > NAME:  # beside the axes they are cut
        spelt = f"→ {names[0]}  ↑ {names[1]}"
        notes = [f"{spelt} · {shades}", spelt, shades]
    fits = (note for note in notes if width_of(title) + width_of(view.look.say(note)) + 6 <= canvas.width)
    draw_title(canvas, title, focused, next(fits, shades))


@dataclass(frozen=True, slots=True)
class _Page:
    """Where the maps of one frame are drawn; each has its heading in the row above it."""

    canvas: Canvas
    view: View
    snapshot: Snapshot
    memory: Memory
    peak: float

    def frame(self, x: int, width: int) -> Box:
        """The axes of a map, from this column on."""
        (across, up), names = self.snapshot.edges, names_of(self.snapshot)
        return draw_frame(
            self.canvas, x, 2, width, self.canvas.height - 2,
            (float(across[0]), float(across[-1])), (float(up[0]), float(up[-1])),
            x_name=names[0], y_name=names[1], gutter=4,
        )  # fmt: skip

    def measured(self, box: Box, density: np.ndarray) -> None:
        """Where the walkers are, with the velocity of probability."""
        view, drift = self.view, self.snapshot.drift
        when = "at this moment" if view.settling else "measured"
        end = self._head(box, f"{walkers_of(self.snapshot)} {when}", Role.TEXT)
        draw_map(self.canvas, box.x, box.y, box.columns, box.rows, density, self.peak, self.memory.measured)
        if drift is None or drift.velocity is None or "velocity" not in view.arrows or view.stale:
            return
        if box.columns > end - box.x + 7:
            self.canvas.write(end + 2, 1, "J/p →", Role.VELOCITY)
        self._arrows(box, drift.velocity, density)

    def expected(self, box: Box, expected: np.ndarray) -> None:
        """Where p(x, t) has them at this moment."""
        self._head(box, f"{way_name(self.view)} predicts", Role.ACCENT)
        draw_map(self.canvas, box.x, box.y, box.columns, box.rows, expected, self.peak, self.memory.predicted)

    def predicted(self, box: Box, name: str, prediction: Prediction, density: np.ndarray) -> None:
        """Where a prediction has them at rest, with the velocity of its own current."""
        ink = Role.FAINT if self.view.stale else PREDICTION_ROLE[name]
        end = self._head(box, f"{PREDICTION_TITLE[name]} predicts", ink)
        if prediction.temperature is not None:
            temperature = f"kT {number(prediction.temperature)}"
            if box.x + box.columns - end - 2 >= len(temperature):
                self.canvas.write(end + 2, 1, temperature, Role.MUTED)
        draw_map(self.canvas, box.x, box.y, box.columns, box.rows, density, self.peak, self.memory.predicted)
        if name != "gibbs" and prediction.current is not None and "velocity" in self.view.arrows:
            with np.errstate(divide="ignore", invalid="ignore"):
                velocity = prediction.current / np.where(density > 0, density, np.nan)
            self._arrows(box, velocity, density)

    def difference(self, box: Box, prediction: Prediction) -> None:
        """By how many standard errors the two differ."""
        end = self._head(box, f"({walkers_of(self.snapshot)} − prediction)/σ", Role.TEXT)
        room = box.x + box.columns - end - 1
        whole = f"±{RESIDUAL_REACH:g}σ, {'red' if self.view.look.shaded else '#'} more"
        reach = whole if len(whole) <= room else whole.partition(",")[0]
        self.canvas.write(end + 1, 1, reach, Role.MUTED, cells=max(0, room))
        sigmas = sigmas_of(self.snapshot, prediction)
        draw_signed_map(
            self.canvas, box.x, box.y, box.columns, box.rows, sigmas, RESIDUAL_REACH, self.memory.signed
        )

    def _head(self, box: Box, text: str, ink: int) -> int:
        return self.canvas.write(box.x, 1, text, ink, cells=box.columns)

    def _arrows(self, box: Box, arrows: np.ndarray, weight: np.ndarray) -> None:
        """Arrows J/p. The longest stands for a tenth of −∇L at least, so that what is small against it looks small."""
        across, up = self.snapshot.edges
        spans = (float(across[-1] - across[0]), float(up[-1] - up[0]))
        longest = longest_of(np.hypot(arrows[0], arrows[1]), weight)
        gradient = self.snapshot.drift.gradient if self.snapshot.drift is not None else None
        if gradient is not None and gradient.shape == arrows.shape:
            longest = max(longest, 0.1 * longest_of(np.hypot(gradient[0], gradient[1]), weight))
        draw_map_arrows(
            self.canvas, box.x, box.y, box.columns, box.rows, arrows, spans, longest, Role.VELOCITY, weight
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
    i, j = (int(bins_of(edges, place)) for edges, place in zip(snapshot.edges, view.cursor, strict=False))
    point = f"Φ ({number(view.cursor[0])}, {number(view.cursor[1])})"
    text = f"{point}  {walkers_of(snapshot)} {number(float(density[i, j]))}"
    if predicted is not None and against is not None:
        text += f"  {PREDICTION_SHORT[against]} {number(float(predicted[i, j]))}"
    draw_title(canvas, "Stationary distribution", False, text, Role.ACCENT)
