"""A terminal emulator around a real program: a pty, pyte, and the answers that a terminal gives."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence

import pyte

_QUERY = b"\x1b[6n"
_NOT_PYTES = re.compile(rb"\x1b\[[<>=][\d;]*u|\x1b\[\?[\d;]*\$p")
"""Sequences of newer terminals that pyte would print instead of ignoring."""


class Terminal:
    """Runs a command at `columns`×`rows`; `answers` False is a terminal that is mute."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        answers: bool = True,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.answers = answers
        self.lost = 0
        """So many of the next answers get lost."""
        self.raw = bytearray()
        self.times: list[tuple[float, int]] = []
        self._unread = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(command[0], list(command), dict(environment or os.environ))
            finally:
                os._exit(127)
        self._size(columns, rows)
        self.status: int | None = None

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """As when a person pulls at the window."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def send(self, keys: str | bytes) -> float:
        """Types; gives the time."""
        os.write(self.fd, keys.encode() if isinstance(keys, str) else keys)
        return time.monotonic()

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Reads for so long, or until something is so (True) or the program has ended (False, unless it is so)."""
        end = time.monotonic() + seconds
        while not (until is not None and until()):
            left = end - time.monotonic()
            if left <= 0:
                return False
            if select.select([self.fd], [], [], min(left, 0.05))[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    data = b""
                if not data:
                    return until is not None and until()
                self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        self.raw += data
        self.times.append((time.monotonic(), len(data)))
        data = self._unread + data
        # A sequence that is cut by the end of the read waits for its rest.
        cut = data.rfind(b"\x1b", max(0, len(data) - 16))
        whole = len(data)
        if cut >= 0 and not re.match(rb"\x1b(\[[\x20-\x3f]*[\x40-\x7e]|[^\[])", data[cut:]):
            whole = cut
        data, self._unread = data[:whole], data[whole:]
        *asking, rest = data.split(_QUERY)
        for part in asking:
            self._stream.feed(_NOT_PYTES.sub(b"", part))
            self._answer()
        self._stream.feed(_NOT_PYTES.sub(b"", rest))

    def _answer(self) -> None:
        """Says where the cursor is, if this terminal does and the answer does not get lost."""
        if self.answers and not self.lost:
            os.write(self.fd, b"\x1b[%d;%dR" % (self.screen.cursor.y + 1, self.screen.cursor.x + 1))
        self.lost = max(0, self.lost - 1)

    @property
    def text(self) -> str:
        """All that is on the screen."""
        return "\n".join(self.screen.display)

    def wait_for(self, *texts: str, seconds: float = 30.0) -> None:
        """Reads until one of the texts is on the screen; fails with the screen where none comes."""
        if not self.run(seconds, lambda: any(text in self.text for text in texts)):
            raise AssertionError(
                f"{texts} did not come; the screen:\n{self.text}\nlast bytes: {bytes(self.raw[-300:])!r}"
            )

    def rate(self, seconds: float) -> float:
        """Bytes a second over the next seconds."""
        before, began = len(self.raw), time.monotonic()
        self.run(seconds)
        return (len(self.raw) - before) / (time.monotonic() - began)

    def ended(self, seconds: float) -> int | None:
        """The exit status, None if the program has not ended in that time."""
        until = time.monotonic() + seconds
        while self.status is None and time.monotonic() < until:
            self.run(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def signal(self, number: int) -> None:
        """A signal to the program under this terminal (the ssh client)."""
        os.kill(self.pid, number)

    def close(self) -> None:
        """Ends the program, whatever it does."""
        if self.status is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGCONT)
                os.kill(self.pid, signal.SIGKILL)
                self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        with contextlib.suppress(OSError):
            os.close(self.fd)
