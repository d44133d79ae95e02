"""The gallery of docs/gallery.md: the chapters of the tour, a picture of each, and every page's own picture.

`python tests/acceptance/gallery.py` writes it again after a page or a title has changed; a test holds it to them. The
pictures are made by `python -m sgdtui.tui.capture.gallery`.
"""

from __future__ import annotations

from pathlib import Path

from sgdtui.preset.load import load
from sgdtui.tui.capture.gallery import EXAMPLES
from sgdtui.tui.tour.chapters import CHAPTERS, Chapter
from tests.acceptance.claims_table import ROWS

DOCUMENT = Path(__file__).parents[2] / "docs" / "gallery.md"

HEADER = """\
# The gallery

The tour walks through the claims in seven chapters, as a lecture would: `sgdtui launch`, then `t`. Each page is an
experiment with its story beside the live panels; its claims tick from … to ✓ or ✗ while you watch. Every picture here
is made from a seeded run by `python -m sgdtui.tui.capture.gallery`, and every number in it is checked by
`sgdtui verify`; [the claims](claims.md) has them all in one table.
"""


def gallery() -> str:
    """The text of docs/gallery.md."""
    return HEADER + "".join(
        _chapter(number, chapter, example)
        for number, (chapter, example) in enumerate(zip(CHAPTERS, EXAMPLES, strict=True), start=1)
    )


def _chapter(number: int, chapter: Chapter, example: str) -> str:
    claim = {name: claim for _, names, _, claim in ROWS for name in names}
    lines = [
        "",
        f"## {number} {chapter.title}",
        "",
        chapter.about,
        "",
        f"![{load(f'experiment/{example}').title}: {claim[example]}](../screenshots/tour-{number}.png)",
        "",
        "| experiment | claim | picture |",
        "|---|---|---|",
        *(
            f"| `{name}` | {claim[name]} | "
            f"[{load(f'experiment/{name}').title}](../screenshots/claims/{name}.svg) |"
            for name in chapter.pages
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(gallery(), encoding="utf-8")
