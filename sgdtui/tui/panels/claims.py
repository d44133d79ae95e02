"""The preset's claims, ticking from … to ✓ or ✗ with measured ± error beside what was expected."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from sgdtui.tui.draw.canvas import BOLD, Canvas
from sgdtui.tui.draw.gauge import draw_gauge
from sgdtui.tui.draw.plain import width as width_of
from sgdtui.tui.draw.plain import wrap
from sgdtui.tui.draw.roles import Role
from sgdtui.tui.draw.scale import with_error
from sgdtui.tui.draw.title import draw_title
from sgdtui.tui.panels.panel import Panel
from sgdtui.tui.view import ClaimLine, View

SHORT = 10
"""In fewer rows every claim has one."""

GAUGE = 9
"""Cells of an error bar there."""

MARK = {True: ("✓", "+", Role.GOOD), False: ("✗", "x", Role.BAD), None: ("…", ".", Role.MUTED)}


def draw_claims(canvas: Canvas, view: View, focused: bool = False, first: int = 0) -> None:
    """The whole panel; observables stand here where nothing is claimed."""
    if not view.claims:
        _draw_observables(canvas, view, focused)
        return
    held = sum(claim.holds is True for claim in view.claims)
    turned = "for the preset's dials" if canvas.width >= 34 else "dials turned"
    note = f"{held} of {len(view.claims)}" if view.claims_apply else turned
    draw_title(canvas, "Claims", focused, note)
    y = 1
    short = canvas.height < SHORT
    for claim in view.claims[min(first, len(view.claims) - 1) :]:
        if y >= canvas.height:
            break
        y = _draw_short(canvas, y, claim) if short else _draw_claim(canvas, y, claim)
    if not short and y + 2 < canvas.height:
        canvas.rule(y + 1)
        canvas.write(1, y + 1, " Observables ", Role.TEXT, weight=BOLD)
        _list_observables(canvas, view, y + 2)


def _draw_short(canvas: Canvas, y: int, claim: ClaimLine) -> int:
    """A claim in one row: its mark, its name, and its error bar or what was measured."""
    mark, ascii_mark, ink = MARK[claim.holds]
    canvas.write(1, y, ascii_mark if canvas.look.ascii else mark, ink, weight=BOLD)
    room = canvas.width - 4
    if claim.bar is not None and room >= GAUGE + 6:
        canvas.write(3, y, claim.that, Role.TEXT, cells=room - GAUGE)
        expected, within, measured, se = claim.bar
        draw_gauge(canvas, canvas.width - 1 - GAUGE, y, GAUGE, expected, within, measured, se, ink)
        return y + 1
    told = claim.measured or claim.expected
    canvas.write(3, y, claim.that, Role.TEXT, cells=room)
    left = room - width_of(claim.that) - 1
    if left >= 6:
        canvas.write(3 + room - left, y, told, Role.MUTED, cells=left, align="right")
    return y + 1


def _draw_claim(canvas: Canvas, y: int, claim: ClaimLine) -> int:
    mark, ascii_mark, ink = MARK[claim.holds]
    canvas.write(1, y, ascii_mark if canvas.look.ascii else mark, ink, weight=BOLD)
    cells = canvas.width - 4
    told = f"{claim.measured}  ({claim.expected})" if claim.measured else f"({claim.expected})"
    if width_of(claim.that) + 2 + width_of(told) <= cells:
        canvas.write(3, y, claim.that, Role.TEXT)
        canvas.write(3, y, told, Role.MUTED, cells=cells, align="right")
        return y + 1
    canvas.write(3, y, claim.that, Role.TEXT, cells=cells)
    for line in wrap(told, cells, 2):
        y += 1
        canvas.write(3, y, line, Role.MUTED, cells=cells, align="right")
    return y + 1


def _draw_observables(canvas: Canvas, view: View, focused: bool) -> None:
    draw_title(canvas, "Observables", focused)
    _list_observables(canvas, view, 1)


def _list_observables(canvas: Canvas, view: View, y: int) -> None:
    snapshot = view.snapshot
    if snapshot is None:
        return
    rows: list[tuple[str, str]] = [
        (name, with_error(o.value, o.se)) for name, o in snapshot.observables.items()
    ]
    for axis, name in enumerate(snapshot.experiment.variables[: len(snapshot.mean)]):
        rows.append((f"mean {name}", with_error(float(snapshot.mean[axis]), float(snapshot.mean_se[axis]))))
        variance, se = float(snapshot.covariance[axis, axis]), float(snapshot.covariance_se[axis, axis])
        rows.append((f"var {name}", with_error(variance, se)))
    ink, number_ink = (Role.FAINT, Role.FAINT) if view.settling else (Role.TEXT, Role.MUTED)
    for row, (name, told) in enumerate(rows[: max(0, canvas.height - y)], y):
        canvas.write(1, row, name, ink, cells=max(canvas.width - 3 - width_of(canvas.look.say(told)), 4))
        canvas.write(1, row, told, number_ink, cells=canvas.width - 2, align="right")


class Claims(Panel):
    """The claims of the preset."""

    TITLE = "Claims"
    JUMP = "c"
    READING = (
        "✓ holds   ✗ does not   … not yet known. Each line: what is claimed, measured ± standard error, and in\n"
        "brackets what was expected and within how much. A preset without claims shows its observables instead."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_by(-1)", "Up", show=False),
        Binding("down", "scroll_by(1)", "Down", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.first = 0

    def action_scroll_by(self, by: int) -> None:
        """Shows later or earlier claims."""
        self.first = max(0, min(self.first + by, len(self.view.claims) - 1))
        self.repaint()

    def on_mouse_scroll_up(self) -> None:
        """Shows earlier claims."""
        self.action_scroll_by(-1)

    def on_mouse_scroll_down(self) -> None:
        """Shows later claims."""
        self.action_scroll_by(1)

    def paint(self, canvas: Canvas) -> None:
        """Draws the claims."""
        draw_claims(canvas, self.view, self.has_focus, self.first)
