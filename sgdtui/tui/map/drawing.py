"""The map drawn: shades or verdicts with their glyphs, a contour, axes and a legend. Arrays in, cells out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import BOLD, REVERSE, Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.maps import ASCII_RAMP, RAMP
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import SHADES, Role
from sgdtui.tui.draw.scale import number
from sgdtui.tui.map.chart import VERDICT, Chart
from sgdtui.tui.map.regions import draw_regions
from sgdtui.tui.map.verdicts import VERDICTS, glyph_of


def draw_axes(canvas: Canvas, chart: Chart, top: int) -> Box:
    """Both axes with ticks and names; returns the box inside them."""
    height = canvas.height - top
    rows = max(height - 3, 1)
    labels = chart.y.ticks(max(2, rows // 2))
    said = [canvas.look.say(label) for _, label in labels]
    gutter = min(max([width_of(label) for label in said], default=1) + 1, canvas.width // 3)
    left = gutter + 1
    columns = max(canvas.width - left - 1, 1)
    (low, high), (bottom, ceiling) = chart.x.limits, chart.y.limits
    box = Box(left, top + 1, columns, rows, low, high, bottom, ceiling)
    upright, corner, tick_x, tick_y, line = "│└┬┤─" if not canvas.look.ascii else "|+++-"
    canvas.write(0, top, chart.y.name, Role.MUTED, cells=canvas.width)
    for row in range(rows):
        canvas.write(gutter, box.y + row, upright, Role.RULE)
    canvas.write(gutter, box.y + rows, corner + line * columns, Role.RULE)
    taken = set()
    for (place, _), label in zip(labels, said, strict=True):
        row = box.y + min(rows - 1, int((ceiling - place) / (ceiling - bottom) * rows))
        if row in taken:
            continue
        taken.add(row)
        canvas.write(0, row, label, Role.MUTED, cells=gutter, align="right")
        canvas.write(gutter, row, tick_y, Role.RULE)
    name = canvas.look.say(chart.x.name)
    end = left + columns - width_of(name) - 1
    reached = -1
    for place, label in chart.x.ticks(max(2, columns // 10)):
        column = box.column_of(place)
        label = canvas.look.say(label)
        begin = (column or 0) - width_of(label) // 2
        if column is None or begin <= reached or begin + width_of(label) >= end:
            continue
        canvas.write(column, box.y + rows, tick_x, Role.RULE)
        canvas.write(max(begin, 0), box.y + rows + 1, label, Role.MUTED)
        reached = begin + width_of(label)
    canvas.write(end + 1, box.y + rows + 1, chart.x.name, Role.MUTED)
    return box


def draw_cells(
    canvas: Canvas, box: Box, chart: Chart, owner: NDArray[np.intp], level: float | None, log: bool
) -> None:
    """Every cell in the shade of its point, the verdict's letter in its middle, the contour over them."""
    part = (slice(box.y, box.y + box.rows), slice(box.x, box.x + box.columns))
    there = owner >= 0
    if chart.choice.measure == VERDICT and canvas.look.shaded:
        draw_regions(canvas, box, chart.verdicts, owner)
        return
    if chart.choice.measure == VERDICT:
        letters = np.array([ord(glyph_of(v)[0]) for v in chart.verdicts] or [32], np.uint32)
        inks = np.array([glyph_of(v)[2] for v in chart.verdicts] or [0], np.uint8)
        canvas.glyph[part] = np.where(there, letters[owner], 32)
        canvas.ink[part] = np.where(there, inks[owner], Role.TEXT)
        return
    share = shares(chart, log)[owner] if len(chart.rows) else np.zeros(owner.shape)
    known = there & np.isfinite(share)
    share = np.where(known, share, 0.0)
    if canvas.look.shaded:
        canvas.ground[part] = np.where(known, np.rint(1 + share * (SHADES - 2)) + Role.SHADE, Role.DEFAULT)
    else:
        ramp = ASCII_RAMP if canvas.look.ascii else RAMP
        canvas.glyph[part] = np.where(known, ramp[np.rint(1 + share * (len(ramp) - 2)).astype(int)], 32)
        canvas.ink[part] = Role.SGD
    if level is not None:
        _draw_contour(canvas, box, np.where(known, chart.values[owner], np.nan), level)
    _draw_letters(canvas, box, chart, owner)


def shares(chart: Chart, log: bool) -> NDArray[np.float64]:
    """Each value between the smallest (0) and the largest (1)."""
    values, (low, high) = chart.values, chart.range
    if log and high > 0:
        low = max(low, high * 1e-6)
        values, low, high = np.log10(np.maximum(values, low)), math.log10(low), math.log10(high)
    return (
        np.clip((values - low) / (high - low), 0, 1)
        if high > low
        else np.where(np.isfinite(values), 0.5, np.nan)
    )


def _draw_contour(canvas: Canvas, box: Box, values: NDArray[np.float64], level: float) -> None:
    """A line between cells on either side of the level."""
    above = values >= level
    known = np.isfinite(values)
    beside = np.zeros(values.shape, bool)
    below = np.zeros(values.shape, bool)
    beside[:, :-1] = (above[:, :-1] != above[:, 1:]) & known[:, :-1] & known[:, 1:]
    below[:-1] = (above[:-1] != above[1:]) & known[:-1] & known[1:]
    across, along, both = "│─┼" if not canvas.look.ascii else "|-+"
    for row, column in np.argwhere(beside | below):
        glyph = (
            both if beside[row, column] and below[row, column] else across if beside[row, column] else along
        )
        x, y = box.x + int(column), box.y + int(row)
        canvas.write(x, y, glyph, _ink_over(canvas, x, y), weight=BOLD)


def _draw_letters(canvas: Canvas, box: Box, chart: Chart, owner: NDArray[np.intp]) -> None:
    """The verdict's letter at every point that has room for one beside the shade."""
    for entry, verdict in enumerate(chart.verdicts):
        if not verdict:
            continue
        column, row = cell_of(box, chart, entry)
        if owner[row, column] == entry and np.count_nonzero(owner[row] == entry) > 1:
            letter, _, ink = glyph_of(verdict)
            x, y = box.x + column, box.y + row
            shaded = canvas.look.shaded and verdict != "failed"
            canvas.write(x, y, letter, _ink_over(canvas, x, y) if shaded else ink, weight=BOLD)


def _ink_over(canvas: Canvas, x: int, y: int) -> int:
    """An ink that stands out from the shade of a cell: the ramp begins near the background and ends far from it."""
    return Role.ON_ACCENT if canvas.ground[y, x] >= Role.SHADE + 9 else Role.VELOCITY


def cell_of(box: Box, chart: Chart, entry: int) -> tuple[int, int]:
    """Column and row of a point within the box."""
    x, y = chart.at[entry]
    column = int((x - box.low) / (box.high - box.low) * box.columns)
    row = int((box.top - y) / (box.top - box.bottom) * box.rows)
    return min(max(column, 0), box.columns - 1), min(max(row, 0), box.rows - 1)


def draw_cursor(canvas: Canvas, box: Box, chart: Chart, owner: NDArray[np.intp], entry: int) -> None:
    """The chosen point's cells turned round."""
    column, row = cell_of(box, chart, entry)
    mine = [(row, int(c)) for c in np.flatnonzero(owner[row] == entry)] or [(row, column)]
    for cell_row, cell_column in mine:
        canvas.weight[box.y + cell_row, box.x + cell_column] |= REVERSE | BOLD
    if canvas.glyph[box.y + row, box.x + column] == 32:
        canvas.write(box.x + column, box.y + row, "+", Role.VELOCITY, weight=REVERSE | BOLD)


def draw_legend(canvas: Canvas, y: int, chart: Chart, log: bool, level: float | None) -> None:
    """One row: the ramp from smallest to largest with the contour's level, or the letters of the verdicts."""
    x = 1
    if chart.choice.measure != VERDICT and chart.values.size:
        low, high = chart.range
        x = canvas.write(x, y, f"{number(low)} ", Role.MUTED)
        for step in range(8):
            if canvas.look.shaded:
                canvas.write(x, y, " ", ground=Role.SHADE + 1 + round(step / 7 * (SHADES - 2)))
            else:
                ramp = ASCII_RAMP if canvas.look.ascii else RAMP
                canvas.write(x, y, chr(int(ramp[1 + round(step / 7 * (len(ramp) - 2))])), Role.SGD)
            x += 1
        x = canvas.write(x, y, f" {number(high)}{' (log)' if log else ''}", Role.MUTED)
        if level is not None:
            line = "|" if canvas.look.ascii else "│"
            x = canvas.write(x + 2, y, line, Role.VELOCITY, weight=BOLD)
            x = canvas.write(x + 1, y, number(level), Role.MUTED)
        x += 3
    for verdict in [v for v in VERDICTS if v in chart.verdicts]:
        letter, words, ink = glyph_of(verdict)
        if x + len(words) + 3 > canvas.width:
            break
        x = canvas.write(x, y, letter, ink, weight=BOLD)
        x = canvas.write(x + 1, y, words, Role.MUTED) + 2
