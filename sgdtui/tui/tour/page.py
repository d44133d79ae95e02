"""One page of the tour at one moment: what the story and the claims are drawn from. Frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from sgdtui.tui.tour.chapters import CHAPTERS, Chapter
from sgdtui.tui.tour.evidence import OWN, Checked, Evidence
from sgdtui.tui.tour.progress import Progress


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    evidence  what its runs have shown; None while the preset is being read
    run       the run that is on: `OWN` or a variant's name
    own       whether the dials stand where the claims of that run are made
    claims    the claims as they stand
    """

    progress: Progress = field(default_factory=Progress)
    evidence: Evidence | None = None
    run: str = OWN
    own: bool = True
    claims: tuple[Checked, ...] = ()

    @property
    def chapter(self) -> Chapter:
        """The chapter that the page is in."""
        return CHAPTERS[self.progress.place[0]]

    @property
    def held(self) -> int:
        """How many claims hold now."""
        return sum(entry.claim.holds is True for entry in self.claims)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that the number keys choose from, 0 first."""
        return self.evidence.runs[:10] if self.evidence is not None else (OWN,)
