"""The rows of the dials: a slider with the value, and a mark where a step stops being stable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import plain, wrap
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.dial import Dial
from sgdtui.tui.panels.library import first_shown

VALUE = 6
"""Cells of a value."""
LABEL = 7
"""Cells that a name may take."""
LEAST = 5
"""Cells that a slider must have."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a row: the slider from `slider` over `cells` (0: no room), the value from `value`."""

    label: int
    slider: int
    cells: int
    value: int


def layout_of(dials: Sequence[Dial], width: int, look_says: Sequence[str]) -> Layout:
    """For a panel of so many columns; `look_says` are the labels as they are written."""
    label = max(2, min(max(map(width_of, look_says), default=2), LABEL, max(width - 12, 2)))
    slider = label + 2
    cells = width - slider - VALUE - 2
    return Layout(label, slider, cells if cells >= LEAST and dials else 0, width - VALUE - 1)


def draw_dials(
    canvas: Canvas,
    dials: Sequence[Dial],
    selected: int,
    first: int,
    focused: bool,
    typed: str | None = None,
    problem: str = "",
) -> tuple[int, int]:
    """The whole panel; returns (first dial shown, rows of dials)."""
    turned = any(d.value != d.initial for d in dials)
    draw_title(canvas, "Dials", focused, "u undo" if canvas.width >= 20 and turned else "")
    inside = canvas.height - 1
    about_rows = 2 if inside >= 9 else 1 if inside >= 5 else 0
    rows = max(inside - about_rows, 1)
    first = first_shown(selected, rows, len(dials), first)
    labels = [canvas.look.say(plain(d.label)) for d in dials]
    layout = layout_of(dials, canvas.width, labels)
    for place, index in enumerate(range(first, min(first + rows, len(dials)))):
        chosen = focused and index == selected
        _draw_row(canvas, 1 + place, dials[index], layout, chosen, typed if chosen else None)
    if len(dials) > first + rows:
        canvas.write(canvas.width - 1, rows, "v" if canvas.look.ascii else "↓", Role.MUTED)
    if first > 0:
        canvas.write(canvas.width - 1, 1, "^" if canvas.look.ascii else "↑", Role.MUTED)
    if about_rows and 0 <= selected < len(dials):
        _draw_about(canvas, dials, selected, about_rows, focused, problem)
    return first, rows


def _draw_row(canvas: Canvas, y: int, dial: Dial, layout: Layout, chosen: bool, typed: str | None) -> None:
    if chosen:
        canvas.fill(0, y, canvas.width, 1, " ", Role.TEXT, Role.SELECTED)
    changed = dial.value != dial.initial
    ink = Role.WARN if dial.warning else Role.TEXT
    canvas.write(1, y, dial.label, ink, cells=layout.label, weight=BOLD if chosen else 0)
    share = dial.share(dial.value) if isinstance(dial.value, int | float) else None
    if layout.cells and share is not None:
        _draw_slider(canvas, y, dial, layout, share, Role.ACCENT if chosen or changed else Role.MUTED)
    elif layout.cells:
        left, right = ("<", ">") if canvas.look.ascii else ("◂", "▸")
        canvas.write(layout.slider, y, left, Role.MUTED)
        canvas.write(layout.slider + layout.cells - 1, y, right, Role.MUTED)
    if typed is not None:
        canvas.write(layout.value, y, typed + ("_" if canvas.look.ascii else "▏"), Role.ACCENT, cells=VALUE)
        return
    written = dial.written + ("!" if dial.warning else "")
    canvas.write(
        layout.value, y, written, Role.WARN if dial.warning else Role.ACCENT if changed else Role.TEXT,
        cells=VALUE, align="right", weight=BOLD if changed else 0,
    )  # fmt: skip


def _draw_slider(canvas: Canvas, y: int, dial: Dial, layout: Layout, share: float, ink: int) -> None:
    full, knob, rest = ("=", "o", "-") if canvas.look.ascii else ("━", "●", "─")
    last = layout.cells - 1
    place, edge = round(share * last), dial.share(dial.edge)
    beyond = dial.edge is not None and float(dial.value) >= dial.edge
    mark = None if edge is None or beyond else round(edge * last)
    if (
        mark is not None and mark <= place
    ):  # on one cell, and yet the steps are stable: the mark stands beside
        mark = min(place + 1, last)
        place = min(place, mark - 1)
    canvas.write(layout.slider, y, rest * layout.cells, Role.RULE)
    canvas.write(layout.slider, y, full * place, ink)
    if mark is not None:
        canvas.write(layout.slider + mark, y, "!", Role.BAD, weight=BOLD)
    knob_ink = Role.BAD if beyond else Role.WARN if dial.warning else ink
    canvas.write(layout.slider + place, y, "!" if beyond else knob, knob_ink, weight=BOLD)


def _draw_about(
    canvas: Canvas, dials: Sequence[Dial], selected: int, rows: int, focused: bool, problem: str
) -> None:
    """What the selected dial is, what is wrong with what was typed, or what is dangerous."""
    dial = dials[selected]
    warned = next((d for d in dials if d.warning), None)
    text = problem or dial.warning or (dial.about if focused or warned is None else warned.warning)
    ink = Role.BAD if problem else Role.WARN if dial.warning or (warned and not focused) else Role.MUTED
    for row, line in enumerate(wrap(canvas.look.say(plain(text)), canvas.width - 2, rows)):
        canvas.write(1, canvas.height - rows + row, line, ink)
