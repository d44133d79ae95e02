"""A page of the tour without a run: a finished result and its variants, for pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from sgdtui.tui.tour.chapters import CHAPTERS, PAGES
from sgdtui.tui.tour.evidence import OWN, Evidence
from sgdtui.tui.tour.progress import Progress
from sgdtui.tui.tour.screen import Seen, Tour

if TYPE_CHECKING:
    from sgdtui.tui.app import SgdApp


async def open_page(
    app: SgdApp, name: str, document: Mapping[str, Any], pause: Callable[[float], Awaitable[None]]
) -> None:
    """Opens the tour on the page of an experiment, as if all its runs had been looked at.

    Only that experiment counts as seen; what is remembered of earlier tours is left as it is.
    """
    page = [CHAPTERS[chapter].pages[place] for chapter, place in PAGES].index(name)
    assert app.bench is not None
    tour = Tour(app.bench, app.look, Progress(page), remember=False)
    app.push_screen(tour)
    while tour.page.evidence is None:
        await pause(0.01)
    documents = {OWN: document, **document.get("variants", {})}
    evidence = Evidence(tour.page.evidence.experiment, documents)
    tour.take(Seen(page, evidence, evidence.claims(final=True), True))
    await pause(0.05)
