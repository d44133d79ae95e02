"""The gallery shows every page of the tour, and the tour every row of the table."""

import re

from sgdtui.tui.tour.chapters import CHAPTERS, PAGES
from tests.acceptance import gallery
from tests.acceptance.claims_table import ROWS


def test_the_gallery_is_that_of_the_tour_and_its_pictures_are_there():
    text = gallery.DOCUMENT.read_text(encoding="utf-8")
    assert text == gallery.gallery()
    pictures = re.findall(r"\]\((\.\./screenshots/[^)]+)\)", text)
    assert len(pictures) == len(CHAPTERS) + len(PAGES)
    assert [picture for picture in pictures if not (gallery.DOCUMENT.parent / picture).is_file()] == []
    assert {name for row in ROWS for name in row[1]} == {p for c in CHAPTERS for p in c.pages}
