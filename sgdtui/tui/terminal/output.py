"""The way out to the terminal, which knows how much it has not taken yet and when it has gone."""

from __future__ import annotations

import os
import threading


class Outlet:
    """A file for Textual's writer thread: writes whole to a descriptor, and swallows everything once that is gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._handed = 0
        self._taken = 0
        self.gone = False

    def expect(self, count: int) -> None:
        """So many bytes are on their way here."""
        with self._lock:
            self._handed += count

    def backlog(self) -> int:
        """Bytes that are on their way and that the terminal did not take."""
        with self._lock:
            return 0 if self.gone else self._handed - self._taken

    def write(self, text: str) -> None:
        """Writes all of `text`; waits for the terminal."""
        data = text.encode(errors="replace")
        left = memoryview(data)
        try:
            while left and not self.gone:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            self.gone = True
        with self._lock:
            self._taken += len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether the descriptor is a terminal."""
        return os.isatty(self._descriptor)
