"""Why: the reason for the verdict in one sentence with its numbers, and what is to be known about the predictions."""

from __future__ import annotations

from sgdtui.tui.draw.canvas import Canvas
from sgdtui.tui.draw.plain import plain, wrap
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.panels.verdict import why_of
from sgdtui.tui.view import View


def draw_why(canvas: Canvas, view: View, focused: bool = False) -> None:
    """The whole panel."""
    draw_title(canvas, "Why", focused)
    cells = canvas.width - 2
    y = 1
    if view.settling and view.snapshot is not None and view.snapshot.phase != "failed":
        about = view.snapshot.experiment.story.split("\n\n")[0].replace("*", "").replace("`", "")
        for line in wrap(canvas.look.say(plain(about)), cells, canvas.height - 1):
            canvas.write(1, y, line, Role.MUTED)
            y += 1
        return
    said = canvas.look.say(plain(why_of(view)))
    for line in wrap(said, cells, canvas.height - 1):
        canvas.write(1, y, line, Role.MUTED if view.settling or view.stale else Role.TEXT)
        y += 1
    snapshot = view.snapshot
    if snapshot is None or view.stale:
        return
    for prediction in snapshot.predictions.values():
        for note in prediction.notes:
            if y + 1 >= canvas.height:
                return
            for line in wrap(canvas.look.say(plain(f"{prediction.name}: {note}")), cells, canvas.height - y):
                canvas.write(1, y, line, Role.MUTED)
                y += 1


class Why(Panel):
    """The reason for the verdict."""

    TITLE = "Why"
    JUMP = "y"
    READING = "The one reason that decided the verdict, with its numbers, and notes on the predictions."

    def needs(self, view: View) -> tuple[object, ...]:
        """The sentence."""
        shown = view.snapshot
        run = (None,) if shown is None else (shown.experiment, shown.generation, shown.phase)
        return (*run, why_of(view), view.stale, view.settling, view.look)

    def paint(self, canvas: Canvas) -> None:
        """Draws the reason."""
        draw_why(canvas, self.view, self.has_focus)
