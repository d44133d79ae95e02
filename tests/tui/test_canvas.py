"""The canvas: what is written is what stands there, and nothing that could harm a terminal."""

from __future__ import annotations

import pytest

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain, shorten, spell, width, wrap
from sgdtui.tui.draw.roles import Role


def test_writing_keeps_to_the_canvas() -> None:
    canvas = Canvas(6, 2)
    assert canvas.write(4, 0, "abc") == 6
    assert canvas.write(0, 5, "below") == 0
    canvas.write(0, 1, "x", Role.GIBBS, weight=BOLD)
    assert canvas.lines == ["    a…", "x     "]
    assert canvas.ink[1, 0] == Role.GIBBS
    assert canvas.weight[1, 0] == BOLD


def test_alignment_within_cells() -> None:
    canvas = Canvas(8, 3)
    canvas.write(1, 0, "ab", cells=6, align="right")
    canvas.write(1, 1, "ab", cells=6, align="centre")
    canvas.write(1, 2, "abcdefgh", cells=4)
    assert canvas.lines == ["     ab ", "   ab   ", " abc…   "]


def test_a_wide_character_takes_two_cells() -> None:
    canvas = Canvas(5, 1)
    canvas.write(0, 0, "損a")
    assert canvas.lines == ["損a  "]
    assert sum(width(line) for line in canvas.lines) == 5


def test_ascii_terminals_get_ascii_only() -> None:
    canvas = Canvas(30, 1, Look(ascii=True))
    canvas.write(0, 0, "−∇·D η=½ ≈ 損失 …")
    assert canvas.lines[0].isascii()
    assert canvas.lines[0].startswith("-grad .D eta=1/2 ~")


@pytest.mark.parametrize("evil", ["\x1b]52;c;aGk=\x07", "\x9b31m", "a\x00b", "\u202eabc", "\u200b", "\x7f"])
def test_control_characters_never_reach_the_canvas(evil: str) -> None:
    canvas = Canvas(20, 1)
    canvas.write(0, 0, evil)
    assert all(character.isprintable() for character in canvas.lines[0])
    assert not set(plain(evil)) & set("\x1b\x9b\x00\u202e\u200b\x7f\x07")


def test_only_changed_rows_are_named() -> None:
    before, after = Canvas(4, 4), Canvas(4, 4)
    after.write(0, 2, "x")
    assert after.changed_rows(before) == [2]
    assert after.changed_rows(None) == [0, 1, 2, 3]
    assert after.changed_rows(Canvas(5, 4)) == [0, 1, 2, 3]


def test_blanks_have_no_ink_so_that_they_join_their_neighbours() -> None:
    canvas = Canvas(4, 1)
    canvas.write(0, 0, "a b", Role.TEXT)
    canvas.ink[0, 1] = Role.GIBBS
    canvas.weight[0, 1] = BOLD
    assert len(set(canvas.styles[0].tolist())) == 1


def test_shortening_and_wrapping() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("one two three four", 7, 2) == ["one two", "three …"]
    assert all(width(line) <= 5 for line in wrap("extraordinarily long", 5))
    assert "".join(wrap("extraordinarily", 5)) == "extraordinarily"
    assert spell("é") == "e"
