"""Textual's driver for POSIX terminals: every byte counted, replies read, a terminal that goes away noticed."""

from __future__ import annotations

import os
import selectors
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition, InputEvent
from textual.message import Message

from sgdtui.tui.terminal.output import Outlet
from sgdtui.tui.terminal.pacing import Pacer
from sgdtui.tui.textual_internals import ParseError, XTermParser

LAST_WORDS = "\x1b[?1003l\x1b[?1000l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?1004l\x1b[?2048l"
"""Ends every mode in which the terminal speaks unasked: mouse, paste, focus, size."""

RESTORE = f"{LAST_WORDS}\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"
"""Gives the whole terminal back, for an end that leaves no time for Textual's own."""

PATIENCE = 0.6
"""Most seconds to wait at the end for replies that would otherwise appear at the prompt."""


def paced_driver(
    pacer: Pacer, on_hang_up: Callable[[], None], on_progress: Callable[[], None]
) -> type[Driver] | None:
    """A driver class for `App(driver_class=…)`; None where Textual has another kind of terminal (Windows).

    `on_hang_up` is called in the input thread when the terminal has gone, `on_progress` there too when a reply or a
    key came, so that more may be drawn.
    """
    if sys.platform == "win32":
        return None

    class PacedDriver(LinuxDriver):
        """See the module."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.outlet = Outlet(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2)
            self._file = self.outlet  # type: ignore[assignment]
            pacer.backlog = self.outlet.backlog

        def write(self, data: str) -> None:
            """Counts, and hands on to the writer thread."""
            if self.outlet.gone or self._writer_thread is None:
                return
            count = len(data.encode(errors="replace"))
            self.outlet.expect(count)
            pacer.wrote(count)
            super().write(data)

        def process_message(self, message: Message) -> None:
            """Keeps replies to itself; a key lets more be drawn."""
            if isinstance(message, CursorPosition):
                pacer.replied(message.y + 1, message.x + 1)
                on_progress()
                return
            if isinstance(message, InputEvent):
                pacer.input_came()
            super().process_message(message)

        def run_input_thread(self) -> None:
            """As Textual's, but bytes that are no UTF-8 do no harm, and the end of input is the end."""
            parser = XTermParser(self._debug)
            decode = getincrementaldecoder("utf-8")(errors="replace").decode
            with selectors.SelectSelector() as selector:
                selector.register(self.fileno, selectors.EVENT_READ)
                while not self.exit_event.is_set():
                    if selector.select(0.1):
                        try:
                            data = os.read(self.fileno, 4096)
                        except OSError:
                            data = b""
                        if not data:
                            self.outlet.gone = True
                            on_hang_up()
                            break
                        for event in parser.feed(decode(data)):
                            self.process_message(event)
                    for event in parser.tick():
                        self.process_message(event)
            try:
                for _ in parser.feed(""):
                    pass
            except (EOFError, ParseError):
                return

        def stop_application_mode(self) -> None:
            """Silences the terminal, reads what it still has to say, then gives it back."""
            if not self.outlet.gone and pacer.uses_replies and pacer.silent < 1.0:
                self.write(LAST_WORDS + pacer.ask())
                until = time.monotonic() + PATIENCE
                while pacer.unanswered and not self.outlet.gone and time.monotonic() < until:
                    time.sleep(0.005)
            super().stop_application_mode()

    return PacedDriver
