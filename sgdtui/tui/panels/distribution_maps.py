"""Where the walkers settle in a plane: one map, the contours of one prediction, arrows, walkers, and both marginals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction
from sgdtui.tui.draw.arrows import draw_map_arrows, longest_of
from sgdtui.tui.draw.bars import bins_of
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.contours import contour_cells, contour_dots, mass_levels
from sgdtui.tui.draw.curves import put_dots
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.maps import draw_map, resample
from sgdtui.tui.draw.plain import shorten
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.predictions import ink_of, short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import finite_range, number, tick_labels, ticks
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.draw.walkers import draw_steps, draw_walkers
from sgdtui.tui.panels.distribution_line import title_of
from sgdtui.tui.panels.distribution_memory import Contours, Memory
from sgdtui.tui.panels.map_margins import Margins, draw_marginals, margins_of
from sgdtui.tui.panels.map_words import MapWords
from sgdtui.tui.panels.on_the_way import expected_of
from sgdtui.tui.panels.pull_words import sign_of
from sgdtui.tui.view import View, names_of, walkers_of

SHARES = (0.5, 0.9, 0.99)
"""The contours hold so much of the prediction's mass."""

ROWS_OF_THREE = {True: 18, False: 12}
"""Without colour, in ASCII and else, a map with fewer rows has the middle one alone: three would hide the shades."""

WATCHED = 28
"""Watched walkers that are drawn at most: on shades each of them costs more of the link than on a line."""

CELLS_OF_ONE = 40
"""Cells of the map for each of them: in a small one they would hide the shades."""

GUTTER = 7
"""Cells left of the map."""


def draw_maps(canvas: Canvas, view: View, snapshot: Snapshot, memory: Memory, focused: bool) -> Box | None:
    """The whole panel for two coordinates; the box of the map, None where there is no room for one."""
    margins = margins_of(canvas.width, canvas.height)
    (across, up) = snapshot.edges
    low, high, bottom, top = (float(e) for e in (across[0], across[-1], up[0], up[-1]))
    columns = canvas.width - GUTTER - margins.right - (1 if margins.right else 0)
    rows = canvas.height - 2 - margins.above
    page = _Page(
        canvas,
        view,
        snapshot,
        memory,
        margins,
        Box(GUTTER, 1 + margins.above, columns, rows, low, high, bottom, top),
    )
    page.title(focused)
    if rows < 3 or columns < 8:
        return None
    page.map()
    draw_marginals(canvas, page.box, margins, snapshot, page.density, page.law, page.ink, memory)
    page.axes()
    page.contours()
    page.arrows()
    page.words()
    page.walkers()
    page.cursor()
    return page.box


@dataclass(frozen=True, slots=True)
class _Page:
    """Where the parts of one frame are drawn; `box` is the map's."""

    canvas: Canvas
    view: View
    snapshot: Snapshot
    memory: Memory
    margins: Margins
    box: Box

    @property
    def density(self) -> np.ndarray:
        """What is shaded: where the walkers are now while they settle, else since the statistics began."""
        return self.snapshot.instant if self.view.settling else self.snapshot.density

    @property
    def law(self) -> np.ndarray | None:
        """What the lines are of: the law of this moment on the way from the start, else the chosen prediction."""
        expected, prediction = expected_of(self.view), self.prediction
        return expected if expected is not None else prediction.density if prediction is not None else None

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the contours that are drawn."""
        look = self.view.look
        return SHARES if look.shaded or self.box.rows >= ROWS_OF_THREE[look.ascii] else SHARES[1:2]

    @property
    def watched(self) -> int:
        """How many walkers are drawn."""
        return min(WATCHED, self.box.columns * self.box.rows // CELLS_OF_ONE)

    @property
    def prediction(self) -> Prediction | None:
        """The one that was chosen."""
        shown = self.view.shown()
        return self.snapshot.predictions[shown] if shown else None

    @property
    def ink(self) -> int:
        """Of the lines."""
        shown = self.view.shown()
        if expected_of(self.view) is not None:
            return Role.ACCENT
        return Role.FAINT if self.view.stale or shown is None else ink_of(shown)

    def title(self, focused: bool) -> None:
        """The question, and the keys that change what is drawn."""
        title = title_of(self.view, self.snapshot, self.canvas.width)
        shown, say = self.view.shown(), self.view.look.say
        arrows = sign_of(self.view.arrows, False) if self.view.arrows else ""
        if self.view.keys:
            notes = [f"p: {short_of(shown) if shown else 'no prediction'}"]
            notes += [f"a: {arrows}"] if arrows else []
            notes.append("f: full")
        else:
            notes = [f"arrows: {arrows}"] if arrows else []
        if self.snapshot.outside > 5e-4:
            notes.insert(0, f"{number(100 * self.snapshot.outside, 2)} % outside")
        while notes and width_of(title) + width_of(say(" · ".join(notes))) + 10 > self.canvas.width:
            notes.pop()
        draw_title(self.canvas, title, focused, " · ".join(notes))

    def map(self) -> None:
        """Shades in proportion to √p."""
        law = self.law
        arrays = [self.density, *([law] if law is not None else [])]
        peak = self.memory.top.of(finite_range(arrays)[1])
        box = self.box
        draw_map(
            self.canvas,
            box.x,
            box.y,
            box.columns,
            box.rows,
            self.density,
            peak,
            self.memory.measured,
            moving=self.snapshot.phase == "settling",
        )

    def axes(self) -> None:
        """Numbers along both axes, and what the marginals are."""
        canvas, box, look = self.canvas, self.box, self.view.look
        names = [shorten(look.say(name), 5) for name in names_of(self.snapshot)]
        for value, label in _labelled(box.bottom, box.top, max(2, box.rows // 5)):
            row = box.y + min(box.rows - 1, int((box.top - value) / (box.top - box.bottom) * box.rows))
            if row == box.y:  # the name stands there
                continue
            canvas.write(0, row, label, Role.MUTED, cells=GUTTER - 2, align="right")
            canvas.write(GUTTER - 1, row, "|" if look.ascii else "┤", Role.RULE)
        canvas.write(0, box.y, names[1], Role.TEXT, cells=GUTTER - 2, align="right")
        keep = box.x + box.columns - width_of(names[0]) - 2
        for value, label in _labelled(box.low, box.high, max(2, box.columns // 11)):
            column = box.column_of(value)
            start = max(box.x, (column or 0) - width_of(label) // 2)
            if column is not None and start + width_of(label) <= keep:
                canvas.write(start, box.y + box.rows, label, Role.MUTED)
        canvas.write(box.x, box.y + box.rows, names[0], Role.TEXT, cells=box.columns, align="right")
        if self.margins.above:
            canvas.write(0, 1, f"p({names[0]})", Role.MUTED, cells=GUTTER - 1)
        if self.margins.right:
            x = box.x + box.columns + 1
            canvas.write(x, max(1, box.y - 1), f"p({names[1]})", Role.MUTED, cells=self.margins.right)

    def contours(self) -> None:
        """The borders of the regions that hold 50, 90 and 99 % of the law."""
        kept = self._contours()
        if kept is None:
            return
        box, dots = self.box, kept.dots
        if self.view.look.ascii:
            part = (slice(box.y, box.y + box.rows), slice(box.x, box.x + box.columns))
            self.canvas.glyph[part] = np.where(dots > 0, dots, self.canvas.glyph[part])
            self.canvas.ink[part] = np.where(dots > 0, self.ink, self.canvas.ink[part])
            return
        put_dots(self.canvas, box.x, box.y, dots, self.ink)

    def _contours(self) -> Contours | None:
        """As they were drawn before, where the law is the same: they cost more than all the rest."""
        expected, prediction, box = expected_of(self.view), self.prediction, self.box
        source = (
            expected if expected is not None else prediction.probability if prediction is not None else None
        )
        law = self.law
        if source is None or law is None:
            return None
        kept = self.memory.contours
        if kept is None or not kept.fits(source, box.columns, box.rows):
            levels = mass_levels(law, self.shares)
            rows, columns = np.nonzero(resample(law, box.columns, box.rows) >= (levels or [0.0])[-1])
            place = int(np.argmin(rows - 0.25 * columns)) if len(rows) else 0
            anchor = (int(columns[place]), int(rows[place])) if len(rows) else (0, 0)
            drawn = contour_cells if self.view.look.ascii else contour_dots
            kept = Contours(source, drawn(law, box.columns, box.rows, levels), anchor)
            self.memory.contours = kept
        return kept

    def arrows(self) -> None:
        """The chosen field; lengths in units of the longest where walkers are."""
        drift, kind, box = self.snapshot.drift, self.view.arrows, self.box
        field = getattr(drift, kind) if drift is not None and kind else None
        if field is None or self.view.stale or field.shape[1:] != self.density.shape:
            return
        assert drift is not None
        across, up = self.snapshot.edges
        longest = longest_of(np.hypot(field[0], field[1]), self.density)
        if kind == "velocity":  # what is small against the pull downhill is to look small
            longest = max(longest, 0.1 * longest_of(np.hypot(*drift.gradient), self.density))
        spans = (float(across[-1] - across[0]), float(up[-1] - up[0]))
        draw_map_arrows(
            self.canvas,
            box.x,
            box.y,
            box.columns,
            box.rows,
            field,
            spans,
            longest,
            Role.VELOCITY,
            self.density,
        )

    def words(self) -> None:
        """What the lines are, and without colour what everything is."""
        contours = self._contours()
        words = MapWords(self.canvas, self.view, self.snapshot, self.memory, self.box)
        if contours is not None:
            words.name_lines(contours.anchor, self.shares, self.ink)
        words.key(lines=contours is not None)

    def walkers(self) -> None:
        """The watched ones."""
        sample = self.snapshot.sample
        if sample is not None and self.view.walkers and len(sample):
            x, y = sample[: self.watched].T
            if self.memory.before is not None:
                were_x, were_y = self.memory.before[: self.watched].T
                draw_steps(self.canvas, self.box, (were_x, were_y), x, y)
            draw_walkers(self.canvas, self.box, x, y)

    def cursor(self) -> None:
        """Φ, and in the title's row the numbers there."""
        cursor, box = self.view.cursor, self.box
        if cursor is None or len(cursor) < 2:
            return
        column = box.column_of(cursor[0])
        if column is not None and box.bottom <= cursor[1] <= box.top:
            down = (box.top - cursor[1]) / (box.top - box.bottom) * box.rows
            self.canvas.write(column, box.y + min(box.rows - 1, int(down)), "Φ", Role.ACCENT)
        i, j = (int(bins_of(e, place)) for e, place in zip(self.snapshot.edges, cursor, strict=False))
        text = f"Φ ({number(cursor[0])}, {number(cursor[1])})  {walkers_of(self.snapshot)} "
        text += number(float(self.density[i, j]))
        shown, law = self.view.shown(), self.law
        if shown is not None and law is not None:
            text += f"  {short_of(shown)} {number(float(law[i, j]))}"
        draw_title(self.canvas, "Where?", False, text, Role.ACCENT)


def _labelled(low: float, high: float, most: int) -> list[tuple[float, str]]:
    values = ticks(low, high, most)
    return list(zip(values, tick_labels(values), strict=True))
