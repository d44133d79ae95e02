"""The footer of the tour."""

from __future__ import annotations

from collections.abc import Sequence

from sgdtui.tui.panels.keys import Key, Keys

KEYS: tuple[Key, ...] = (
    ("j", "Next", "next", 0),
    ("k", "Back", "back", 1),
    ("t", "Contents", "contents", 2),
    ("home", "Claim", "claim", 3),
    ("space", "Pause", "pause", 4),
    ("tab", "Dials", "next_panel(1)", 5),
    ("g", "To the laboratory", "open", 6),
    ("esc", "Leave", "leave", 0),
    ("?", "Help", "help", 0),
)


class TourKeys(Keys):
    """The footer line."""

    def keys(self, narrow: bool) -> Sequence[Key]:
        """The same everywhere; there is less of it where there is no room."""
        del narrow
        return KEYS
