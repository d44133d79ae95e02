"""Who is wrong, where? A strip (in the plane a small map) for each prediction: its distance, and where SGD differs."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.cursor import mark_cursor
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.predictions import ink_of, short_of
from sgdtui.tui.draw.roles import DIVERGES, Role
from sgdtui.tui.draw.scale import number
from sgdtui.tui.draw.strip import draw_strip
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.differences import on_cells, on_columns
from sgdtui.tui.panels.gutter import gutter_of
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View, walkers_of

MARK = {True: ("≈", Role.GOOD), False: ("≠", Role.BAD), None: ("?", Role.WARN)}
ASCII_MARK = {True: "~", False: "!", None: "?"}
TITLE = "Who is wrong, where?"


def draw_wrong(canvas: Canvas, view: View, focused: bool = False) -> None:
    """The whole panel: strips on a line, maps in the plane, one line where there is no room for either."""
    snapshot = view.snapshot
    if canvas.height < 3 or canvas.width < 16 or snapshot is None:
        _draw_in_a_line(canvas, view)
        return
    draw_title(canvas, TITLE, focused, _legend(canvas, view, snapshot))
    if view.settling or view.stale:
        _draw_foretold(canvas, view, snapshot)
        return
    names = list(snapshot.comparisons)
    if len(snapshot.edges) == 2:
        _draw_maps(canvas, view, snapshot, names)
    else:
        _draw_strips(canvas, view, snapshot, names)


def _draw_foretold(canvas: Canvas, view: View, snapshot: Snapshot) -> None:
    """Before the walkers have settled: what the predictions say of one another."""
    if view.stale or not snapshot.foretold:
        said = "being computed …" if view.stale else "told when the walkers have settled"
        canvas.write(2, 1, said, Role.MUTED)
        return
    y = 1
    for name, off in snapshot.foretold.items():
        if y < canvas.height:
            canvas.write(0, y, short_of(name), ink_of(name), cells=7)
            said = "foretold to be right" if off < 5e-4 else f"foretold to be off by TV {number(off, 2)}"
            canvas.write(8, y, said, Role.MUTED, cells=canvas.width - 8)
            y += 1


def _legend(canvas: Canvas, view: View, snapshot: Snapshot) -> str:
    who = walkers_of(snapshot)
    if view.look.ascii:
        words = [f"+ # {who} has more", "- = fewer", ". within 3 sd"]
    elif len(snapshot.edges) == 2:
        words = [
            f"{'red' if view.look.shaded else '+'} {who} has more",
            f"{'blue' if view.look.shaded else '−'} fewer",
        ]
        words.append("· within 3σ")
    else:
        words = [f"▀ {who} has more", "▄ fewer", "· within 3σ"]
    while words and width_of("  ".join(words)) + len(TITLE) + 8 > canvas.width:
        words.pop()
    return "  ".join(words) if len(words) > 1 else ""


def _value(snapshot: Snapshot, name: str) -> str:
    tv = snapshot.comparisons[name].distances.tv
    return "—" if tv is None else f"{tv:.3f}".replace("0.", ".", 1)


def _mark(canvas: Canvas, snapshot: Snapshot, name: str) -> tuple[str, int]:
    agrees = snapshot.comparisons[name].agrees
    mark, ink = MARK[agrees]
    return (ASCII_MARK[agrees] if canvas.look.ascii else mark), ink


def _draw_in_a_line(canvas: Canvas, view: View) -> None:
    """Every prediction's distance and mark."""
    snapshot = view.snapshot
    x = canvas.write(0, 0, "Who is wrong? ", Role.TEXT, weight=BOLD)
    if snapshot is None or view.settling or view.stale:
        canvas.write(x, 0, "told when the walkers have settled", Role.MUTED)
        return
    for name in snapshot.comparisons:
        mark, ink = _mark(canvas, snapshot, name)
        said = f"{canvas.look.say(short_of(name))} {_value(snapshot, name)}"
        if x + width_of(said) + 2 > canvas.width:
            break
        x = canvas.write(x + 1, 0, said, ink_of(name))
        x = canvas.write(x, 0, mark, ink, weight=BOLD) + 1


def _draw_strips(canvas: Canvas, view: View, snapshot: Snapshot, names: list[str]) -> None:
    gutter = gutter_of(canvas.width)
    columns = max(canvas.width - gutter, 1)
    found = {n: on_columns(snapshot, snapshot.predictions[n], columns) for n in names}
    reach = _reach([difference for difference, _ in found.values()])
    y = 1
    shown = view.shown()
    for name in names[: canvas.height - 1]:
        _draw_name(canvas, 0, y, gutter, snapshot, name, name == shown)
        draw_strip(canvas, gutter, y, *found[name], reach)
        y += 1
    for absence in snapshot.absences.values():
        if y < canvas.height:
            canvas.write(0, y, short_of(absence.name), Role.FAINT, cells=gutter - 1)
            canvas.write(gutter, y, f"none: {absence.reason}", Role.FAINT, cells=columns)
            y += 1
    column = None
    if view.cursor is not None:
        edges = snapshot.edges[0]
        column = Box(gutter, 1, columns, 1, float(edges[0]), float(edges[-1])).column_of(view.cursor[0])
    if column is not None:
        mark_cursor(canvas, column, 1, canvas.height - 1)


def _reach(differences: list[np.ndarray]) -> float:
    """The largest difference of all predictions: they are on one scale."""
    return max(
        (float(np.nanmax(np.abs(d), initial=0.0)) for d in differences if np.isfinite(d).any()), default=0.0
    )


def _draw_name(
    canvas: Canvas, x: int, y: int, cells: int, snapshot: Snapshot, name: str, shown: bool
) -> None:
    mark, ink = _mark(canvas, snapshot, name)
    value = _value(snapshot, name)
    weight = BOLD if shown else 0
    if cells >= 14:
        canvas.write(x, y, short_of(name), ink_of(name), cells=7, weight=weight)
        canvas.write(x + 7, y, value, Role.TEXT, cells=5, align="right")
        canvas.write(x + 13, y, mark, ink, weight=BOLD)
        return
    short = canvas.look.say(short_of(name))[: max(cells - 7, 1)]
    canvas.write(x, y, short, ink_of(name), cells=max(cells - 7, 1), weight=weight)
    canvas.write(x + cells - 6, y, value, Role.TEXT, cells=4)
    canvas.write(x + cells - 2, y, mark, ink, weight=BOLD)


def _draw_maps(canvas: Canvas, view: View, snapshot: Snapshot, names: list[str]) -> None:
    if not names:
        canvas.write(2, 1, "there is no prediction to hold against", Role.MUTED)
        return
    first = 1
    if not _legend(canvas, view, snapshot) and canvas.height >= 10:
        words = ("+ SGD has more", "- fewer") if not view.look.shaded else ("SGD has more", "fewer")
        more = words[0].replace("SGD", walkers_of(snapshot))
        x = canvas.write(0, 1, f"■ {more}" if view.look.shaded else more, Role.DIVERGE + DIVERGES - 1)
        canvas.write(x + 2, 1, f"■ {words[1]}" if view.look.shaded else words[1], Role.DIVERGE)
        first = 2
    inside = canvas.height - first
    across = max(1, min(len(names), (canvas.width + 2) // 17))
    down = -(-len(names) // across)
    if down > 1 and inside // down < 4:
        down = max(1, inside // 4)
    each, high = (canvas.width - 2 * (across - 1)) // across, inside // down
    if across * down < len(names) or high < 3:
        names = names[: across * down]
    found = {n: on_cells(snapshot, snapshot.predictions[n], each, 2 * (high - 1)) for n in names}
    reach = _reach([difference for difference, _ in found.values()])
    shown = view.shown()
    for place, name in enumerate(names):
        x, y = place % across * (each + 2), first + place // across * high
        mark, ink = _mark(canvas, snapshot, name)
        end = canvas.write(
            x,
            y,
            short_of(name),
            ink_of(name),
            cells=each,
            weight=BOLD if name == shown else 0,
        )
        end = canvas.write(end + 1, y, _value(snapshot, name), Role.TEXT, cells=max(0, x + each - end - 1))
        canvas.write(end + 1, y, mark, ink, weight=BOLD)
        _draw_map(canvas, x, y + 1, each, high - 1, *found[name], reach)


def _draw_map(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    difference: np.ndarray,
    seen: np.ndarray,
    reach: float,
) -> None:
    middle = DIVERGES // 2
    share = np.clip(np.nan_to_num(difference) / max(reach, 1e-300), -1.0, 1.0)
    steps = np.where(seen, np.sign(share) * np.maximum(1, np.rint(np.sqrt(np.abs(share)) * middle)), 0)
    upper, lower = steps[0::2].astype(int), steps[1::2].astype(int)
    part = (slice(y, y + rows), slice(x, x + columns))
    none = (upper == 0) & (lower == 0)
    if canvas.look.shaded:
        same = upper == lower
        canvas.glyph[part] = np.where(none, ord("·"), np.where(same, 32, ord("▀")))
        canvas.ink[part] = np.where(none, Role.RULE, Role.DIVERGE + middle + upper)
        canvas.ground[part] = np.where(none, Role.DEFAULT, Role.DIVERGE + middle + lower)
        return
    glyphs = np.array([ord(c) for c in ("=-.+#" if canvas.look.ascii else "=−·+#")], np.uint32)
    strongest = np.where(np.abs(upper) >= np.abs(lower), upper, lower)
    level = np.sign(strongest) * (1 + (np.abs(strongest) > middle // 2))
    canvas.glyph[part] = glyphs[(level * (strongest != 0)).astype(int) + 2]
    canvas.ink[part] = np.where(none, Role.RULE, Role.TEXT)


class Wrong(Panel):
    """Every prediction held against the walkers."""

    PICTURE = True
    TITLE = TITLE
    JUMP = "w"
    READING = (
        "A row, in the plane a map, for each prediction. The number is the total variation distance: the share of the\n"
        "walkers that would have to be moved to make the prediction right. ≈ agrees  ≠ differs  ? cannot be told yet.\n"
        "Blocks show where the walkers have more or fewer, coloured by the difference in density, on one scale;\n"
        "a dot is within 3σ, which is what sampling alone may do."
    )

    def needs(self, view: View) -> tuple[object, ...]:
        """What is drawn changes with the judgement, not with every snapshot."""
        shown = view.snapshot
        run = (
            (None,) if shown is None else (shown.comparisons, shown.generation, shown.phase, len(shown.edges))
        )
        return (*run, view.prediction, view.cursor, view.stale, view.settling, view.look)

    def paint(self, canvas: Canvas) -> None:
        """Draws the predictions."""
        draw_wrong(canvas, self.view, self.has_focus)
