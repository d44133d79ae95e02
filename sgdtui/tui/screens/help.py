"""Help: every panel with its formula and how to read it, the focused one first; all keys."""

from __future__ import annotations

import re
import textwrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sgdtui.tui.draw.look import Look
from sgdtui.tui.glossary import TERMS
from sgdtui.tui.panels.claims import Claims
from sgdtui.tui.panels.dials import Dials
from sgdtui.tui.panels.distribution import Distribution
from sgdtui.tui.panels.history import Convergence
from sgdtui.tui.panels.loss import LossList
from sgdtui.tui.panels.noise import NoiseList
from sgdtui.tui.panels.over_time import OverTime
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.panels.pulls import Pulls
from sgdtui.tui.panels.status import Status
from sgdtui.tui.panels.try_next import TryNext
from sgdtui.tui.panels.verdict import Verdict
from sgdtui.tui.panels.verdict_line import VerdictLine
from sgdtui.tui.panels.why import Why
from sgdtui.tui.panels.wrong import Wrong

PANELS: tuple[type[Panel], ...] = (
    Distribution, VerdictLine, Wrong, Pulls, OverTime, Verdict, Why, Claims, Convergence, LossList, NoiseList, Dials,
    TryNext, Status,
)  # fmt: skip

EQUATIONS = (
    "One step      x' = x − η ĝ(x),  E ĝ = g,  Cov ĝ = Σ(x)/B,  time t = the sum of η\n"
    "As an SDE     dx = −g dt + √(ηΣ/B) dW,  diffusion D = ηΣ/2B\n"
    "Probability   ∂p/∂t = −∇·J,  J = (−g − ∇·D) p − D∇p;  settled: ∇·J = 0;  equilibrium: J = 0\n"
    "Gibbs         p ∝ exp(−L/kT) is settled when Σ = σ²I is constant: kT = ησ²/2B"
)

KEYS = (
    ("space", "pause, go on"),
    (".", "one step of every walker, drawn as an arrow"),
    ("< >", "slow the clock down to one step a picture, and up again"),
    ("r", "all walkers back to the start"),
    ("+ − [ ]", "turn the learning rate η"),
    ("tab", "next panel; arrows work in it"),
    ("ctrl+o", "jump: a letter on every panel; those that are not on the screen are shown alone"),
    ("← → ↑ ↓", "in Dials turn and choose; in lists choose; in the picture move the cursor Φ"),
    ("Enter", "in Dials type a value; in Loss and Noise use the entry, or type an expression"),
    ("l n", "type a loss, a noise"),
    ("u U", "undo the last change, do it again"),
    ("p", "the next prediction as the line"),
    ("a", "on a line arrows or curves; in the plane which field the arrows are of"),
    ("f", "the picture alone, and back"),
    ("m", "the focused panel alone, and back"),
    ("d", "where the run is undecided: do what would decide it"),
    ("s", "smoothing of shades and bars off and on"),
    ("c", "keep this run as a line to compare with; again: let it go"),
    ("o ctrl+p", "open an experiment, a preset or a table of data from a folder; all commands"),
    ("t", "the tour"),
    ("w", "the map of the sweep that the app was opened with, and back"),
    ("e", "export preset, data and picture"),
    ("ctrl+l", "draw everything anew"),
    ("q", "quit"),
)


class Help(ModalScreen[None]):
    """The help screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss_help", "Close", show=False),
    ]

    def __init__(self, about: Panel | None, look: Look) -> None:
        super().__init__()
        self.about = about
        self.look = look

    def compose(self) -> ComposeResult:
        """The focused panel, the equations, the keys, all other panels."""
        box = Container(classes="dialog help")
        box.border_title = self.look.say("Help · Escape closes")
        with box, VerticalScroll():
            cells = max(30, min(90, int(self.app.size.width * 0.96)) - 6)
            yield Static(Content.from_text(self.look.say(self.text(cells)), markup=False), markup=False)

    def text(self, cells: int = 84) -> str:
        """All of the help as plain text, in lines of at most so many cells."""
        parts = []
        mine = type(self.about) if self.about is not None else None
        if mine is not None and mine.READING:
            parts.append(_section(mine.TITLE, mine.READING, cells))
        parts.append(_section("The mathematics", EQUATIONS, cells))
        parts.append(_section("Keys", "\n".join(f"{key:<9} {what}" for key, what in KEYS), cells))
        parts.append(_section("Signs", "\n".join(f"{sign:<9} {what}" for sign, what in TERMS), cells))
        parts += [_section(panel.TITLE, panel.READING, cells) for panel in PANELS if panel is not mine]
        return "\n\n".join(parts)

    def action_dismiss_help(self) -> None:
        """Closes the help."""
        self.dismiss(None)


def _section(title: str, text: str, cells: int) -> str:
    lines = [title.upper()]
    for line in text.split("\n"):
        column = re.search(r"\S {2,}(?=\S)", line)
        indent = 2 + column.end() if column and column.end() < cells // 2 else 4
        lines += textwrap.wrap("  " + line, cells, subsequent_indent=" " * indent, drop_whitespace=True) or [
            ""
        ]
    return "\n".join(lines)
