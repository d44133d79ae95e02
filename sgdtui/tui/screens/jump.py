"""Jump mode: a letter on every panel, and a list of those that are not on the screen; a letter goes there."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import width


class Jump(ModalScreen[str | None]):
    """Gives the letter that was pressed, None for any other key."""

    DEFAULT_CSS = """
    Jump { background: $background 0%; align: left bottom; }
    Jump Static { width: 1fr; height: auto; max-height: 5; background: $boost; color: $foreground; padding: 0 1; }
    """

    def __init__(self, panels: Mapping[str, str], look: Look) -> None:
        """`panels` are titles by letter."""
        super().__init__()
        self.panels, self.look = panels, look

    def compose(self) -> ComposeResult:
        """All letters with what they go to."""
        pieces = ["Jump to", *(f"{letter} {title}" for letter, title in self.panels.items()), "esc stay"]
        yield Static(
            "\n".join(_lines([self.look.say(p) for p in pieces], self.app.size.width - 2)), markup=False
        )

    def on_key(self, event: events.Key) -> None:
        """Any key ends it."""
        event.stop()
        event.prevent_default()
        self.dismiss(event.key if event.key in self.panels else None)

    def on_click(self) -> None:
        """So does the mouse."""
        self.dismiss(None)


def _lines(pieces: list[str], cells: int) -> list[str]:
    """Pieces on as few lines as hold them, none of them broken."""
    lines = [""]
    for piece in pieces:
        longer = f"{lines[-1]}  {piece}" if lines[-1] else piece
        if width(longer) <= cells:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines
