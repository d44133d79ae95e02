"""The mirror behind a narrow way: however it is cut, the terminal ends up showing the last picture, cell for cell."""

from __future__ import annotations

import io
import random

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from sgdtui.tui.draw.changed_cells import ScreenMirror

WIDTH, HEIGHT = 40, 12
STYLES = [Style.parse(s) for s in ("red", "bold blue on white", "#102030 on #c0d0e0", "bright_green", "dim")]


def picture(chance: random.Random, width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    """Rows of letters, braille, blocks and wide characters."""
    rows = []
    for _ in range(height):
        row, cells = "", 0
        while cells < width:
            character = chance.choice("abc  ⣿▄…漢")
            size = 2 if character == "漢" else 1
            if cells + size <= width:
                row, cells = row + character, cells + size
        rows.append(row)
    return rows


def update(rows: list[str], chance: random.Random) -> LayoutUpdate:
    """What the compositor would hand over for a whole screen."""
    strips = [[Strip([Segment(c, chance.choice(STYLES)) for c in row])] for row in rows]
    return LayoutUpdate(strips, Region(0, 0, WIDTH, HEIGHT))


@pytest.mark.parametrize("seed", range(12))
def test_chunks_in_any_order_end_in_the_last_picture(seed: int) -> None:
    chance = random.Random(seed)
    console = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
    narrow, whole = ScreenMirror(), ScreenMirror()
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    rows = picture(chance)
    for _ in range(8):
        if chance.random() < 0.7:
            rows = [row if chance.random() < 0.5 else picture(chance)[0] for row in rows]
        last = update(rows, chance)
        narrow.take(last, console, WIDTH, HEIGHT)
        for _ in range(chance.randrange(6)):
            region = Region(chance.randrange(0, 8), chance.randrange(HEIGHT), 20, 2)
            first = (region,) if not any("漢" in row for row in rows) else ()
            limit = chance.choice((40, 200, 900))
            sent = narrow.flush(limit, first).sequence
            assert len(sent) < limit + 60
            stream.feed(sent)
    while narrow.behind:
        stream.feed(narrow.flush(100).sequence)
    expected = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(expected).feed(whole.patch(last, console, WIDTH, HEIGHT).sequence)
    assert screen.display == expected.display
    for y in range(HEIGHT):
        for x in range(WIDTH):
            shown, wanted = screen.buffer[y][x], expected.buffer[y][x]
            assert shown.data == wanted.data
            if shown.data.strip():
                assert shown == wanted


@pytest.mark.parametrize("seed", range(12))
def test_updates_of_an_older_size_spoil_nothing(seed: int) -> None:
    """A window that is pulled: pieces laid out for another size come between, and lie partly or wholly outside."""
    chance = random.Random(seed)
    console = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
    mirror = ScreenMirror()
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    for _ in range(8):
        width, height = chance.randrange(8, 2 * WIDTH), chance.randrange(2, 2 * HEIGHT)
        screen.resize(height, width)
        screen.reset()
        mirror.forget()
        for _ in range(6):
            its_width = chance.randrange(4, 2 * WIDTH)
            rows = picture(chance, its_width, chance.randrange(1, 2 * HEIGHT))
            place = Region(
                chance.randrange(-5, 2 * WIDTH), chance.randrange(-3, 2 * HEIGHT), its_width, len(rows)
            )
            strips = [[Strip([Segment(c, chance.choice(STYLES)) for c in row])] for row in rows]
            mirror.take(LayoutUpdate(strips, place), console, width, height)
            stream.feed(mirror.flush(chance.choice((40, 900))).sequence)
        rows = picture(chance, width, height)
        mirror.take(
            LayoutUpdate([[Strip([Segment(row)])] for row in rows], Region(0, 0, width, height)),
            console, width, height,
        )  # fmt: skip
        while mirror.behind:
            stream.feed(mirror.flush(200).sequence)
        shown = ["".join(screen.buffer[y][x].data for x in range(width)) for y in range(height)]
        assert shown == rows


def test_nothing_beyond_the_last_column_is_sent() -> None:
    """Half a wide character would wrap to the next row."""
    console = Console(file=io.StringIO(), color_system="256", force_terminal=True)
    mirror = ScreenMirror()
    for x, text, sent in (
        (20, "abc", ""),
        (19, "漢", " "),
        (18, "漢", "漢"),
        (-1, "漢b", " b"),
        (-9, "漢b", ""),
    ):
        mirror.forget()
        piece = LayoutUpdate([[Strip([Segment(text)])]], Region(x, 0, 3, 1))
        at = f"\x1b[1;{max(x, 0) + 1}H"
        found = mirror.patch(piece, console, 20, 1).sequence.replace("\x1b[0m", "").replace("\x1b[m", "")
        assert found == (at + sent if sent else "")


def test_what_was_asked_for_first_is_sent_first() -> None:
    console = Console(file=io.StringIO(), color_system="256", force_terminal=True)
    mirror = ScreenMirror()
    chance = random.Random(0)
    mirror.take(update(["x" * WIDTH] * HEIGHT, chance), console, WIDTH, HEIGHT)
    sent = mirror.flush(60, [Region(5, 9, 3, 1)]).sequence
    assert sent.startswith("\x1b[10;6H")


def test_nothing_is_sent_twice() -> None:
    console = Console(file=io.StringIO(), color_system="256", force_terminal=True)
    mirror = ScreenMirror()
    same = ["y" * WIDTH] * HEIGHT
    mirror.patch(update(same, random.Random(1)), console, WIDTH, HEIGHT)
    assert mirror.patch(update(same, random.Random(1)), console, WIDTH, HEIGHT).sequence == ""


def test_on_eight_colours_bright_ones_become_plain() -> None:
    console = Console(file=io.StringIO(), color_system="standard", force_terminal=True)
    row = LayoutUpdate(
        [[Strip([Segment("z" * WIDTH, Style.parse("bright_red on bright_blue"))])]], Region(0, 0, WIDTH, 1)
    )
    assert "\x1b[0;91;104m" in ScreenMirror().patch(row, console, WIDTH, 1).sequence
    assert "\x1b[0;31;44m" in ScreenMirror(eight=True).patch(row, console, WIDTH, 1).sequence
