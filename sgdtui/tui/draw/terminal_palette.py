"""Styles of cells, and the palette of the sixteen colours that a terminal calls by name, or of none."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.color import Color as RichColor
from rich.style import Style

from sgdtui.tui.draw.roles import BOLD, DIM, NOISES, REVERSE, UNDERLINE, Role

_ANSI = {
    Role.TEXT: "default",
    Role.MUTED: "default",
    Role.FAINT: "bright_black",
    Role.RULE: "bright_black",
    Role.ACCENT: "cyan",
    Role.SGD: "blue",
    Role.GIBBS: "yellow",
    Role.FOKKER_PLANCK: "green",
    Role.TRANSFER: "magenta",
    Role.GAUSSIAN: "cyan",
    Role.FURTHER_1: "bright_cyan",
    Role.FURTHER_2: "bright_yellow",
    Role.FURTHER_3: "bright_magenta",
    Role.FURTHER_4: "bright_green",
    Role.GRADIENT: "yellow",
    Role.NOISE_INDUCED: "red",
    Role.DIFFUSIVE: "cyan",
    Role.VELOCITY: "default",
    Role.GOOD: "green",
    Role.BAD: "red",
    Role.WARN: "yellow",
    Role.ON_ACCENT: "black",
    Role.LOSS: "default",
    Role.FORK: "magenta",
    Role.WALKER: "red",
    Role.SGD_TEXT: "blue",
    **{Role.NOISE + step: "blue" if 2 * step < NOISES else "red" for step in range(NOISES)},
}


@dataclass(eq=False)
class Palette:
    """The colour of every role (None: the terminal's own), and the styles made of them, cached."""

    ink: dict[int, RichColor | None]
    ground: dict[int, RichColor | None]
    colours: bool = True
    _styles: dict[int, Style] = field(default_factory=dict)

    def style(self, key: int) -> Style:
        """The style of a cell: ink in bits 0–7, ground in 8–15, weight in 16–23. Never None: a filter would crash."""
        style = self._styles.get(key)
        if style is None:
            ink, ground, weight = key & 255, (key >> 8) & 255, key >> 16
            colour = self.ink.get(ink)
            fainter = not self.colours and ink in (Role.FAINT, Role.RULE)
            chosen = not self.colours and ground == Role.SELECTED
            style = Style(
                color=colour,
                bgcolor=self.ground.get(ground),
                bold=True if weight & BOLD else None,
                dim=True if weight & DIM or fainter else None,
                reverse=True if weight & REVERSE or chosen else None,
                underline=True if weight & UNDERLINE else None,
            )
            self._styles[key] = style
        return style


def terminal_palette(colours: int = 16) -> Palette:
    """The colours by name, which the terminal itself has chosen; with 0 colours only weights."""
    if colours == 0:
        return Palette({}, {}, colours=False)
    named = {int(role): RichColor.parse(name) for role, name in _ANSI.items()}
    return Palette(
        {**named, Role.SELECTED: None},
        {
            Role.SELECTED: RichColor.parse("blue"),
            **{r: named[r] for r in range(Role.SGD, Role.GAUSSIAN + 1)},
        },
    )
