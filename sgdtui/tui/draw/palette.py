"""Own dark and light themes, and every role's colour in any theme; a terminal's own are in `terminal_palette`."""

from __future__ import annotations

from dataclasses import replace

from rich.color import Color as RichColor
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from sgdtui.tui.draw.roles import DIVERGES, NOISES, REGIONS, SHADES, Role
from sgdtui.tui.draw.terminal_palette import Palette, terminal_palette

DARK = Theme(
    name="sgdtui-dark",
    dark=True,
    primary="#7aa2d6",
    secondary="#8fb8a8",
    accent="#e8c07a",
    warning="#e0a15a",
    error="#e2706f",
    success="#8cc48c",
    foreground="#d5dae3",
    background="#11141a",
    surface="#171b23",
    panel="#1d222c",
    boost="#232935",
)
LIGHT = Theme(
    name="sgdtui-light",
    dark=False,
    primary="#2f64a8",
    secondary="#2f7a66",
    accent="#9a6200",
    warning="#a85800",
    error="#b3302f",
    success="#2d7a35",
    foreground="#20242c",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#ebe8e1",
    boost="#e2dfd7",
)
_ANSI_THEME = BUILTIN_THEMES["ansi-dark"]
MONO = replace(
    _ANSI_THEME,
    name="sgdtui-mono",
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    variables=dict.fromkeys(_ANSI_THEME.variables, "ansi_default"),
)
THEMES = (DARK, LIGHT, MONO)

_DARK_SERIES = {
    Role.SGD: "#3f6cb0",
    Role.WALKER: "#ff9d85",
    Role.SGD_TEXT: "#7fb0ff",
    Role.GIBBS: "#f0b35c",
    Role.FOKKER_PLANCK: "#7fd6a0",
    Role.TRANSFER: "#d79bf0",
    Role.GAUSSIAN: "#9fb0c8",
    Role.FURTHER_1: "#6fd0d0",
    Role.FURTHER_2: "#c9d46a",
    Role.FURTHER_3: "#e59ac2",
    Role.FURTHER_4: "#b59a7a",
    Role.GRADIENT: "#e8d58a",
    Role.NOISE_INDUCED: "#f08a7a",
    Role.DIFFUSIVE: "#7fc4e8",
    Role.VELOCITY: "#f2f4f8",
    Role.LOSS: "#8b94a6",
    Role.FORK: "#a8657a",
}
_LIGHT_SERIES = {
    Role.SGD: "#9dbbe0",
    Role.WALKER: "#c0311f",
    Role.SGD_TEXT: "#2a5da8",
    Role.GIBBS: "#a85a00",
    Role.FOKKER_PLANCK: "#15743e",
    Role.TRANSFER: "#8628a8",
    Role.GAUSSIAN: "#54606f",
    Role.FURTHER_1: "#0b6e72",
    Role.FURTHER_2: "#5d6700",
    Role.FURTHER_3: "#a02668",
    Role.FURTHER_4: "#6e4f2a",
    Role.GRADIENT: "#7a6400",
    Role.NOISE_INDUCED: "#b3301c",
    Role.DIFFUSIVE: "#0d679c",
    Role.VELOCITY: "#14171c",
    Role.LOSS: "#6b7280",
    Role.FORK: "#d99aac",
}


def palette_of(theme: Theme, colours: int = 1 << 24) -> Palette:
    """The palette for a theme on a terminal with so many colours (0: none)."""
    if theme.ansi or colours < 256:
        return terminal_palette(colours)
    background = Color.parse(theme.background or ("#121212" if theme.dark else "#efefef"))
    text = Color.parse(theme.foreground or ("#e0e0e0" if theme.dark else "#202020"))
    primary = Color.parse(theme.primary)
    accent = Color.parse(theme.accent or theme.primary)
    good, bad = Color.parse(theme.success or "#77b077"), Color.parse(theme.error or "#d06060")
    warn = Color.parse(theme.warning or "#d0a050")
    series = {role: Color.parse(hue) for role, hue in (_DARK_SERIES if theme.dark else _LIGHT_SERIES).items()}
    if theme.name not in (DARK.name, LIGHT.name):
        series[Role.SGD] = background.blend(primary, 0.6)
    roles: dict[int, Color] = {
        Role.DEFAULT: text,
        Role.TEXT: text,
        Role.MUTED: background.blend(text, 0.62),
        Role.FAINT: background.blend(text, 0.34),
        Role.RULE: background.blend(text, 0.26),
        Role.ACCENT: accent,
        Role.GOOD: good,
        Role.BAD: bad,
        Role.WARN: warn,
        Role.ON_ACCENT: background,
        Role.BAND: background.blend(text, 0.08),
        Role.SELECTED: background.blend(primary, 0.30),
        **{int(role): colour for role, colour in series.items()},
    }
    cool, high = series[Role.SGD], (Color.parse("#f6e6b4") if theme.dark else Color.parse("#3b1f5c"))
    for step in range(SHADES):
        share = step / (SHADES - 1)
        shade = background.blend(cool, share * 2) if share <= 0.5 else cool.blend(high, share * 2 - 1)
        roles[Role.SHADE + step] = shade
    for step in range(DIVERGES):
        share = 2 * step / (DIVERGES - 1) - 1
        hue = series[Role.NOISE_INDUCED] if share > 0 else series[Role.DIFFUSIVE]
        roles[Role.DIVERGE + step] = background.blend(hue, abs(share))
    for place, role in enumerate(REGIONS):
        roles[Role.REGION + place] = background.blend(roles[role], 0.38)
    quiet, loud = series[Role.DIFFUSIVE], series[Role.NOISE_INDUCED]
    for step in range(NOISES):
        share = step / (NOISES - 1)
        roles[Role.NOISE + step] = background.blend(quiet.blend(loud, share), 0.8 + 0.2 * share)
    colours_of: dict[int, RichColor | None] = {int(role): colour.rich_color for role, colour in roles.items()}
    grounds = {**colours_of, int(Role.DEFAULT): background.rich_color}
    return Palette(colours_of, grounds)
