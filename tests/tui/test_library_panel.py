"""What the lists of losses and noises say fits where they stand, at 80 and at 120 columns."""

from __future__ import annotations

import pytest

from sgdtui.preset import library
from sgdtui.tui.draw.plain import plain, width, wrap_sentences

TITLE_CELLS = 18
ABOUT_CELLS, ABOUT_ROWS = 22, 2


@pytest.mark.parametrize("kind", ["loss", "noise"])
def test_nothing_shipped_is_cut(kind: str) -> None:
    for entry in library.entries(kind):
        assert width(plain(entry.title)) <= TITLE_CELLS, entry.name
        shown = " ".join(wrap_sentences(plain(entry.about), ABOUT_CELLS, ABOUT_ROWS))
        assert shown.endswith("."), (entry.name, shown)
        assert entry.about.startswith(shown), entry.name


def test_whole_sentences_are_kept_then_whole_clauses_and_only_then_words() -> None:
    assert wrap_sentences("One. Two words. Three more words.", 9, 2) == ["One. Two", "words."]
    assert wrap_sentences("It is loud, so walkers leave for ever.", 12, 2) == ["It is loud."]
    assert wrap_sentences("No end of words here", 7, 2) == ["No end", "of …"]
    assert wrap_sentences("", 9, 2) == []
