"""The footer: the keys that matter, as many as fit, each of them a button for the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.panels.panel import Panel

Key = tuple[str, str, str, int]
"""Key, word, action and how early it is left out where there is no room (0: never)."""

KEYS: tuple[Key, ...] = (
    ("space", "Pause", "pause", 0),
    ("r", "Reset", "restart", 2),
    ("±", "η", "turn_eta(1)", 1),
    ("p", "Prediction", "cycle", 3),
    ("u", "Undo", "undo", 4),
    ("t", "Tour", "tour", 5),
    ("c", "Compare", "compare", 6),
    ("e", "Export", "export", 7),
    ("m", "Maximise", "maximise", 9),
    ("^p", "Presets", "app.command_palette", 8),
    ("?", "Help", "help", 0),
    ("q", "Quit", "app.quit", 0),
)

SETUP: Key = ("tab", "Set up", "setup", 0)


def fitting(cells: int, ascii: bool, wanted: Sequence[Key]) -> list[tuple[str, str, str]]:
    """The keys that fit into so many cells, in order."""
    keys = list(wanted)
    while len(keys) > 1 and sum(width_of(k) + width_of(w) + 3 for k, w, _, _ in keys) > cells:
        last = max(o for *_, o in keys)
        if last == 0:
            keys.pop(0)
        else:
            keys = [entry for entry in keys if entry[3] != last]
    said = {"±": "+-", "η": "eta"} if ascii else {}
    return [(said.get(k, k), said.get(w, w), a) for k, w, a, _ in keys]


def draw_keys(canvas: Canvas, paused: bool, wanted: Sequence[Key]) -> list[tuple[int, int, str]]:
    """One row; returns (first column, end, action) of every key."""
    places = []
    x = 1
    for key, word, action in fitting(canvas.width, canvas.look.ascii, wanted):
        begin = x
        x = canvas.write(x, 0, key, Role.ACCENT, weight=BOLD)
        x = canvas.write(x + 1, 0, "Run" if action == "pause" and paused else word, Role.MUTED)
        places.append((begin, x, action))
        x += 2
    return places


class Keys(Panel, can_focus=False):
    """The footer line."""

    DEFAULT_CSS = "Keys { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.places: list[tuple[int, int, str]] = []

    def paint(self, canvas: Canvas) -> None:
        """Draws the keys."""
        paused = self.view.snapshot is not None and self.view.snapshot.paused
        self.places = draw_keys(canvas, paused, self.keys(canvas.width < 80))

    def keys(self, narrow: bool) -> Sequence[Key]:
        """What may be pressed, in order."""
        return (SETUP, *KEYS) if narrow else KEYS

    async def on_click(self, event: events.Click) -> None:
        """Does what the key under the mouse does."""
        for begin, end, action in self.places:
            if begin <= event.x < end:
                await self.run_action(action if "." in action else f"screen.{action}")
