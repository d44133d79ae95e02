"""How far the tour was walked, and which claims were seen to hold; remembered between starts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sgdtui.settings.state import load_state, save_state
from sgdtui.tui.tour.chapters import CHAPTERS, PAGES


@dataclass(frozen=True, slots=True)
class Progress:
    """The page that is open, counted over all chapters, and the experiments whose claims were all seen to hold."""

    page: int = 0
    seen: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[int, int]:
        """Chapter and page within it."""
        return PAGES[self.page]

    @property
    def name(self) -> str:
        """The experiment of the page."""
        chapter, page = self.place
        return CHAPTERS[chapter].pages[page]


def remembered() -> Progress:
    """Where the tour was left; its beginning where that is not known or no longer there."""
    state = load_state()
    place = (state.tour_chapter, state.tour_page)
    there = {name for chapter in CHAPTERS for name in chapter.pages}
    return Progress(PAGES.index(place) if place in PAGES else 0, frozenset(state.tour_seen) & there)


def bookmark(page: int) -> None:
    """Keep the page that is open; what else is remembered stays."""
    chapter, place = PAGES[page]
    save_state(replace(load_state(), tour_chapter=chapter, tour_page=place))


def saw(name: str) -> None:
    """Keep that the claims of an experiment were seen to hold."""
    state = load_state()
    if name not in state.tour_seen:
        save_state(replace(state, tour_seen=(*state.tour_seen, name)))
