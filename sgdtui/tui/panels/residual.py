"""The residual strip under the histogram: (SGD − prediction)/σ with ±2σ shaded."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.cursor import mark_cursor
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.residual import BAND, REACH, draw_residual
from sgdtui.tui.draw.roles import PREDICTION_ROLE, PREDICTION_TITLE, Role
from sgdtui.tui.draw.steady import Steady
from sgdtui.tui.view import View, walkers_of


def sigmas_of(snapshot: Snapshot, prediction: Prediction) -> np.ndarray:
    """(measured − predicted)/standard error in every bin; NaN where neither says anything."""
    predicted = prediction.density
    if predicted is None or predicted.shape != snapshot.density.shape:
        return np.full(snapshot.density.shape, np.nan)
    se = snapshot.density_se
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(se > 0, (snapshot.density - predicted) / se, np.nan)


def column_sigmas(snapshot: Snapshot, prediction: Prediction, columns: int) -> np.ndarray:
    """Residuals of equal columns, (columns,): the difference of all bins of a column over its error."""
    predicted = prediction.density
    bins = len(snapshot.density)
    if predicted is None or len(predicted) != bins:
        return np.full(columns, np.nan)
    if bins <= columns:
        nearest = np.minimum((np.arange(columns) + 0.5) / columns * bins, bins - 1).astype(int)
        sigmas: np.ndarray = sigmas_of(snapshot, prediction)[nearest]
        return sigmas
    of_bin = np.minimum(((np.arange(bins) + 0.5) / bins * columns).astype(int), columns - 1)
    difference = np.bincount(of_bin, np.nan_to_num(snapshot.density - predicted), columns)
    variance = np.bincount(of_bin, np.nan_to_num(snapshot.density_se) ** 2, columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, difference / np.sqrt(variance), np.nan)


def draw_residual_section(
    canvas: Canvas,
    box: Box,
    y: int,
    rows: int,
    view: View,
    snapshot: Snapshot,
    against: str | None,
    steady: Steady,
) -> None:
    """A rule with the strip's title, and the strip, under the plot `box` and aligned with it."""
    canvas.rule(y)
    if against is None:
        canvas.write(2, y, f" ({walkers_of(snapshot)} − prediction)/σ: no prediction yet ", Role.MUTED)
        return
    x = canvas.write(2, y, f" ({walkers_of(snapshot)} − ", Role.TEXT)
    x = canvas.write(x, y, PREDICTION_TITLE[against], Role.FAINT if view.stale else PREDICTION_ROLE[against])
    x = canvas.write(x, y, ")/σ ", Role.TEXT)
    canvas.write(x, y, f"±{BAND:g}σ shaded " if view.look.shaded else f"±{BAND:g}σ dotted ", Role.MUTED)
    if view.settling or view.stale:
        canvas.write(
            box.x,
            y + 1 + rows // 2,
            "after the walkers have settled" if view.settling else "being computed",
            Role.MUTED,
        )
        return
    sigmas = column_sigmas(snapshot, snapshot.predictions[against], box.columns)
    draw_residual(canvas, box.x, y + 1, box.columns, rows, sigmas, PREDICTION_ROLE[against], steady)
    canvas.write(0, y + 1, f"+{REACH:g}σ", Role.MUTED, cells=box.x - 1, align="right")
    canvas.write(0, y + rows, f"−{REACH:g}σ", Role.MUTED, cells=box.x - 1, align="right")
    if rows >= 3:
        canvas.write(
            0, y + 1 + rows // 2, "0" if rows % 2 else "", Role.MUTED, cells=box.x - 1, align="right"
        )
    for row in range(rows):
        canvas.write(box.x - 1, y + 1 + row, "|" if view.look.ascii else "│", Role.RULE)
    good = sigmas[np.isfinite(sigmas)]
    if good.size and view.cursor is None:
        beyond = float(np.abs(good).max())
        said = f" largest {beyond:.1f}σ " if beyond < 100 else f" largest {beyond:.0f}σ "
        canvas.write(0, y, said, Role.MUTED, cells=canvas.width - 2, align="right")
    if view.cursor is not None:
        column = box.column_of(view.cursor[0])
        if column is not None:
            mark_cursor(canvas, column, y + 1, rows)
            value = sigmas[min(column - box.x, len(sigmas) - 1)]
            canvas.write(0, y, f" Φ {value:+.1f}σ ", Role.ACCENT, cells=canvas.width - 2, align="right")
