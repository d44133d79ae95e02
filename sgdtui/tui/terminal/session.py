"""One sitting at one terminal: what the app and `sgdtui launch` call, one line each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgdtui.tui.terminal.autosave import LOOK, Keeper
from sgdtui.tui.terminal.detached import detached
from sgdtui.tui.terminal.detect import Terminal
from sgdtui.tui.terminal.driver import RESTORE, paced_driver
from sgdtui.tui.terminal.gate import Gate
from sgdtui.tui.terminal.pacing import Pacer
from sgdtui.tui.terminal.shutdown import Ends
from sgdtui.tui.textual_internals import NoActiveAppError

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

    from sgdtui.tui.draw.changed_cells import ScreenMirror
    from sgdtui.tui.terminal.kiosk import Kiosk

SLOW_INTERVAL = 0.2
"""Seconds between two pictures on a slow link."""


class Session:
    """Paces the output, keeps checkpoints, and ends in good order.

    Args:
        terminal: what was detected.
        asked: whether the bandwidth was asked for.
        keeps: whether checkpoints are written.
        checkpoint: the file to go on from.
        kiosk: the limits of a shared host.
        detach_seconds: how long to compute on after a hang-up; None: not at all.
    """

    def __init__(
        self,
        terminal: Terminal,
        *,
        asked: bool = False,
        keeps: bool = False,
        checkpoint: Path | None = None,
        kiosk: Kiosk | None = None,
        detach_seconds: float | None = None,
    ) -> None:
        self.terminal, self.kiosk, self.checkpoint = terminal, kiosk, checkpoint
        self.keeper: Keeper | None = Keeper(self._lab, self._view, initials=self._initials) if keeps else None
        self.detach_seconds = detach_seconds
        self.pacer = Pacer(terminal.bandwidth, replies=terminal.replies, asked=asked)
        self.ends = Ends(self._leave, self._give_back)
        self.detached = False
        self.notices: tuple[str, ...] = ()
        self._app: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gate: Gate | None = None
        self._over = threading.Event()
        self._attributes = _terminal_attributes()
        self._halted = False
        self._seen: dict[str, Any] = {}
        self._interval = 0.0

    # --- for the app ----------------------------------------------------------------------------------------------

    def driver_class(self) -> type[Driver] | None:
        """For `App(driver_class=…)`."""
        return paced_driver(self.pacer, self.ends.hang_up, self._progress)

    def begin(self, app: App[Any]) -> None:
        """The app runs: from now on signals and hang-ups are ours. To be called in the app's own thread."""
        self._app, self._loop = app, asyncio.get_running_loop()
        self.ends.install()
        threading.Thread(target=self._look_around, name="sgdtui-session", daemon=True).start()

    @property
    def remembered_theme(self) -> str | None:
        """The theme that was chosen last."""
        from sgdtui.settings.state import load_state

        return load_state().theme or None

    def remember_theme(self, theme: str) -> None:
        """For the next start; in a thread, as it is put on disk."""
        from sgdtui.settings.state import load_state, save_state

        def save() -> None:
            state = load_state()
            if state.theme != theme:
                save_state(replace(state, theme=theme))

        threading.Thread(target=save, name="sgdtui-theme", daemon=True).start()

    def gate(self, app: App[Any], mirror: ScreenMirror) -> Gate:
        """What stands between the compositor and the wire."""
        self._gate = Gate(app, mirror, self.pacer)
        return self._gate

    def threads(self, asked: int | None) -> int | None:
        """How many may step the walkers."""
        return asked if self.kiosk is None else min(asked or self.kiosk.threads, self.kiosk.threads)

    def wire(self) -> dict[str, Any]:
        """Frames and bytes a second, the round trip in seconds, whether there is a network between and whether it can
        carry moving walkers, for the status line (the names are `View`'s).
        """
        pacer = self.pacer
        return {
            "fps": pacer.frames_per_second,
            "bandwidth": pacer.bytes_per_second,
            "round_trip": pacer.round_trip,
            "remote": self.terminal.over_ssh,
            "walkers": not pacer.tight,
        }

    def fault(self, error: BaseException) -> str:
        """The app cannot go on: keeps the run and a report. What the command is to say; a visitor is told no paths."""
        from sgdtui.tui.terminal.fault import keep_report, told

        kept = False
        if self.keeper is not None:
            with contextlib.suppress(Exception):  # what is wrong may be what is looked at here
                self.keeper.keep_now(1.5)
                kept = self.keeper.path.exists()
        report = keep_report(error, self.terminal.facts())
        if self.kiosk is not None:
            return self.kiosk.without_paths(told(error, None, kept))
        return told(error, report, kept)

    # --- for the command ------------------------------------------------------------------------------------------

    def after(self, app: Any) -> int | None:
        """What is left to do when the app has ended: computes on if that was asked for. The exit status, if ours."""
        self._over.set()
        if self.detached and self.detach_seconds is not None:
            self._compute_on(app)
        return self.ends.status

    def _compute_on(self, app: Any) -> None:
        self.ends.call_off()
        stop = threading.Event()
        self.ends = Ends(lambda *_: stop.set(), lambda: None)
        self.ends.install()
        until = time.monotonic() + (self.detach_seconds or 0)
        with detached(self.keeper.path) if self.keeper is not None else contextlib.nullcontext():
            while time.monotonic() < until and not stop.wait(0.5):
                if self.keeper is not None:
                    self.keeper.keep()
            if self.keeper is not None:
                self.keeper.keep_now(2.0)
        app.bench.stop()

    def _lab(self) -> Any:
        bench = getattr(self._app, "bench", None)
        return bench.lab if bench is not None else None

    def _initials(self) -> dict[str, Any]:
        bench = getattr(self._app, "bench", None)
        return dict(bench.initials) if bench is not None else {}

    def _view(self) -> dict[str, Any]:
        """How the run is looked at, or was when the app ended."""
        laboratory = getattr(self._app, "laboratory", None)
        if laboratory is not None:
            with contextlib.suppress(NoActiveAppError):
                self._seen = laboratory.view_document()
        # Walkers that only wait for a frozen client are not paused: whoever resumes finds them walking.
        return {**self._seen, "paused": False} if self._halted and self._seen else self._seen

    # --- threads --------------------------------------------------------------------------------------------------

    def _progress(self) -> None:
        """A reply came (in the input thread): perhaps more may be drawn."""
        gate, loop = self._gate, self._loop
        if gate is not None and loop is not None and gate.mirror.behind:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(gate.go_on)

    def _look_around(self) -> None:
        """Twice a second: checkpoint if it is time; ask a terminal that is silent whether it is there; halt a run that
        nobody can see; end one that nobody touches.
        """
        while not self._over.wait(LOOK):
            if self.keeper is not None:
                self.keeper.keep()
            if self.pacer.asks_again():
                self._call(self._ask)
            self._slow_down()
            self._halt(self.pacer.stalled and self.detach_seconds is None)
            if self.kiosk is not None and self.pacer.idle > self.kiosk.idle_seconds:
                self._call(lambda: self._app.exit(0))

    def _ask(self) -> None:
        """A reply may be lost: is anybody there? (In the app's own thread.)"""
        driver = self._app._driver
        if driver is not None and self._app._running:
            driver.write(self.pacer.ask())

    def _slow_down(self) -> None:
        """On a slow link fewer pictures are painted: more could not be sent."""
        bench = getattr(self._app, "bench", None)
        if bench is None:
            return
        interval = max(1.0 / self._app.options.fps, SLOW_INTERVAL if self.pacer.slow else 0.0)
        if interval != self._interval:
            self._interval = interval
            bench.watch_interval(interval)

    def _halt(self, halted: bool) -> None:
        """Nobody takes what is drawn: the walkers wait too, with a checkpoint, until somebody does."""
        lab = self._lab()
        if halted == self._halted or lab is None or (halted and lab.paused):
            return
        self._halted = halted
        if halted and self.keeper is not None:
            self.keeper.keep_now(0)
        self._app.bench.pause(halted)

    def _leave(self, status: int, gone: bool) -> None:
        """In a thread of its own: keeps the run, then ends the app."""
        if gone and self.detach_seconds is not None:
            self.detached = True
            self._app.leave_run_going = True
        elif self.keeper is not None:
            self.keeper.keep_now(1.5)
        self._call(lambda: self._app.exit(status))

    def _call(self, function: Callable[[], None]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(function)

    def _give_back(self) -> None:
        """The last resort: Textual could not give the terminal back in time."""
        import termios

        descriptor = 2
        termios.tcflush(descriptor, termios.TCOFLUSH)
        os.set_blocking(descriptor, False)
        os.write(descriptor, RESTORE.encode())
        if self._attributes is not None:
            termios.tcsetattr(0, termios.TCSANOW, self._attributes)


def _terminal_attributes() -> list[Any] | None:
    if sys.platform == "win32":
        return None
    import termios

    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None
