"""Words in the map of a plane: what the lines are and, where there is no colour, which sign is what."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.frame import Box
from sgdtui.tui.draw.labels import Lines, place_first
from sgdtui.tui.draw.predictions import short_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.panels.distribution_memory import Memory
from sgdtui.tui.panels.on_the_way import expected_of, way_name
from sgdtui.tui.panels.pull_words import sign_of
from sgdtui.tui.view import View, walkers_of

SIGNS = {True: ("#", "o", "*", "->"), False: ("▒", "●", "⠶", "→")}
"""In ASCII and else: the shade of the walkers' law, a walker, a contour and an arrow."""


@dataclass(frozen=True, slots=True, eq=False)
class MapWords:
    """Writes into `box`, the map, on cells that are empty."""

    canvas: Canvas
    view: View
    snapshot: Snapshot
    memory: Memory
    box: Box

    def name_lines(self, anchor: tuple[int, int], shares: tuple[float, ...], ink: int) -> None:
        """Beside the outermost line, which is at the cell `anchor` (column, row) of the box."""
        name = self._name()
        if name:
            held = "·".join(f"{100 * share:.0f}" for share in shares)
            where = self.box.x + anchor[0], self.box.y + anchor[1]
            ways: list[Lines] = [[(f"{name}: {held} %", ink)], [(name, ink)]]
            place_first(self.canvas, self.box, where, ways, self.memory.labels, "line")

    def key(self, lines: bool) -> None:
        """In the corner, which sign is what; with colours that is seen. `lines`: whether there are contours."""
        look = self.view.look
        if look.shaded:
            return
        shade, walker, line, arrow = SIGNS[look.ascii]
        words = [(shade, walkers_of(self.snapshot)), (walker, "walkers")]
        words += [(line, self._name())] if lines and self._name() else []
        words += [(arrow, sign_of(self.view.arrows, look.ascii))] if self.view.arrows else []
        pairs = [f"{sign} {word}" for sign, word in words]
        below = [f"{sign:<2} {word}" for sign, word in words]
        ways = (below, ["  ".join(pairs[::2]), "  ".join(pairs[1::2])], ["  ".join(pairs)])
        corner = self.box.x + self.box.columns - 1, self.box.y + self.box.rows - 1
        said: list[Lines] = [[(text, int(Role.TEXT)) for text in way] for way in ways]
        place_first(self.canvas, self.box, corner, said, self.memory.labels, "key")

    def _name(self) -> str:
        shown = self.view.shown()
        if shown is None:
            return ""
        return way_name(self.view) if expected_of(self.view) is not None else short_of(shown)
