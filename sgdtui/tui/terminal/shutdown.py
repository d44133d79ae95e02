"""How the app ends when it is not asked to by its own keys: a hang-up, a signal, a terminal that has gone.

asyncio's own signal handlers can hang for ever once the terminal is gone, so these are plain ones; whatever happens
after the first of them, the process is gone in `LAST_SECONDS`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

LAST_SECONDS = 3.0
"""Seconds from the first word of the end to the last resort."""

HANG_UP = 129
"""Exit status after the terminal has gone, as the shell counts it."""


class Ends:
    """Turns signals and hang-ups into one orderly end.

    Args:
        leave: ends the app; called once, in a thread of its own, with the exit status and whether the terminal is gone.
        give_back: called in the last resort where the terminal is still there: it writes what restores it.
    """

    def __init__(self, leave: Callable[[int, bool], None], give_back: Callable[[], None]) -> None:
        self._leave, self._give_back = leave, give_back
        self._lock = threading.Lock()
        self._watchdog: threading.Timer | None = None
        self.status: int | None = None
        self.gone = False

    def install(self) -> None:
        """Takes over the signals that end a process. To be called from the main thread."""
        for name in ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT"):
            number = getattr(signal, name, None)
            if number is not None:
                signal.signal(number, self._signalled)

    def hang_up(self) -> None:
        """The terminal has gone; from any thread."""
        self._begin(HANG_UP, gone=True)

    def call_off(self) -> None:
        """The process is to live on without its terminal: no last resort."""
        if self._watchdog is not None:
            self._watchdog.cancel()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self._begin(128 + number, gone=number == getattr(signal, "SIGHUP", None))

    def _begin(self, status: int, gone: bool) -> None:
        # A signal handler may interrupt this very method: a lock that is taken means that the end has begun.
        if not self._lock.acquire(blocking=False):
            return
        self.status, self.gone = status, gone
        self._watchdog = threading.Timer(LAST_SECONDS, self._last_resort)
        self._watchdog.daemon = True
        self._watchdog.start()
        if gone:
            let_go_of_terminal()
        threading.Thread(target=self._leave, args=(status, gone), name="sgdtui-end", daemon=True).start()

    def _last_resort(self) -> None:
        if not self.gone:
            with contextlib.suppress(Exception):
                self._give_back()
        os._exit(self.status if self.status is not None else 1)


def let_go_of_terminal() -> None:
    """Puts nothing in the place of a terminal that is gone: reads end at once, writes go nowhere, nobody spins."""
    with contextlib.suppress(OSError):
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        if nothing > 2:
            os.close(nothing)
