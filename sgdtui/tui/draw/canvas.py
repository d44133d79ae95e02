"""A canvas: one codepoint, ink role, ground role and weight a cell, in numpy arrays of shape (height, width)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.cells import get_character_cell_size

from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain, shorten, width
from sgdtui.tui.draw.roles import BOLD, DIM, REVERSE, UNDERLINE, Role

__all__ = ["BOLD", "DIM", "REVERSE", "UNDERLINE", "Canvas"]

SPACE = 32
CONTINUED = 0
"""The codepoint of the second cell of a wide character."""


@lru_cache(maxsize=4096)
def _glyphs(text: str) -> NDArray[np.uint32]:
    """The codepoints of a text cell by cell; the second cell of a wide character is `CONTINUED`."""
    if width(text) == len(text):
        return np.frombuffer(text.encode("utf-32-le"), np.uint32)
    cells: list[int] = []
    for character in text:
        size = get_character_cell_size(character)
        cells += [ord(character), CONTINUED][:size]
    return np.array(cells, np.uint32)


class Canvas:
    """Cells to draw on. Rows grow downwards; everything outside is cut off silently."""

    __slots__ = ("glyph", "ground", "height", "ink", "labelled", "look", "weight", "width")

    def __init__(self, width: int, height: int, look: Look | None = None) -> None:
        self.width, self.height = max(width, 0), max(height, 0)
        self.look = look or Look()
        shape = (self.height, self.width)
        self.glyph: NDArray[np.uint32] = np.full(shape, SPACE, np.uint32)
        self.ink: NDArray[np.uint8] = np.full(shape, Role.TEXT, np.uint8)
        self.ground: NDArray[np.uint8] = np.zeros(shape, np.uint8)
        self.weight: NDArray[np.uint8] = np.zeros(shape, np.uint8)
        self.labelled: list[tuple[int, int, int, int]] = []
        """Where labels stand that keep apart from one another: column, row, columns, rows."""

    def write(
        self,
        x: int,
        y: int,
        text: str,
        ink: int = Role.TEXT,
        *,
        ground: int | None = None,
        weight: int = 0,
        cells: int | None = None,
        align: str = "left",
    ) -> int:
        """Writes one line of text, shortened to `cells` (default: to the edge); returns the column after it.

        `align` "right" ends the text at x + cells, "centre" puts it in their middle. Control characters never reach
        the canvas; a wide character takes two cells.
        """
        if not 0 <= y < self.height:
            return x
        room = self.width - x if cells is None else min(cells, self.width - x)
        if room <= 0:
            return x
        said = plain(text)
        if self.look.ascii:
            said = self.look.say(said)
        used = width(said)
        if used > room:
            said = shorten(said, room)
            said = said if not self.look.ascii else said.replace("…", "~")
            used = width(said)
        if cells is not None and align == "right":
            x += max(0, cells - used)
        elif cells is not None and align == "centre":
            x += max(0, (cells - used) // 2)
        glyphs = _glyphs(said)
        first = max(0, -x)
        last = min(used, self.width - x)
        if first < last:
            span = slice(x + first, x + last)
            self.glyph[y, span] = glyphs[first:last]
            self.ink[y, span] = ink
            self.weight[y, span] = weight
            if ground is not None:
                self.ground[y, span] = ground
        return x + used

    def rule(self, y: int, x: int = 0, cells: int | None = None, ink: int = Role.RULE) -> None:
        """A horizontal rule."""
        self.fill(x, y, self.width - x if cells is None else cells, 1, "-" if self.look.ascii else "─", ink)

    def fill(
        self,
        x: int,
        y: int,
        cells: int,
        rows: int,
        character: str = " ",
        ink: int = Role.TEXT,
        ground: int = 0,
    ) -> None:
        """Fills a rectangle with one character."""
        part = (slice(max(y, 0), max(y + rows, 0)), slice(max(x, 0), max(x + cells, 0)))
        self.glyph[part] = ord(character)
        self.ink[part] = ink
        self.ground[part] = ground
        self.weight[part] = 0

    def put(self, x: int, y: int, other: Canvas) -> None:
        """Copies another canvas with its top left corner at (x, y)."""
        rows, columns = min(other.height, self.height - y), min(other.width, self.width - x)
        if rows <= 0 or columns <= 0:
            return
        here, there = (slice(y, y + rows), slice(x, x + columns)), (slice(0, rows), slice(0, columns))
        for layer in ("glyph", "ink", "ground", "weight"):
            getattr(self, layer)[here] = getattr(other, layer)[there]

    def rows(self, first: int, count: int) -> Canvas:
        """At most `count` rows from `first` on, on a canvas of their own."""
        part = Canvas(self.width, max(0, min(count, self.height - first)), self.look)
        for layer in ("glyph", "ink", "ground", "weight"):
            getattr(part, layer)[:] = getattr(self, layer)[first : first + part.height]
        return part

    def fade(self) -> None:
        """Turns every ink but the rules to faint: what is shown no longer belongs to the present run."""
        stale = (self.ink != Role.RULE) & (self.ink != Role.WARN)
        self.ink[stale] = Role.FAINT
        self.ground[(self.ground >= Role.SGD) & (self.ground <= Role.GAUSSIAN)] = Role.DEFAULT

    @property
    def styles(self) -> NDArray[np.uint32]:
        """Ink, ground and weight of every cell as one number; blanks have no ink but in reverse."""
        blank = (self.glyph == SPACE) & (self.weight & REVERSE == 0)
        ink = np.where(blank, np.uint32(Role.TEXT), self.ink.astype(np.uint32))
        weight = np.where(blank, self.weight & (REVERSE | UNDERLINE), self.weight).astype(np.uint32)
        styles: NDArray[np.uint32] = ink | (self.ground.astype(np.uint32) << 8) | (weight << 16)
        return styles

    def row_text(self, y: int) -> str:
        """The characters of one row."""
        row = self.glyph[y]
        return str(row[row != CONTINUED].astype("<u4").tobytes(), "utf-32-le")

    @property
    def lines(self) -> list[str]:
        """The characters of every row."""
        return [self.row_text(y) for y in range(self.height)]

    def changed_rows(self, before: Canvas | None) -> list[int]:
        """The rows that differ from a canvas of the same size (all of them if there is none)."""
        if before is None or before.glyph.shape != self.glyph.shape:
            return list(range(self.height))
        differs = (
            (self.glyph != before.glyph)
            | (self.ink != before.ink)
            | (self.ground != before.ground)
            | (self.weight != before.weight)
        )
        return [int(y) for y in np.flatnonzero(differs.any(axis=1))]
