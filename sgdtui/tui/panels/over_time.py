"""One observable over time, with its error band and what Gibbs says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.curves import draw_curve
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.labels import place_label
from sgdtui.tui.draw.predictions import ink_of, short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import finite_range, number, parenthesised
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View, names_of

SEEN = 0.03
"""An observable of the preset that is off by less than this share gives way to a moment that is off by more."""

BAND = 2.0
"""Standard errors on both sides that are drawn."""

TOGETHER = 1
"""Rows that the two numbers are apart at most to be written under one another."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What is followed: `times` (n,), `values` (n,) and their errors, the average since the statistics began with its
    own, and what the chosen prediction says.
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    errors: np.ndarray | None
    average: float | None
    se: float | None
    predicted: float | None


def track_of(view: View) -> Track | None:
    """The observable, or entry of the covariance, that the chosen prediction gets most wrong."""
    snapshot = view.snapshot
    series = snapshot.series if snapshot is not None else None
    if snapshot is None or series is None or len(series.time) < 2:
        return None
    shown = view.shown()
    named = max(_observables(snapshot, shown), key=lambda scored: scored[0], default=None)
    if named is not None and named[0] > SEEN:
        return named[1]
    moment = max(_covariances(snapshot, shown), key=lambda scored: scored[0])
    return moment[1] if named is None or moment[0] > SEEN else named[1]


def _observables(snapshot: Snapshot, shown: str | None) -> list[tuple[float, Track]]:
    """Each with its relative difference from what is predicted."""
    series = snapshot.series
    assert series is not None
    says = snapshot.predictions[shown].observables if shown else {}
    found = []
    for name, values in series.observables.items():
        observed = snapshot.observables.get(name)
        average, predicted = observed.value if observed is not None else None, says.get(name)
        score = 0.0
        if average is not None and predicted is not None:
            score += abs(average - predicted) / max(abs(average), abs(predicted), 1e-300)
        se = observed.se if observed is not None else None
        track = Track(name, series.time, values, series.observables_se.get(name), average, se, predicted)
        found.append((score, track))
    return found


def _covariances(snapshot: Snapshot, shown: str | None) -> list[tuple[float, Track]]:
    series = snapshot.series
    assert series is not None
    covariance = snapshot.predictions[shown].covariance if shown else None
    axes, names = snapshot.experiment.space.axes, names_of(snapshot)
    found = []
    for i, one in enumerate(axes):
        for j, other in enumerate(axes[: i + 1]):
            average, se = float(snapshot.covariance[one, other]), float(snapshot.covariance_se[one, other])
            predicted = float(covariance[one, other]) if covariance is not None else None
            scale = abs(snapshot.covariance[one, one] * snapshot.covariance[other, other]) ** 0.5
            score = abs(average - predicted) / scale if predicted is not None and scale > 0 else 0.0
            errors = series.covariance_se[:, one, other] if series.covariance_se is not None else None
            name = f"var {names[i]}" if i == j else f"cov {names[j]} {names[i]}"
            track = Track(name, series.time, series.covariance[:, one, other], errors, average, se, predicted)
            found.append((float(score), track))
    return found


def draw_over_time(canvas: Canvas, view: View, focused: bool = False) -> None:
    """The whole panel."""
    track = track_of(view)
    draw_title(canvas, f"{track.name}, over t" if track is not None else "Over time", focused)
    rows = canvas.height - 1
    if track is None or rows < 1 or canvas.width < 4:
        canvas.write(1, 1, "after the first steps", Role.MUTED)
        return
    box = Box(1, 1, max(canvas.width - 2, 1), rows, float(track.times[0]), float(track.times[-1]))
    wanted = [track.values]
    if track.predicted is not None:
        wanted.append(np.array([track.predicted]))
    low, high = finite_range(wanted)
    pad = 0.08 * max(high - low, 1e-12)
    low, high = low - pad, high + pad
    positions = np.linspace(box.low, box.high, 2 * box.columns)

    def levels(values: np.ndarray) -> np.ndarray:
        height: np.ndarray = (np.interp(positions, track.times, values) - low) / (high - low)
        return np.where((height >= 0) & (height <= 1), height, np.nan)

    if track.errors is not None and rows > 1:
        for side in (-BAND, BAND):
            band = track.values + side * np.nan_to_num(track.errors)
            draw_curve(canvas, box.x, box.y, box.columns, rows, levels(band), Role.FAINT, "dotted")
    shown = view.shown()
    if track.predicted is not None and shown is not None:
        flat = levels(np.full(len(track.times), track.predicted))
        draw_curve(canvas, box.x, box.y, box.columns, rows, flat, ink_of(shown), "dashed")
    draw_curve(canvas, box.x, box.y, box.columns, rows, levels(track.values), Role.SGD_TEXT)
    _words(canvas, view, box, track, low, high)


def _words(canvas: Canvas, view: View, box: Box, track: Track, low: float, high: float) -> None:
    last = track.average if track.average is not None and not view.settling else float(track.values[-1])
    se = track.se if not view.settling else None

    def row_of(value: float) -> int:
        return box.y + min(box.rows - 1, max(0, int((high - value) / (high - low) * box.rows)))

    told = parenthesised(last, se) if se else number(last)
    middle, row = box.x + box.columns // 2, row_of(last)
    measured = (told, int(Role.SGD_TEXT))
    shown = view.shown()
    if track.predicted is not None and shown is not None:
        tiny = abs(track.predicted) < 1e-9 * float(np.nanmax(np.abs(track.values), initial=0.0))
        says = (f"{short_of(shown)} {number(0.0 if tiny else track.predicted)}", int(ink_of(shown)))
        other = row_of(track.predicted)
        if abs(other - row) <= TOGETHER:  # the larger above
            place_label(canvas, box, middle, row, [measured, says][:: 1 if last >= track.predicted else -1])
        else:
            place_label(canvas, box, middle, row + 1, [measured])
            place_label(canvas, box, middle, other, [says])
    else:
        place_label(canvas, box, middle, row + 1, [measured])
    if box.rows == 1:
        canvas.write(box.x, box.y, told, Role.TEXT, weight=BOLD)


class OverTime(Panel):
    """One observable, followed."""

    PICTURE = True
    TITLE = "Over time"
    JUMP = "t"
    READING = (
        "The observable that the chosen prediction gets most wrong, averaged over the walkers at each moment, with\n"
        "±2 standard errors dotted and the prediction dashed. The number is the average since burn-in with its error."
    )

    def paint(self, canvas: Canvas) -> None:
        """Draws the track."""
        draw_over_time(canvas, self.view, self.has_focus)
