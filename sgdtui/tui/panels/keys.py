"""The footer: the keys that matter, as many as fit, each of them a button for the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.screens.bindings import action_name

Key = tuple[str, str, str, int]
"""Key, word, action and how early it is left out where there is no room (0: never)."""

KEYS: tuple[Key, ...] = (
    ("space", "Pause", "pause", 0),
    (".", "Step", "step", 8),
    ("r", "Reset", "restart", 3),
    ("±", "η", "turn_eta(1)", 1),
    ("p", "Prediction", "cycle", 2),
    ("a", "Arrows", "arrows", 9),
    ("c", "A/B", "compare", 7),
    ("o", "Open", "presets", 4),
    ("t", "Tour", "tour", 5),
    ("m", "Big", "maximise", 6),
    ("^o", "Jump", "jump", 10),
    ("?", "Help", "help", 0),
    ("q", "Quit", "app.quit", 0),
)

SETUP: Key = ("tab", "Set up", "setup", 0)

TOLD: dict[str, str] = {
    "pause": "Let the walkers stand still, or go on",
    "step": "One step of every walker; < and > slow the clock down and up",
    "restart": "All walkers back to the start",
    "turn_eta(1)": "Turn the learning rate: + and −",
    "cycle": "The next prediction as the line",
    "arrows": "Arrows or curves; in the plane another field",
    "compare": "Keep this run as a line beside the one that goes on",
    "presets": "Open an experiment, a preset's file, or a table of your own",
    "tour": "The claims as a lecture",
    "maximise": "The focused panel alone, and back",
    "jump": "To any panel by its letter, those too that are not on the screen",
    "help": "Every panel with its formula, all keys, and what the signs mean",
    "app.quit": "End the run and leave",
    "setup": "Loss, noise and dials in place of the picture",
}
"""What each does, told by the mouse."""


def fitting(cells: int, ascii: bool, wanted: Sequence[Key]) -> list[tuple[str, str, str]]:
    """The keys that fit into so many cells, in order."""
    said = {"±": "+-", "η": "eta"} if ascii else {}
    keys = [(said.get(key, key), said.get(word, word), action, order) for key, word, action, order in wanted]
    while len(keys) > 1 and sum(width_of(k) + width_of(w) + 3 for k, w, _, _ in keys) > cells:
        last = max(o for *_, o in keys)
        if last == 0:
            keys.pop(0)
        else:
            keys = [entry for entry in keys if entry[3] != last]
    return [(key, word, action) for key, word, action, _ in keys]


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
        keys = [
            (self.key_of(action, key), word, action, o)
            for key, word, action, o in self.keys(canvas.width < 80)
        ]
        self.places = draw_keys(canvas, paused, keys)

    def key_of(self, action: str, key: str) -> str:
        """The key that does an action: that of the settings, where they name one."""
        options = getattr(self.app, "options", None)
        name = action_name(action)
        return str(options.keys.get(name, key)) if options is not None and name is not None else key

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """What the key under the mouse does."""
        told = next(
            (TOLD.get(action, "") for begin, end, action in self.places if begin <= event.x < end), ""
        )
        self.tooltip = self.view.look.say(told) or None

    def keys(self, narrow: bool) -> Sequence[Key]:
        """What may be pressed, in order."""
        return (SETUP, *KEYS) if narrow else KEYS

    async def on_click(self, event: events.Click) -> None:
        """Does what the key under the mouse does."""
        for begin, end, action in self.places:
            if begin <= event.x < end:
                await self.run_action(action if "." in action else f"screen.{action}")
