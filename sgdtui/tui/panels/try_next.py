"""Try next: dials that would change the verdict, worked out from the predictions."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import number
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import View


def draw_try_next(canvas: Canvas, view: View, focused: bool = False) -> None:
    """A row or two for each piece of advice."""
    draw_title(canvas, "Try next", focused, "t tour")
    y = 1
    for advice in view.advice:
        x = canvas.write(1, y, f"{advice.dial} → {number(advice.value)}", Role.ACCENT, weight=BOLD)
        canvas.write(x, y, f": {advice.what}", Role.TEXT)
        what = "TV of Gibbs" if view.snapshot is not None and len(view.snapshot.edges) == 1 else "curl"
        canvas.write(3, y + 1, f"{what} {_seen(advice.now)} → {_seen(advice.then)}", Role.MUTED)
        y += 2
    if not view.advice:
        ways = ("± η, or another preset: o", "± η, or a preset: o", "± η, or o")
        fits = [way for way in ways if width_of(canvas.look.say(way)) <= canvas.width - 2]
        canvas.write(1, 1, fits[0] if fits else ways[-1], Role.MUTED)


def _seen(value: float) -> str:
    """A distance or an entropy to the digits that can be told."""
    return "0" if value < 5e-4 else number(value, 3 if value >= 10 else 2)


class TryNext(Panel):
    """What to turn next."""

    TITLE = "Try next"
    JUMP = "x"
    READING = (
        "One or two dials that would change the verdict, worked out from the predictions: on a line by the distance\n"
        "TV of Gibbs from the Fokker–Planck law, in the plane by the curl of F, which makes probability turn."
    )

    def needs(self, view: View) -> tuple[object, ...]:
        """The advice."""
        return (view.advice, view.look)

    def paint(self, canvas: Canvas) -> None:
        """Draws the advice."""
        draw_try_next(canvas, self.view, self.has_focus)
