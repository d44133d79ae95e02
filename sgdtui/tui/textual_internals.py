"""All that sgdtui uses of Textual's and Rich's private parts: when a new version breaks one of them, it breaks here.

`broken()` looks for each by name; a test calls it and names the version.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._context import NoActiveAppError
from textual._parser import ParseError
from textual._xterm_parser import XTermParser

if TYPE_CHECKING:
    from rich.color import ColorSystem
    from rich.console import Console
    from rich.style import Style
    from textual.screen import Screen
    from textual.strip import Strip

__all__ = [
    "ChopsUpdate",
    "CompositorUpdate",
    "LayoutUpdate",
    "NoActiveAppError",
    "ParseError",
    "XTermParser",
    "ansi_codes",
    "broken",
    "colour_system_of",
    "strips_of",
    "use_colour_system",
]

_USED = {
    "textual._compositor": ("ChopsUpdate", "CompositorUpdate", "LayoutUpdate", "Compositor.render_strips"),
    "textual._context": ("NoActiveAppError",),
    "textual._parser": ("ParseError",),
    "textual._xterm_parser": ("XTermParser",),
    "textual.app": ("App._display", "App._fatal_error"),
    "rich.style": ("Style._make_ansi_codes",),
}


def broken() -> list[str]:
    """What of it this installation lacks, each with the version that lacks it."""
    missing = []
    for module, names in _USED.items():
        package = module.partition(".")[0]
        for name in names:
            try:
                found: Any = import_module(module)
                for part in name.split("."):
                    found = getattr(found, part)
            except (ImportError, AttributeError):
                missing.append(f"{package} {version(package)} has no {module}.{name}")
    return missing


def colour_system_of(console: Console) -> ColorSystem | None:
    """The colours that a console writes."""
    return console._color_system


def use_colour_system(console: Console, system: ColorSystem | None) -> None:
    """Let a console write other colours than those that it found for itself."""
    console._color_system = system


def ansi_codes(style: Style, system: ColorSystem) -> str:
    """The numbers of a style between ESC [ and m."""
    return style._make_ansi_codes(system)


def strips_of(screen: Screen[Any]) -> list[Strip]:
    """What a screen shows, row by row."""
    return list(screen._compositor.render_strips())
