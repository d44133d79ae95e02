"""Stories as text: styled where they say so, broken at spaces, and never more than text."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sgdtui.tui.draw.canvas import BOLD, UNDERLINE
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import width
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.tour.markdown import lines_of

LOOK = Look()


def text_of(text: str, cells: int = 40) -> list[str]:
    return ["".join(span.text for span in line) for line in lines_of(text, cells, LOOK)]


def test_styles() -> None:
    spans = {span.text: span for line in lines_of("a **b** *c* `d`", 40, LOOK) for span in line}
    assert spans["b"].weight == BOLD
    assert spans["c"].weight == UNDERLINE
    assert spans["d"].ink == Role.ACCENT
    assert spans["a"].weight == 0


def test_what_touches_is_not_broken() -> None:
    assert text_of("one (*two*), three", 8) == ["one", "(two),", "three"]


def test_paragraphs_lists_and_code() -> None:
    assert text_of("# Title\n\none\ntwo\n\n1. a\n2. b\n\n- c\n\n    x = 1\n") == [
        "Title", "", "one two", "", "1. a", "2. b", "• c", "", "  x = 1",
    ]  # fmt: skip


def test_links_and_html_are_only_text() -> None:
    assert text_of("[here](https://example.org) <b>x</b> ![p](y.png)") == ["here <b>x</b> p"]
    assert text_of("<script>alert(1)</script>") == ["<script>alert(1)</script>"]


def test_markup_and_control_characters_never_get_through() -> None:
    said = "\n".join(text_of("[@click=app.quit()]x[/] \x1b]52;c;aGk=\x07 \u202e[red]y `\x1b[2J`"))
    assert "[@click=app.quit()]x[/]" in said
    assert not set("\x1b\x07\u202e") & set(said)


def test_ascii() -> None:
    lines = lines_of("η → ∞, *Itô*\n\n- κ", 40, Look(ascii=True))
    assert all(span.text.isascii() for line in lines for span in line)


@given(st.text(max_size=300), st.integers(min_value=8, max_value=60))
def test_every_line_fits_and_is_printable(text: str, cells: int) -> None:
    for line in lines_of(text, cells, LOOK):
        said = "".join(span.text for span in line)
        assert width(said) <= max(cells, 8)
        assert all(unicodedata.category(character)[0] != "C" for character in said)
