"""The story of a page: its chapter, its title, what is claimed and what to look at."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import plain, shorten, wrap
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.tour.chapters import CHAPTERS
from sgdtui.tui.tour.markdown import Line, Span, lines_of
from sgdtui.tui.tour.page import Page
from sgdtui.tui.tour.scrolled import Scrolled

BRIEF = 6
"""In fewer rows than these nothing stands before the story but its title."""


class Story(Scrolled):
    """The story beside the live panels."""

    TITLE = "Story"
    READING = (
        "j and k turn the page, as do → ← and PageDown PageUp; ↑ ↓ read on, m gives the story all the room. t shows\n"
        "all chapters. 1 … 9 run the variants that the story speaks of, 0 its own run. Turn any dial: Home gives back\n"
        "the claim's own settings. g takes this run to the laboratory, Escape goes back to what was there before."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.page = Page()

    def tell(self, page: Page) -> None:
        """Takes a page; another one is read from its first line."""
        if page.progress.page != self.page.progress.page:
            self.first = 0
        self.page = page
        self.repaint()

    def heading(self) -> tuple[str, str]:
        """The chapter, and the page within it."""
        chapter, page = self.page.progress.place
        narrow = self.size.width < 40
        place = f"{page + 1}{'/' if narrow else ' of '}{len(CHAPTERS[chapter].pages)}"
        # Beside the title stand the place, the sign that there is more to read, and the ends of the rule.
        return shorten(f"{chapter + 1} {CHAPTERS[chapter].title}", self.size.width - len(place) - 9), place

    def rows(self, width: int) -> Canvas:
        """The title, the chapter's opening on its first page, the story, its source. In few rows the story at once."""
        look, cells = self.view.look, width - 2
        lines: list[Line] = []
        evidence = self.page.evidence
        brief = self.size.height < BRIEF
        if self.page.progress.place[1] == 0 and not brief:
            lines += [(Span(row, Role.MUTED),) for row in wrap(look.say(self.page.chapter.about), cells)]
            lines.append(())
        if evidence is None:
            lines.append((Span(look.say("opening …"), Role.MUTED),))
        else:
            title = look.say(plain(evidence.experiment.title or evidence.experiment.name))
            lines += [(Span(row, Role.TEXT, BOLD),) for row in wrap(title, cells)]
            lines += [] if brief else [()]
            lines += lines_of(evidence.experiment.story, cells, look)
            if evidence.experiment.source:
                lines.append(())
                source = look.say(plain(evidence.experiment.source))
                lines += [(Span(row, Role.MUTED),) for row in wrap(source, cells)]
        canvas = Canvas(width, len(lines), look)
        for y, line in enumerate(lines):
            x = 1
            for span in line:
                x = canvas.write(x, y, span.text, span.ink, weight=span.weight)
        return canvas
