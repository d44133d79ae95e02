"""The verdict map: every region of one verdict in its tint, named once where it is widest, with lines between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import REGIONS, Role
from sgdtui.tui.map.verdicts import glyph_of


def draw_regions(canvas: Canvas, box: Box, verdicts: Sequence[str], owner: NDArray[np.intp]) -> None:
    """`owner` (rows, columns) is the entry of `verdicts` that a cell shows, -1 where there is none."""
    kinds = sorted({verdict for verdict in verdicts if verdict})
    number = {verdict: place for place, verdict in enumerate(kinds)}
    of_entry = np.array([number.get(verdict, -1) for verdict in verdicts] or [-1])
    region = np.where(owner >= 0, of_entry[owner], -1)
    part = (slice(box.y, box.y + box.rows), slice(box.x, box.x + box.columns))
    for verdict in kinds:
        ink = glyph_of(verdict)[2]
        tint = Role.REGION + (REGIONS.index(ink) if ink in REGIONS else len(REGIONS) - 1)
        canvas.ground[part] = np.where(region == number[verdict], tint, canvas.ground[part])
    _draw_borders(canvas, box, region)
    for verdict in kinds:
        _, words, ink = glyph_of(verdict)
        for cells in _connected(region == number[verdict]):
            _draw_name(canvas, box, cells, words, ink)


def _draw_borders(canvas: Canvas, box: Box, region: NDArray[np.intp]) -> None:
    beside = np.zeros(region.shape, bool)
    below = np.zeros(region.shape, bool)
    beside[:, :-1] = (region[:, :-1] != region[:, 1:]) & (region[:, :-1] >= 0) & (region[:, 1:] >= 0)
    below[:-1] = (region[:-1] != region[1:]) & (region[:-1] >= 0) & (region[1:] >= 0)
    across, along, both = "│─┘" if not canvas.look.ascii else "|_+"
    for row, column in np.argwhere(beside | below):
        corner = beside[row, column] and below[row, column]
        glyph = both if corner else across if beside[row, column] else along
        canvas.write(box.x + int(column), box.y + int(row), glyph, Role.TEXT)


def _connected(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """The parts of a mask that hang together."""
    from scipy.ndimage import label

    numbered, count = label(mask)
    return [numbered == part for part in range(1, count + 1)]


def _draw_name(canvas: Canvas, box: Box, cells: NDArray[np.bool_], words: str, ink: int) -> None:
    """The words in the middle of the widest stretch of the region's rows, the one nearest to its middle row."""
    said = canvas.look.say(words)
    middle = float(np.flatnonzero(cells.any(axis=1)).mean())
    best: tuple[float, int, int, int] | None = None
    for row in np.flatnonzero(cells.any(axis=1)):
        borders = np.flatnonzero(np.diff(np.concatenate([[0], cells[row].astype(int), [0]])))
        for begin, end in zip(borders[0::2], borders[1::2], strict=True):
            score = min(end - begin, 2 * width_of(said)) - 0.5 * abs(row - middle)
            if best is None or score > best[0]:
                best = (score, int(row), int(begin), int(end))
    if best is None:
        return
    _, label_row, begin, end = best
    text = said if width_of(said) + 2 <= end - begin else said[:1] if end - begin >= 3 else ""
    x = box.x + begin + max(0, (end - begin - width_of(text)) // 2)
    canvas.write(x, box.y + label_row, text, ink, weight=BOLD)
