"""The footer of the map."""

from __future__ import annotations

from collections.abc import Sequence

from sgdtui.tui.panels.keys import Key, Keys

KEYS: tuple[Key, ...] = (
    ("enter", "Open as a live run", "open", 0),
    ("b", "Measure", "measure(1)", 1),
    ("v", "Verdicts", "verdicts", 2),
    ("x", "x axis", "axis('x')", 4),
    ("y", "y axis", "axis('y')", 4),
    ("h", "Held", "hold", 6),
    ("i", "Isoline", "contour", 5),
    ("(", "lower", "level(-1)", 7),
    (")", "higher", "level(1)", 7),
    ("z", "log", "log_shade", 8),
    ("esc", "Laboratory", "leave", 3),
    ("?", "Help", "help", 0),
    ("q", "Quit", "app.quit", 0),
)


class MapKeys(Keys):
    """The footer line."""

    def keys(self, narrow: bool) -> Sequence[Key]:
        """As many as there is room for."""
        del narrow
        return KEYS
