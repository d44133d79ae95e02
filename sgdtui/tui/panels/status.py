"""The header: what is open on the left; on the right how the run is doing, in words and numbers."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import plain
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import count, number
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View, settling_word

_FIRST_TO_GO = {
    False: ("reply", "bytes", "fps", "walkers", "time", "rate"),
    True: ("walkers", "time", "rate", "reply", "bytes", "fps"),
}
"""What is left out where there is little room, here and over a network."""

_TITLE = 60
"""Cells that the facts leave to the title, the state and its mark."""
_MESSAGE = 24
"""Cells that they leave to a message beside those."""


def state_of(view: View) -> tuple[str, str, int]:
    """The mark, the word and the ink of what the run is doing."""
    snapshot = view.snapshot
    if view.busy:
        return "◌", view.busy, Role.WARN
    if snapshot is None:
        return "◌", "starting", Role.MUTED
    if snapshot.phase == "failed":
        return "✗", "failed", Role.BAD
    if snapshot.paused:
        return "‖", "paused", Role.WARN
    words = {
        "compiling": ("◌", "compiling", Role.WARN),
        "pilot": ("◌", "finding the scale", Role.WARN),
        "settling": ("●", settling_word(view), Role.WARN),
        "sampling": ("●", "running", Role.GOOD),
        "done": ("●", "running", Role.GOOD),
        "stopped": ("○", "stopped", Role.MUTED),
    }
    return words.get(snapshot.phase, ("●", snapshot.phase, Role.TEXT))


def facts_of(view: View, cells: int = 1000) -> list[str]:
    """The numbers after the state, as many as fit into so many cells (one at least): over a network the wire's are the
    last to go, elsewhere the run's.
    """
    snapshot = view.snapshot
    facts: dict[str, str] = {}
    if snapshot is not None:
        if snapshot.rate > 0:
            facts["rate"] = f"{count(snapshot.rate)} steps/s"
        facts["time"] = f"t {number(snapshot.time, 4)}"
        facts["walkers"] = f"{count(snapshot.walkers)} walkers"
    if view.fps > 0:
        facts["fps"] = f"{view.fps:.0f} fps"
    if view.bandwidth is not None:
        kilobytes = view.bandwidth / 1000
        facts["bytes"] = f"{kilobytes:.0f} kB/s" if kilobytes >= 9.95 else f"{kilobytes:.1f} kB/s"
    if view.round_trip is not None:
        facts["reply"] = f"rtt {1000 * view.round_trip:.0f} ms"
    for name in _FIRST_TO_GO[view.remote]:
        if len(facts) > 1 and width_of(view.look.say(" · ".join(facts.values()))) > cells:
            facts.pop(name, None)
    return list(facts.values())


def warnings_of(view: View) -> str:
    """What must not be overlooked."""
    snapshot = view.snapshot
    said = []
    if snapshot is not None and snapshot.lost:
        said.append(f"{count(snapshot.lost).replace(' ', '')} lost")
    if snapshot is not None and snapshot.settled is False and not view.settling:
        said.append("not settled")
    if not view.walkers:
        said.append("slow link: no walkers")
    return " · ".join(said)


def draw_status(canvas: Canvas, view: View) -> None:
    """One row."""
    mark, word, ink = state_of(view)
    warning = warnings_of(view)
    message = plain(view.notice or (view.snapshot.message if view.snapshot else ""))
    title = plain(view.title) or "sgdtui"
    brand = "sgdtui" if view.title else ""
    say = canvas.look.say
    told = min(width_of(message), _MESSAGE) + 2 if message else 0
    warned = width_of(say(warning)) + 3 if warning else 0
    # What was just answered to a key and what must not be overlooked come first: the facts take what is left.
    right = " · ".join(facts_of(view, canvas.width - _TITLE - told - warned))
    right_cells = width_of(say(f"{mark} {word}")) + warned + (width_of(say(right)) + 3 if right else 0)
    x = 1
    if brand and canvas.width >= 100:
        x = canvas.write(x, 0, f"{brand}  ", Role.MUTED)
    room = max(8, canvas.width - right_cells - x - 3)
    x = canvas.write(x, 0, title, Role.TEXT, weight=BOLD, cells=room)
    room = canvas.width - right_cells - x - 5
    if message and room > 8:
        canvas.write(x + 2, 0, message, Role.WARN, cells=room)
    x = max(x + 1, canvas.width - right_cells - 1)
    x = canvas.write(x, 0, f"{mark} {word}", ink, weight=BOLD)
    if warning:
        x = canvas.write(x, 0, f" · {warning}", Role.BAD)
    if right:
        canvas.write(x, 0, f" · {right}", Role.MUTED)


class Status(Panel, can_focus=False):
    """The header line."""

    TITLE = "Status"
    READING = (
        "running, paused, compiling or settling (nothing is recorded yet) · walker-steps per second of stepping\n"
        "alone · t, the sum of the learning rates · frames per second. Lost walkers are those that left |x| < 1e12."
    )
    DEFAULT_CSS = "Status { height: 1; }"

    def paint(self, canvas: Canvas) -> None:
        """Draws the line."""
        draw_status(canvas, self.view)
