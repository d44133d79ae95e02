"""All chapters and pages of the tour, to choose from; those whose claims were seen to hold are ticked."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from sgdtui.preset import library
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.tour.chapters import CHAPTERS, PAGES
from sgdtui.tui.tour.progress import Progress


class Contents(ModalScreen[int | None]):
    """The list; gives the page that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,t,q", "leave", "Close", show=False),
        Binding("j,right,pagedown", "chapter(1)", "Next chapter", show=False, priority=True),
        Binding("k,left,pageup", "chapter(-1)", "Chapter before", show=False, priority=True),
    ]

    def __init__(self, progress: Progress, look: Look) -> None:
        super().__init__()
        self.progress, self.look = progress, look

    def compose(self) -> ComposeResult:
        """Every chapter with its pages."""
        box = Container(classes="dialog contents")
        box.border_title = self.look.say(f"Contents · {len(self.progress.seen)} of {len(PAGES)} seen to hold")
        with box:
            yield OptionList(*self._options(), id="pages", markup=False)

    def _options(self) -> list[Option]:
        titles = {entry.name: plain(entry.title) for entry in library.entries("experiment")}
        options = []
        for number, chapter in enumerate(CHAPTERS):
            heading = Content.styled(self.look.say(f"{number + 1} {chapter.title}"), "bold $text-accent")
            options.append(Option(heading, disabled=True))
            for page, name in enumerate(chapter.pages):
                seen = "✓" if name in self.progress.seen else " "
                text = self.look.say(f"  {seen} {titles.get(name, name)}")
                options.append(Option(Content(text), id=str(PAGES.index((number, page)))))
        return options

    def on_mount(self) -> None:
        """The open page is where one begins to choose."""
        self._go_to(self.progress.page)

    def _go_to(self, page: int) -> None:
        pages = self.query_one(OptionList)
        pages.highlighted = pages.get_option_index(str(page))
        pages.focus()

    def action_chapter(self, by: int) -> None:
        """To the first page of the next chapter, or of the one before."""
        pages = self.query_one(OptionList)
        at = pages.highlighted_option
        chapter = PAGES[int(at.id)][0] if at is not None and at.id is not None else 0
        self._go_to(PAGES.index((max(0, min(chapter + by, len(CHAPTERS) - 1)), 0)))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option.id) if event.option.id is not None else None)

    def action_leave(self) -> None:
        """Back to the page."""
        self.dismiss(None)
