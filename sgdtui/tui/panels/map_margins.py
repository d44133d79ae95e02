"""The law of each coordinate along the edges of a map, with the predicted one as a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.bars import columns_of, draw_bars, draw_sideways
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.curves import draw_curve, draw_sideways_curve
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.scale import finite_range
from sgdtui.tui.panels.distribution_memory import Memory


@dataclass(frozen=True, slots=True)
class Margins:
    """Rows of the marginal above the map, columns of the one on its right; 0 where there is no room."""

    above: int
    right: int


def margins_of(width: int, height: int) -> Margins:
    """For a panel of so many cells."""
    above = 0 if height < 9 else 2 if height < 15 else 3 if height < 24 else 4
    right = 0 if width < 46 else 6 if width < 60 else 9 if width < 100 else 13
    return Margins(above, right)


def draw_marginals(
    canvas: Canvas,
    box: Box,
    margins: Margins,
    snapshot: Snapshot,
    density: np.ndarray,
    law: np.ndarray | None,
    ink: int,
    memory: Memory,
) -> None:
    """Of a density and a predicted law (nx, ny), both in units of the axes; `box` is the map's."""
    across, up = snapshot.edges
    along_x = (density * np.diff(up)).sum(axis=1)
    along_y = (density * np.diff(across)[:, None]).sum(axis=0)
    law_x = (law * np.diff(up)).sum(axis=1) if law is not None else along_x
    law_y = (law * np.diff(across)[:, None]).sum(axis=0) if law is not None else along_y
    if margins.above:
        top = 1.05 * max(finite_range([along_x, law_x])[1], 1e-300)
        heights = columns_of(across, along_x, box.low, box.high, box.columns)
        draw_bars(canvas, box.x, 1, box.columns, margins.above, heights, top, memory.across)
        if law is not None:
            line = np.interp(
                box.low + (np.arange(2 * box.columns) + 0.5) / (2 * box.columns) * (box.high - box.low),
                (across[1:] + across[:-1]) / 2, law_x,
            )  # fmt: skip
            draw_curve(canvas, box.x, 1, box.columns, margins.above, line / top, ink)
    if margins.right:
        x = box.x + box.columns + 1
        top = 1.05 * max(finite_range([along_y, law_y])[1], 1e-300)
        lengths = columns_of(up, along_y, box.bottom, box.top, box.rows)[::-1]
        draw_sideways(canvas, x, box.y, margins.right, box.rows, lengths, top, memory.up)
        if law is not None:
            place = box.top - (np.arange(4 * box.rows) + 0.5) / (4 * box.rows) * (box.top - box.bottom)
            line = np.interp(place, (up[1:] + up[:-1]) / 2, law_y)
            draw_sideways_curve(canvas, x, box.y, margins.right, box.rows, line / top, ink)
