"""Between Textual's compositor and the wire: what may not be drawn now is kept as cells and drawn when it may.

Textual hands over every change once. The mirror notes it; what is sent is the difference between what the terminal
shows and what it should show at the moment of sending, so that nothing that was overtaken is ever drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.geometry import Region
from textual.screen import ModalScreen, Screen

from sgdtui.tui.draw.changed_cells import Patch, ScreenMirror
from sgdtui.tui.terminal.pacing import Pacer
from sgdtui.tui.textual_internals import CompositorUpdate

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

FRAME = 8_000
"""Bytes that are written at most before the terminal is given time to take them, on the fastest link too."""
ANSWERS = 1.0
"""Seconds after a key for which what answers it is drawn before the rest."""


class Gate:
    """Takes every update of the compositor, and gives what may be written now."""

    def __init__(self, app: App[Any], mirror: ScreenMirror, pacer: Pacer) -> None:
        self.mirror, self.pacer = mirror, pacer
        self._app = app
        self._timer: Timer | None = None

    def take(self, screen: Screen[Any], update: CompositorUpdate) -> Patch | None:
        """Notes the update; a patch if something may be written now."""
        self.mirror.take(update, self._app.console, *self._app.size)
        return self.patch(screen)

    def patch(self, screen: Screen[Any]) -> Patch | None:
        """What may be written now of all that is behind; None if nothing."""
        allowance = self.pacer.allowance()
        if allowance == 0:
            self._later()
            return None
        limit = FRAME if allowance is None else min(allowance, FRAME)
        # Only after a key: figures that change all the time would else leave nothing for the rest of the picture.
        answers = self.pacer.idle < ANSWERS
        patch = self.mirror.flush(limit, _answering(screen) if answers else ())
        if self.mirror.behind:
            self._later()
        if not patch.sequence:
            return None
        return Patch(patch.sequence + self.pacer.query())

    def go_on(self) -> None:
        """Draws more of what is behind, if it may be; called when time has passed, a key came or a reply."""
        if self.mirror.behind and self._app._running and not self._app._batch_count:
            self._app._display(self._app.screen, Patch(""))  # type: ignore[arg-type]  # goes straight to the driver

    def _later(self) -> None:
        if self._timer is None and self._app._running:
            self._timer = self._app.set_timer(self.pacer.wait(), self._again)

    def _again(self) -> None:
        self._timer = None
        self.go_on()


def _answering(screen: Screen[Any]) -> Iterable[Region]:
    """What is drawn first, where answers to a key appear: a dialog, or the panels that are not pictures of the run; on
    a screen without panels what stands in it, before the empty cells around it.
    """
    panels = [w for w in screen.query("Panel") if w.display and not getattr(w, "PICTURE", False)]
    if isinstance(screen, ModalScreen) or not panels:
        return [child.region for child in screen.children]
    return [panel.region for panel in panels]
