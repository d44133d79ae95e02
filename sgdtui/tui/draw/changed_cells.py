"""Only the cells that changed are sent: a mirror of the terminal's screen between Textual's compositor and the wire.

Textual sends whole lines of whole widgets. Every update of its compositor is expanded to cells here, held against
what the terminal already shows, and only the difference is written, with short cursor moves and style changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from rich.cells import get_character_cell_size
from rich.console import Console
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from sgdtui.tui.draw.pen import Pen, Pens
from sgdtui.tui.draw.plain import spell
from sgdtui.tui.textual_internals import ChopsUpdate, CompositorUpdate, LayoutUpdate, colour_system_of

Cell = tuple[str, Pen]

JOIN = 3
"""Unchanged cells that are sent again rather than jumped over, where their style is the same."""

BOXES = str.maketrans(
    "─━│┃┌┐└┘├┤┬┴┼╭╮╰╯▔▁▕▏▎▊▌▍▋▐█▀▄▪◉◯○●⟨⟩▶▼▲◀┈╱╲░▒▓╸╺", "--||+++++++++++++-_||||||||##_-ooo*<>>v^<./\\.:%--"
)
"""Box drawing of Textual's own widgets in ASCII."""


class Patch(CompositorUpdate):
    """What `ScreenMirror.patch` found to be different, ready to be written."""

    def __init__(self, sequence: str) -> None:
        self.sequence = sequence

    def render_segments(self, console: Console) -> str:  # noqa: ARG002 - Textual's signature
        """The escape sequence."""
        return self.sequence


class ScreenMirror:
    """What the terminal shows, cell by cell, and what it should show.

    `ascii` replaces every other character on its way out; `eight` spells bright colours as the plain ones.
    """

    def __init__(self, ascii: bool = False, eight: bool = False) -> None:
        self.ascii, self.eight = ascii, eight
        self._rows: list[list[Cell | None]] = []
        self._wanted: list[list[Cell | None]] = []
        self._behind: dict[int, tuple[int, int]] = {}
        self._next_row = 0
        self._pens: Pens | None = None

    def forget(self) -> None:
        """Nothing is known of the terminal any more: the next update is sent whole."""
        self._rows, self._wanted = [], []
        self._behind.clear()

    @property
    def behind(self) -> bool:
        """Whether something that was taken may not have been sent yet."""
        return bool(self._behind)

    def patch(self, update: CompositorUpdate, console: Console, width: int, height: int) -> Patch:
        """The difference that `update` makes to a screen of this size."""
        self.take(update, console, width, height)
        return self.flush()

    def take(self, update: CompositorUpdate, console: Console, width: int, height: int) -> None:
        """Notes what the screen should show, and sends nothing."""
        system = colour_system_of(console)
        if self._pens is None or self._pens.system is not system:
            self._pens = Pens(system, self.eight)
            self.forget()
        if len(self._rows) != height or (self._rows and len(self._rows[0]) != width):
            self._rows = [[None] * width for _ in range(height)]
            self._wanted = [[None] * width for _ in range(height)]
            self._behind.clear()
        for y, x, strips in _pieces(update):
            if not 0 <= y < height:
                continue
            cells, x = _within(self._cells(strips), x, width)
            if not cells:
                continue
            x, end = _lay(cells, self._wanted[y], x)
            from_x, to_x = self._behind.get(y, (x, x))
            self._behind[y] = (min(x, from_x), max(end, to_x))

    def flush(self, limit: int | None = None, first: Iterable[Region] = ()) -> Patch:
        """What brings the terminal nearer to what it should show, in about `limit` bytes at most.

        The cells of the regions `first` come first; the others where the last flush stopped.
        """
        out: list[str] = []
        size = 0
        pen: Pen | None = None
        at: tuple[int, int] | None = None
        for y, from_x, to_x, whole in self._spans(tuple(first)):
            row, wanted = self._rows[y], self._wanted[y]
            cells = wanted[from_x:to_x]
            for begin, end in _changed_runs(row, cells, from_x):
                index = begin
                while index < end:
                    if limit is not None and size >= limit and not _is_tail(cells[index]):
                        self._next_row = y if whole else self._next_row
                        return _ended(out, pen)
                    x = from_x + index
                    if at is None or at[0] != y or at[1] > x:
                        move = f"\x1b[{y + 1};{x + 1}H"
                    else:
                        move = f"\x1b[{x - at[1]}C" if at[1] != x else ""
                    character, its_pen = cells[index]  # type: ignore[misc]
                    codes = its_pen.codes_after(pen) if its_pen is not pen else ""
                    pen = its_pen
                    piece = f"{move}{codes}{character}"
                    out.append(piece)
                    size += len(piece) if piece.isascii() else len(piece.encode())
                    row[x] = cells[index]
                    index += 1
                    at = (y, from_x + index) if from_x + index < len(row) else None
            if whole:
                del self._behind[y]
        return _ended(out, pen)

    def _spans(self, first: tuple[Region, ...]) -> Iterator[tuple[int, int, int, bool]]:
        """(row, first column, column after the last, whether nothing of the row is behind after that)."""
        for region in first:
            for y in range(region.y, region.bottom):
                if y in self._behind:
                    from_x, to_x = self._behind[y]
                    from_x, to_x = max(from_x, region.x), min(to_x, region.right)
                    if from_x < to_x:
                        yield y, from_x, to_x, False
        rows = sorted(self._behind)
        for y in [y for y in rows if y >= self._next_row] + [y for y in rows if y < self._next_row]:
            yield y, *self._behind[y], True

    def _cells(self, strips: Iterable[Strip]) -> list[Cell]:
        assert self._pens is not None
        cells: list[Cell] = []
        for segment in _segments(strips):
            text, style, control = segment
            if control:
                continue
            pen = self._pens.of(style)
            if self.ascii and not text.isascii():
                text = "".join(_one_for_one(c) for c in text)
            if text.isascii():
                cells.extend([(c, pen) for c in text])
                continue
            for character in text:
                size = get_character_cell_size(character)
                if size == 1:
                    cells.append((character, pen))
                elif size == 2:
                    cells += [(character, pen), ("", pen)]
                elif cells:
                    cells[-1] = (cells[-1][0] + character, cells[-1][1])
        return cells


def _within(cells: list[Cell], x: int, width: int) -> tuple[list[Cell], int]:
    """The part of `cells` that lies on a row of `width` columns, and where it begins.

    While a window is pulled, updates still come that were laid out for the size before: they may begin beyond the
    row's end. Half a wide character is a blank, as a whole one in the last column would wrap.
    """
    if x < 0:
        cells, x = cells[-x:], 0
        if cells and _is_tail(cells[0]):
            cells[0] = _blank(cells[0])
    if x + len(cells) > width:
        cut = cells[max(width - x, 0) :]
        cells = cells[: max(width - x, 0)]
        if cells and _is_tail(cut[0]):
            cells[-1] = _blank(cells[-1])
    return cells, x


def _lay(cells: list[Cell], row: list[Cell | None], x: int) -> tuple[int, int]:
    """Lay cells on a row; of a wide character that they cover by half a blank is left. The columns that changed."""
    begin, end = x, x + len(cells)
    if _is_tail(half := row[begin]):
        begin -= 1
        row[begin] = _blank(half)
    if end < len(row) and _is_tail(half := row[end]):
        row[end] = _blank(half)
        end += 1
    row[x : x + len(cells)] = cells
    return begin, end


def _blank(half: Cell) -> Cell:
    """What is left of a wide character whose other half is gone."""
    return (" ", half[1])


def _ended(out: list[str], pen: Pen | None) -> Patch:
    if pen is not None and (pen.attributes or pen.ink or pen.ground):
        out.append("\x1b[0m")
    return Patch("".join(out))


def _one_for_one(character: str) -> str:
    """An ASCII twin as wide as the character."""
    if character.isascii():
        return character
    said = character.translate(BOXES)
    if not said.isascii():
        said = spell(character)
    size = max(1, get_character_cell_size(character))
    return said if len(said) == size else said[:1] * size if said else "?" * size


def _segments(strips: Iterable[Strip]) -> Iterator[Segment]:
    for strip in strips:
        if strip is not None:
            yield from strip


def _pieces(update: CompositorUpdate) -> Iterator[tuple[int, int, Iterable[Strip]]]:
    """The (row, first column, strips) of an update."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield y, update.region.x, strips
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            for (x, strip), end in zip(update.chops[y].items(), update.chop_ends[y], strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                yield y, x, (strip.crop(0, min(end, x2) - x) if end > x2 else strip,)


def _changed_runs(row: list[Cell | None], cells: Sequence[Cell | None], x: int) -> list[tuple[int, int]]:
    """The half-open ranges of `cells` that differ from `row` at `x`; ranges that are close are joined."""
    differs = []
    for index, (old, new) in enumerate(zip(row[x : x + len(cells)], cells, strict=True)):
        if new is None:
            continue
        if old is None or old[0] != new[0] or (old[1] is not new[1] and not _looks_same(old, new)):
            differs.append(index)
    runs: list[tuple[int, int]] = []
    for index in differs:
        while index > 0 and _is_tail(cells[index]):
            index -= 1
        end = index + 1
        while end < len(cells) and _is_tail(cells[end]):
            end += 1
        if runs and index <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        elif (
            runs
            and index - runs[-1][1] <= JOIN
            and all(_pen(cells[k]) is _pen(cells[runs[-1][1] - 1]) for k in range(runs[-1][1], index))
        ):
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((index, end))
    return runs


def _looks_same(old: Cell, new: Cell) -> bool:
    """Whether two blanks look alike though their inks differ."""
    return new[0] == " " and old[1].attributes == new[1].attributes == "" and old[1].ground == new[1].ground


def _is_tail(cell: Cell | None) -> TypeGuard[Cell]:
    """Whether the cell is the second half of a wide character."""
    return cell is not None and cell[0] == ""


def _pen(cell: Cell | None) -> Pen | None:
    return cell[1] if cell is not None else None
