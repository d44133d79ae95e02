"""One question to the terminal, and how long it takes to answer."""

from __future__ import annotations

import contextlib
import os
import select
import time

QUERY = b"\x1b[6n"
"""Where is the cursor? Nearly every terminal answers `CSI row ; column R`."""


def round_trip(reads: int, writes: int, patience: float = 0.7) -> float | None:
    """Seconds from a query on descriptor `writes` to the answer on `reads`; None if there was none in time.

    The terminal is silent meanwhile and is given back as it was; what a person typed in that time is lost.
    """
    try:
        import termios
        import tty
    except ImportError:  # not a POSIX terminal
        return None
    try:
        before = termios.tcgetattr(reads)
    except termios.error:
        return None
    try:
        tty.setcbreak(reads, termios.TCSANOW)
        began = time.monotonic()
        os.write(writes, QUERY)
        answer = b""
        while (left := began + patience - time.monotonic()) > 0:
            if select.select([reads], [], [], left)[0]:
                answer += os.read(reads, 64)
                if answer.endswith(b"R") and b"\x1b[" in answer:
                    return time.monotonic() - began
        return None
    except OSError:
        return None
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(reads, termios.TCSAFLUSH, before)
