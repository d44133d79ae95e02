"""The claims of a page, run by run, each ticking from … to ✓ or ✗ with its error bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sgdtui.model.experiment import Experiment
from sgdtui.tui.controller.claim_lines import line_of
from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.gauge import draw_gauge
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.panels.claims import MARK
from sgdtui.tui.panels.verdict import verdict_of
from sgdtui.tui.tour.evidence import OWN, Checked
from sgdtui.tui.tour.page import Page
from sgdtui.tui.tour.scrolled import Scrolled

GAUGE = 17
MEASURED = 20
"""Cells of the error bar, and of the measured value with its error beside it."""


class TourClaims(Scrolled):
    """What is claimed on this page, and how it stands."""

    TITLE = "Claims"
    READING = (
        "✓ holds   ✗ does not   … not yet known. ·[··│·━●━]· : the claim stands in the middle, the brackets say how\n"
        "far the measured value may be off, the bar is its standard error. Claims about another run wait until\n"
        "it was looked at: press its number."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.page = Page()

    def tell(self, page: Page) -> None:
        """Takes a page."""
        if (page.progress.page, page.run) != (self.page.progress.page, self.page.run):
            self.first = 0
        self.page = page
        self.repaint()

    def heading(self) -> tuple[str, str]:
        """How many hold, or that the dials have been turned."""
        if not self.page.own:
            return "Claims", "dials turned · Home goes back"
        held = f"{self.page.held} of {len(self.page.claims)} hold" if self.page.claims else ""
        verdict = verdict_of(self.view)[0] if self.size.width >= 60 and self.view.snapshot is not None else ""
        return "Claims", " · ".join(part for part in (verdict, held) if part)

    def rows(self, width: int) -> Canvas:
        """The claims of the run that is on, then those of the other runs."""
        look = self.view.look
        parts: list[Canvas] = []
        runs = self.page.runs
        here = [run for run in runs if run == self.page.run]
        for run in (*here, *(run for run in runs if run not in here)):
            entries = [entry for entry in self.page.claims if entry.run == run]
            if len(runs) > 1 and (entries or run in (self.page.run, OWN)):
                parts.append(self._header(run, runs.index(run), entries, width))
            if run == self.page.run or self._looked_at(run):
                parts += [_claim(entry, self.page.run, runs, width, look) for entry in entries]
        if not self.page.claims and self.page.evidence is not None:
            nothing = Canvas(width, 1, look)
            nothing.write(1, 0, "nothing is claimed here", Role.MUTED)
            parts.append(nothing)
        whole = Canvas(width, sum(part.height for part in parts), look)
        y = 0
        for part in parts:
            whole.put(0, y, part)
            y += part.height
        return whole

    def _looked_at(self, run: str) -> bool:
        return self.page.evidence is not None and run in self.page.evidence.documents

    def _header(self, run: str, number: int, entries: Sequence[Checked], width: int) -> Canvas:
        canvas = Canvas(width, 1, self.view.look)
        on = run == self.page.run
        x = canvas.write(1, 0, str(number), Role.ACCENT, weight=BOLD)
        name = "this run" if run == OWN else run.replace("_", " ")
        x = canvas.write(x + 1, 0, name, Role.ACCENT if on else Role.TEXT, weight=BOLD if on else 0)
        note = ""
        if not on and not self._looked_at(run):
            claims = f"{len(entries)} claim{'s' * (len(entries) != 1)}"
            note = f"press {number} for its {claims}" if width >= 60 else f"… {claims}"
        changes = _changes(self.page.evidence.experiment, run) if self.page.evidence is not None else ""
        room = width - x - 3 - width_of(note) - 2
        if changes and room > 6:
            canvas.write(x + 2, 0, changes, Role.MUTED, cells=room)
        if note:
            canvas.write(1, 0, note, Role.MUTED, cells=width - 2, align="right")
        return canvas


def _changes(experiment: Experiment, run: str) -> str:
    """What a variant changes, as far as it is not only how long it runs."""
    changes = next((variant.changes for variant in experiment.variants if variant.name == run), ())
    told = [
        f"{path.rpartition('.')[2]} {_value(value)}" for path, value in changes if not path.startswith("run.")
    ]
    return plain(", ".join(told))


def _value(value: object) -> str:
    """As a person writes it: normal mean 0 sd 1, at 0 0, .25"""
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_value(inner) for inner in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _claim(entry: Checked, on: str, runs: Sequence[str], width: int, look: Look) -> Canvas:
    """One claim: in one row where there is room, else its error bar in a second."""
    claim = entry.claim
    line = line_of(claim, not entry.waits)
    mark, ascii_mark, ink = MARK[claim.holds]
    that = line.that.replace(f"variants.{entry.run}.", "") if entry.run else line.that
    said = f"{plain(that)} = {plain(line.expected)}"
    measured = line.measured
    others = [str(runs.index(run)) for run in entry.waits if run in runs and run != on]
    if others:
        measured = f"needs {' and '.join(others)}"
    number = isinstance(claim.measured, float) and not isinstance(claim.expected, bool | str)
    barred = number and not entry.waits and bool(claim.within)
    tail = (GAUGE + MEASURED + 2 if barred else max(MEASURED, width_of(measured))) + 2
    fits = width - 3 - tail >= width_of(look.say(said))
    two = bool(measured) and not fits
    canvas = Canvas(width, 2 if two else 1, look)
    canvas.write(1, 0, ascii_mark if look.ascii else mark, ink, weight=BOLD)
    canvas.write(3, 0, said, Role.TEXT, cells=width - 4 if two or not measured else width - 3 - tail)
    y = 1 if two else 0
    if barred:
        x = 3 if two else width - tail
        cells = min(GAUGE, (width - 4 - width_of(measured) - 1) // 2 * 2 - 1) if two else GAUGE
        if cells >= 9:
            draw_gauge(
                canvas, x, y, cells, float(claim.expected), float(claim.within or 0), float(claim.measured or 0),
                claim.se, ink,
            )  # fmt: skip
    if measured:
        cells = width - 4 if two or not barred else MEASURED
        canvas.write(width - 1 - cells, y, measured, Role.MUTED, cells=cells, align="right")
    return canvas
