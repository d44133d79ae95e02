"""Words beside what they name: a block of text is put on the nearest empty place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgdtui.tui.draw.canvas import BOLD, SPACE, Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role

Lines = Sequence[tuple[str, int]]
"""Texts with their inks, one below the other; the first is bold."""

ROW = 2.2
"""How many columns a row counts for in a distance: cells are higher than wide."""

APART = 4
"""Columns between two labels; one row lies between those above one another."""

STAY = 6.0
"""A place that was used before is kept unless another is nearer by more than so many columns."""


def place_label(
    canvas: Canvas, box: Box, column: int, row: int, lines: Lines, before: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """Writes the lines on empty cells of the box near (column, row); where their first cell is, None where none fits.

    `before` is where they were in the last picture, so that they do not jump about.
    """
    said = [(canvas.look.say(text), ink) for text, ink in lines]
    cells, rows = max((width_of(text) for text, _ in said), default=0), len(said)
    place = _nearest(canvas, box, column, row, cells, rows, before)
    if place is None:
        return None
    x, y = place
    canvas.labelled.append((x, y, cells, rows))
    for line, (text, ink) in enumerate(said):
        canvas.write(x, y + line, text, ink, weight=0 if line else BOLD)
    return place


def place_first(
    canvas: Canvas,
    box: Box,
    where: tuple[int, int],
    ways: list[Lines],
    places: dict[str, tuple[int, int]],
    key: str,
) -> None:
    """The first of the ways to say it for which there is room near `where`; `places` remembers it under `key`."""
    for said in ways:
        place = place_label(canvas, box, *where, said, places.get(key))
        if place is not None:
            places[key] = place
            return


def _nearest(
    canvas: Canvas, box: Box, column: int, row: int, cells: int, rows: int, before: tuple[int, int] | None
) -> tuple[int, int] | None:
    if cells + 2 > box.columns or rows > box.rows or not rows:
        return None
    part = (slice(box.y, box.y + box.rows), slice(box.x, box.x + box.columns))
    ground = canvas.ground[part]
    taken = (canvas.glyph[part] != SPACE) | ((ground != Role.DEFAULT) & (ground != Role.SHADE))
    for left, upper, wide, high in canvas.labelled:
        rows_ = slice(max(upper - box.y - 1, 0), max(upper - box.y + high + 1, 0))
        taken[rows_, max(left - box.x - APART + 1, 0) : max(left - box.x + wide + APART - 1, 0)] = True
    sums = np.pad(np.cumsum(np.cumsum(taken, axis=0), axis=1), ((1, 0), (1, 0)))
    wide = cells + 2
    inside = (
        sums[rows:, wide:] - sums[:-rows, wide:] - sums[rows:, :-wide] + sums[:-rows, :-wide]
    )  # cells that are taken, a margin of one column on both sides counted
    ys, xs = np.nonzero(inside == 0)
    if not len(ys):
        return None
    across = np.maximum(0, np.abs(xs + 1 + cells / 2 - (column - box.x)) - cells / 2)
    up = np.maximum(0, np.maximum(ys - (row - box.y), (row - box.y) - (ys + rows - 1)))
    cost = across + ROW * up + 0.05 * np.abs(xs + 1 + cells / 2 - (column - box.x))
    best = int(np.argmin(cost))
    if before is not None:
        same = np.flatnonzero((xs + 1 + box.x == before[0]) & (ys + box.y == before[1]))
        if len(same) and cost[same[0]] < cost[best] + STAY:
            best = int(same[0])
    return int(xs[best]) + 1 + box.x, int(ys[best]) + box.y
