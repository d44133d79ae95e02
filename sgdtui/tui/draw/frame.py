"""The one place that calls plotext: frames with axes and ticks, and line panels.

plotext 6 aborts the process on numbers that are not finite, on huge ones where limits are set, and on zeros in a
log scale; so every number that reaches it goes through `sane` first, and logarithms are taken here. It keeps one
master figure: only the thread of the app may draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.plain import shorten, spell
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import tick_labels, ticks

NAME = 7
"""Cells that the name of y may take, at most."""

LIMIT = 1e9
"""Numbers beyond this never reach plotext."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of cells and the numbers at its edges: `low`, `high` along x, `bottom`, `top` along y."""

    x: int
    y: int
    columns: int
    rows: int
    low: float = 0.0
    high: float = 1.0
    bottom: float = 0.0
    top: float = 1.0

    def column_of(self, value: float) -> int | None:
        """The canvas column of an x, None outside."""
        if not self.low <= value <= self.high or self.columns <= 0:
            return None
        return self.x + min(self.columns - 1, int((value - self.low) / (self.high - self.low) * self.columns))


def sane(
    x: np.ndarray, y: np.ndarray, *, logarithmic: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points that plotext survives: finite, within ±1e9, with log10 taken of positive heights where asked."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        height = np.log10(y) if logarithmic else y
    good = np.isfinite(x) & np.isfinite(height)
    return np.clip(x[good], -LIMIT, LIMIT), np.clip(height[good], -LIMIT, LIMIT)


def _figure(width: int, height: int) -> Any:
    import plotext

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.axes(False, axis=0, side=1)
    figure.axes(False, axis=1, side=1)
    figure.legend(False)
    return figure


def _rows(figure: Any, width: int, height: int) -> list[str]:
    lines = figure.build().string(colorless=True).split("\n")[:height]
    return [line.ljust(width)[:width] for line in lines] + [" " * width] * (height - len(lines))


@lru_cache(maxsize=64)
def _frame_rows(
    width: int,
    height: int,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    x_ticks: tuple[float, ...],
    x_labels: tuple[str, ...],
    y_ticks: tuple[float, ...],
    y_labels: tuple[str, ...],
) -> tuple[tuple[str, ...], int, int]:
    figure = _figure(width, height)
    figure.ruler(0, 0).lim(*x_limits)
    figure.ruler(1, 0).lim(*y_limits)
    figure.ruler(0, 0).ticks(list(x_ticks), list(x_labels))
    figure.ruler(1, 0).ticks(list(y_ticks), list(y_labels))
    figure.draw(figure.signal([x_limits[0]], [y_limits[1] + (y_limits[1] - y_limits[0])]))
    rows = _rows(figure, width, height)
    corner = next((y for y, row in enumerate(rows) if "└" in row), height)
    left = rows[corner].index("└") + 1 if corner < height else 0
    return tuple(rows), left, corner


def draw_frame(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    *,
    x_name: str = "",
    y_name: str = "",
    y_ticks: Sequence[float] | None = None,
    y_labels: Sequence[str] | None = None,
    gutter: int = 0,
) -> Box:
    """Draws axes with round ticks and the quantities' names; returns the box inside them.

    The name of x stands at the right end of the ticks' row, that of y above the left axis' ticks. `gutter` is the
    least width of the labels left of the axis, so that stacked frames align.
    """
    # A long name must not take the picture's place: `w_flipper_length_mm` is `w_flip…` beside a map.
    x_name, y_name = (
        shorten(canvas.look.say(x_name), max(width // 3, 4)),
        shorten(canvas.look.say(y_name), NAME),
    )
    y_span = y_limits[1] - y_limits[0]
    rows_inside = max(height - 2, 1)
    ys = (
        list(y_ticks)
        if y_ticks is not None
        else ticks(y_limits[0], y_limits[1] - 0.08 * y_span, max(2, rows_inside // 3))
    )
    labels = list(y_labels) if y_labels is not None else tick_labels(ys)
    least = max(gutter, len(y_name))
    labels = [label.rjust(least) for label in labels] or [" " * least]
    ys = ys or [y_limits[0]]
    inside = max(width - least - 1, 4)
    xs = ticks(*x_limits, max(2, inside // 9))
    x_span = x_limits[1] - x_limits[0]
    keep_clear = (len(x_name) + 3) / inside * x_span
    xs = [value for value in xs if value <= x_limits[1] - keep_clear] or xs[:1]
    rows, left, corner = _frame_rows(
        width, height, x_limits, y_limits, tuple(xs), tuple(tick_labels(xs)), tuple(ys), tuple(labels)
    )
    for line, row in enumerate(rows):
        canvas.write(x, y + line, spell_frame(row) if canvas.look.ascii else row, Role.MUTED)
    part = (slice(y, y + corner + 1), slice(x + left - 1, x + width))
    canvas.ink[part] = np.where(canvas.glyph[part] != 32, Role.RULE, canvas.ink[part])
    if y_name:
        canvas.write(x, y, y_name.rjust(max(left - 1, 0)), Role.MUTED)
    if x_name:
        canvas.write(x, y + height - 1, x_name, Role.MUTED, cells=width, align="right")
    return Box(x + left, y, max(width - left, 0), max(corner, 0), *x_limits, *y_limits)


FRAME_ASCII = str.maketrans("│─└┤┬┼├┴┌┐┘", "|-++++++++" + "+")


def spell_frame(text: str) -> str:
    """A frame's characters in ASCII."""
    return spell(text.translate(FRAME_ASCII))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a line panel: finite or not, positive or not; `label` names it in the legend."""

    x: np.ndarray
    y: np.ndarray
    ink: int
    kind: str
    label: str


def draw_lines(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    lines: Sequence[Line],
    *,
    x_name: str,
    y_name: str,
    logarithmic: bool = False,
) -> Box | None:
    """A line panel drawn by plotext: frame, ticks and braille lines, each line in its ink. None: nothing to draw."""
    points = [(*sane(line.x, line.y, logarithmic=logarithmic), line) for line in lines]
    points = [(px, py, line) for px, py, line in points if px.size]
    if not points or width < 12 or height < 4:
        return None
    low = min(float(px.min()) for px, _, _ in points)
    high = max(float(px.max()) for px, _, _ in points)
    bottom = min(float(py.min()) for _, py, _ in points)
    top = max(float(py.max()) for _, py, _ in points)
    high = high if high > low else low + 1.0
    pad = max(0.05 * (top - bottom), 1e-6 * max(abs(top), 1.0), 0.05)
    limits = (bottom - pad, top + pad)
    y_ticks: list[float] | None = None
    y_labels: list[str] | None = None
    if logarithmic:
        y_ticks = ticks(*limits, max(2, (height - 2) // 2))
        y_labels = [_power(value) for value in y_ticks]
    box = draw_frame(
        canvas, x, y, width, height, (low, high), limits, x_name=x_name, y_name=y_name, y_ticks=y_ticks,
        y_labels=y_labels,
    )  # fmt: skip
    for px, py, line in points:
        for row, text in enumerate(
            _line_rows(box.columns, box.rows, (low, high), limits, *_thin(px, py, box.columns), line.kind)
        ):
            for column, character in enumerate(text):
                if character != " ":
                    mark = (
                        character
                        if not canvas.look.ascii
                        else {"solid": "*", "dotted": "."}.get(line.kind, "-")
                    )
                    canvas.write(box.x + column, box.y + row, mark, line.ink)
    return box


def _power(value: float) -> str:
    """10**value, short: 1, .1, .03, 1e-4."""
    size = 10.0**value
    return f"{size:.2g}".replace("e-0", "e-").replace("0.", ".", 1) if size < 1 else f"{size:.3g}"


def _thin(x: np.ndarray, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """About one point a dot column: plotext's cost is per point."""
    if x.size <= 2 * columns:
        return x, y
    pick = np.linspace(0, x.size - 1, 2 * columns).astype(int)
    return x[pick], y[pick]


def _line_rows(
    columns: int,
    rows: int,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    x: np.ndarray,
    y: np.ndarray,
    kind: str,
) -> list[str]:
    figure = _figure(columns, rows)
    figure.axes(False)
    figure.ruler(0, 0).lim(*x_limits)
    figure.ruler(1, 0).lim(*y_limits)
    for axis in (0, 1):
        figure.ruler(axis, 0).ticks([], [])
    figure.draw(figure.signal(list(x), list(y), marker="braille").lines(kind == "solid"))
    return _rows(figure, columns, rows)
