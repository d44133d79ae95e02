"""What pulls? The velocities of p that add up to J/p: curves on a line, their mean lengths in the plane."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.pulls import Pull
from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.tui.draw.arrows import draw_line_arrows, sample_line
from sgdtui.tui.draw.bars import bins_of
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.cursor import mark_cursor
from sgdtui.tui.draw.curves import dot_positions, draw_curve
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.plain import wrap_sentences
from sgdtui.tui.draw.predictions import short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import number
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.gutter import gutter_of
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.panels.pull_words import INK, MEANING, ORDER, PATTERN, sign_of
from sgdtui.tui.view import View

TITLE = "What pulls?"

NOTHING = 0.02
"""A sum below this share of its largest part is called zero, with the bound that it keeps."""

SLOT = 4
"""Cells of an arrow."""

FULL = 3.0
"""The panel's half height in units of the largest mean length: what is steep at the window's ends is cut off."""


def draw_pulls(canvas: Canvas, view: View, focused: bool = False) -> None:
    """The whole panel: curves or rows of arrows, bars, or one line where there is no room."""
    snapshot = view.snapshot
    drift = snapshot.drift if snapshot is not None else None
    if snapshot is None or drift is None:
        text = "this form has no drift and no diffusion" if _fieldless(snapshot) else "being computed …"
        if canvas.height < 3:
            x = canvas.write(0, 0, f"{TITLE} ", Role.TEXT, weight=BOLD)
            canvas.write(x, 0, text, Role.MUTED)
            return
        draw_title(canvas, TITLE, focused)
        canvas.write(2, 1, text, Role.MUTED)
        return
    if canvas.height < 3:
        _draw_in_a_line(canvas, view, snapshot)
    elif len(snapshot.edges) == 2:
        _draw_bars(canvas, view, snapshot, focused)
    else:
        _draw_curves(canvas, view, snapshot, drift, focused)


def _fieldless(snapshot: Snapshot | None) -> bool:
    return snapshot is not None and not snapshot.experiment.system.has_fields


def sum_of(pulls: dict[str, Pull]) -> tuple[str, bool]:
    """What is left over of the pulls in words, and whether that is nothing: "0 ✓ (< .5 %)" of the largest, ".31"."""
    left = pulls.get("velocity")
    if left is None:
        return "not known: p is not predicted", False
    largest = max((pull.largest for pull in pulls.values()), default=0.0)
    if left.largest <= NOTHING * largest:
        return f"0 ✓ (< {_bound(left.largest / max(largest, 1e-300))})", True
    return f"up to {number(left.largest, 2)}", False


def _bound(share: float) -> str:
    """A share, rounded up: .001 %, .3 %, 2 %."""
    for power in range(-8, 1):
        for digit in (1, 2, 5):
            if 100 * share <= digit * 10.0**power:
                return f"{number(digit * 10.0**power, 1)} %"
    return "2 %"


def _draw_in_a_line(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    x = canvas.write(0, 0, f"{TITLE} ", Role.TEXT, weight=BOLD)
    said, nothing = sum_of(snapshot.pulls)
    ink = Role.FAINT if view.stale else Role.TEXT
    signs = [sign_of(kind, view.look.ascii) for kind in ORDER]
    parts = " ".join(signs[:-1]).replace(" −", " − ").replace(" -", " - ")
    whole = f"{parts} = J/p: {said}"
    room = canvas.width - x
    text = whole if width_of(view.look.say(whole)) <= room else f"J/p: {said}"
    canvas.write(x, 0, text, Role.GOOD if nothing and not view.stale else ink, cells=room)


def _draw_curves(canvas: Canvas, view: View, snapshot: Snapshot, drift: DriftVectors, focused: bool) -> None:
    of = short_of(drift.of)
    as_rows = view.arrows != "velocity"
    said, nothing = sum_of(snapshot.pulls)
    notes = [f"sum J/p: {said}", f"p: {of}", f"a: {'curves' if as_rows else 'arrows'}"]
    title = f"{TITLE} velocities of p" if canvas.width >= 60 else TITLE
    while width_of(view.look.say(" · ".join(notes))) + len(title) + 8 > canvas.width and len(notes) > 1:
        notes.pop(1)
    draw_title(canvas, title, focused, " · ".join(notes))
    gutter, edges = gutter_of(canvas.width), snapshot.edges[0]
    box = Box(gutter, 1, canvas.width - gutter, canvas.height - 1, float(edges[0]), float(edges[-1]))
    if box.columns < SLOT:
        return
    longest = max((min(p.largest, FULL * p.mean) for p in snapshot.pulls.values()), default=0.0)
    _draw_signs(canvas, view, gutter, said, nothing)
    kinds = [k for k in ORDER if getattr(drift, k) is not None and not (k == "velocity" and nothing)]
    if not longest > 0:
        return
    if as_rows:
        for row, kind in enumerate(ORDER):
            if kind in kinds and row < box.rows:
                _draw_arrows(canvas, view, box, 1 + row, edges, getattr(drift, kind)[0], kind, longest)
    else:
        _draw_zero(canvas, box)
        for kind in reversed(kinds):
            _draw_curve(canvas, view, box, drift.points[0], getattr(drift, kind)[0], kind, longest)
    _read(canvas, view, box, edges, drift)


def _draw_signs(canvas: Canvas, view: View, gutter: int, said: str, nothing: bool) -> None:
    """The key of the curves: a row for each sign."""
    for row, kind in enumerate(ORDER):
        if 1 + row >= canvas.height:
            return
        ink = Role.FAINT if view.stale else INK[kind]
        sign = sign_of(kind, view.look.ascii)
        x = canvas.write(0, 1 + row, sign, ink, cells=gutter - 1, weight=BOLD)
        meaning = MEANING[kind] if kind != "velocity" else said
        text = view.look.say(f" {meaning}")
        if kind == "velocity":
            short = view.look.say(f" {said.partition(' (')[0]}")
            text = text if x + width_of(text) <= gutter - 1 else short
        if x + width_of(text) <= gutter - 1:
            canvas.write(x, 1 + row, text, Role.GOOD if kind == "velocity" and nothing else Role.MUTED)


def _draw_zero(canvas: Canvas, box: Box) -> None:
    """Nought as a faint line."""
    canvas.fill(box.x, box.y + box.rows // 2, box.columns, 1, "-" if canvas.look.ascii else "┄", Role.RULE)


def _draw_curve(
    canvas: Canvas, view: View, box: Box, points: np.ndarray, values: np.ndarray, kind: str, longest: float
) -> None:
    positions = dot_positions(box.low, box.high, box.columns)
    inside = (positions >= points[0]) & (positions <= points[-1])
    heights = np.interp(positions, points, values)
    good = np.isfinite(values)
    known = np.interp(positions, points, good.astype(float)) > 0.99
    middle = (box.rows // 2 * 4 + 1.5) / (box.rows * 4 - 1)
    levels = (1 - middle) + heights / longest * min(middle, 1 - middle)
    levels = np.where(inside & known & (levels >= 0) & (levels <= 1), levels, np.nan)
    pattern = "solid" if view.look.colours >= 16 else PATTERN[kind]
    ink = Role.FAINT if view.stale else INK[kind]
    draw_curve(canvas, box.x, box.y, box.columns, box.rows, levels, ink, pattern)


def _draw_arrows(
    canvas: Canvas,
    view: View,
    box: Box,
    y: int,
    edges: np.ndarray,
    values: np.ndarray,
    kind: str,
    longest: float,
) -> None:
    slots = max(1, box.columns // SLOT)
    span = (box.high - box.low) * (slots * SLOT) / box.columns
    sampled = sample_line(edges, values, box.low, box.low + span, slots)
    ink = Role.FAINT if view.stale else INK[kind]
    draw_line_arrows(canvas, box.x, y, box.columns, sampled, longest, ink, SLOT)


def _read(canvas: Canvas, view: View, box: Box, edges: np.ndarray, drift: DriftVectors) -> None:
    """The numbers at the cursor, in the key's place."""
    column = box.column_of(view.cursor[0]) if view.cursor is not None else None
    if column is None or view.cursor is None:
        return
    mark_cursor(canvas, column, box.y, box.rows)
    index = int(bins_of(edges, view.cursor[0]))
    for row, kind in enumerate(ORDER[: box.rows]):
        values = getattr(drift, kind)
        if values is not None and len(values[0]) > index:
            canvas.write(column + 2, 1 + row, number(float(values[0][index])), INK[kind], ground=Role.DEFAULT)


def _draw_bars(canvas: Canvas, view: View, snapshot: Snapshot, focused: bool) -> None:
    kind_shown = sign_of(view.arrows, view.look.ascii) if view.arrows else "none"
    draw_title(canvas, TITLE, focused, f"mean · a: {kind_shown} →")
    longest = max((pull.mean for pull in snapshot.pulls.values()), default=0.0)
    _, nothing = sum_of(snapshot.pulls)
    name_cells = 18 if canvas.width >= 34 else 9
    cells = canvas.width - name_cells - 8
    y = 1
    for kind in ORDER:
        if y >= canvas.height:
            return
        ink = Role.FAINT if view.stale else INK[kind]
        x = canvas.write(0, y, sign_of(kind, view.look.ascii), ink, weight=BOLD)
        if name_cells >= 18:
            canvas.write(x + 1, y, MEANING[kind], Role.MUTED)
        pull = snapshot.pulls.get(kind)
        if pull is None:
            canvas.write(name_cells, y, "p is not predicted", Role.MUTED)
        elif kind == "velocity" and nothing:
            canvas.write(name_cells, y, sum_of(snapshot.pulls)[0], Role.GOOD)
        elif longest > 0 and cells > 0:
            filled = round(pull.mean / longest * cells)
            bar = ("=" if view.look.ascii else "━") * filled or ("." if view.look.ascii else "·")
            canvas.write(name_cells, y, bar, ink, weight=BOLD)
            canvas.write(canvas.width - 7, y, number(pull.mean, 2), Role.MUTED, cells=7, align="right")
        y += 1
    curl = snapshot.flow.curl if snapshot.flow is not None else None
    if curl is not None and not nothing and "velocity" in snapshot.pulls:
        text = f"F = −Σ⁻¹(2g/η + ∇·Σ) has curl {number(curl, 2)}: no p can stop it."
        for line in wrap_sentences(view.look.say(text), canvas.width, canvas.height - y):
            canvas.write(0, y, line, Role.MUTED)
            y += 1


class Pulls(Panel):
    """The four kinds of drift vectors."""

    PICTURE = True
    TITLE = TITLE
    JUMP = "p"
    READING = (
        "−g       downhill: the mean displacement per unit time, exactly E[Δx]/η\n"
        "−D∇ln p  spread: diffusion down the gradient of ln p\n"
        "−∇·D     noise: the noise-induced drift of probability. It is in the current J, not in E[Δx]\n"
        "J/p      left over, their sum: the velocity of probability, zero in equilibrium, circulating when not\n"
        "D = ηΣ/2B. All on one scale. 0 ✓ (< .5 %) says that the sum is nought to that share of its largest part.\n"
        "a shows arrows in place of curves; in the plane it chooses which field is drawn on the map."
    )

    def needs(self, view: View) -> tuple[object, ...]:
        """The fields and how they are looked at; not the histogram, which only scales them."""
        shown = view.snapshot
        run = (None,) if shown is None else (shown.drift, shown.generation, shown.phase, len(shown.edges))
        said = sum_of(shown.pulls) if shown is not None else None
        return (*run, said, view.arrows, view.cursor, view.stale, view.busy, view.look)

    def paint(self, canvas: Canvas) -> None:
        """Draws the pulls."""
        draw_pulls(canvas, self.view, self.has_focus)
        if self.view.busy and self.view.snapshot is not None:
            canvas.fade()
