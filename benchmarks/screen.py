"""What the screen costs: event to screen, and the interface thread's own CPU time, while walkers run at full speed.

    python -m benchmarks.screen

The app runs on a pseudo-terminal of 120×36 with a preset that never ends; a terminal emulator reads what it sends.
Linux only: the CPU time of one thread is read from /proc.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import pyte

COLUMNS, LINES = 120, 36
DIALS = 25
"""Columns on the left, where only the chosen dial has a ground of its own."""
DOWN, UP = b"\x1b[B", b"\x1b[A"
WORST_EVENT, WORST_CPU = 50.0, 0.10
"""The aims: milliseconds at the 95th percentile, and parts of a core at ten frames a second."""


class Terminal:
    """A pseudo-terminal with `sgdtui launch` in it, and the screen that a person would see."""

    def __init__(self, home: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        # A state of its own, so that the measurement neither reads nor changes a person's.
        env = {
            **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": home,
            "XDG_CONFIG_HOME": home,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sgdtui", "launch"], stdin=slave, stdout=slave, stderr=slave, env=env,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.received = 0

    def read(self, seconds: float) -> float | None:
        """Reads what comes within `seconds` and shows it; the time at which it came, None if nothing did."""
        if not select.select([self.master], [], [], max(seconds, 0.0))[0]:
            return None
        sent = os.read(self.master, 1 << 16)
        came = time.perf_counter()
        self.received += len(sent)
        self.stream.feed(sent)
        return came

    def drain(self, seconds: float) -> None:
        """Reads for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def chosen(self) -> tuple[str, ...]:
        """The ground of the left column, row by row: it tells which dial is chosen."""
        return tuple(self.screen.buffer[row][DIALS // 2].bg for row in range(LINES))

    def interface_cpu(self) -> float:
        """Seconds of CPU that the interface's thread, the process' first, has used."""
        pid = self.process.pid
        fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Ends the app and waits for it."""
        self.process.terminate()
        with contextlib.suppress(OSError):
            end = time.perf_counter() + 10
            while self.process.poll() is None and time.perf_counter() < end:
                self.read(0.1)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


def _shown(terminal: Terminal, before: tuple[str, ...], began: float) -> float:
    """When the frame came in which another dial is chosen."""
    while True:
        came = terminal.read(2.0 - (time.perf_counter() - began))
        if came is None:
            raise SystemExit("benchmarks.screen: a key was not shown within 2 s")
        if terminal.chosen() != before:
            return came


def events(terminal: Terminal, count: int, seed: int = 6) -> list[float]:
    """Milliseconds from a key to the frame that shows it, sorted; keys come at random times of a frame."""
    rng = random.Random(seed)
    took: list[float] = []
    for number in range(count):
        terminal.drain(rng.uniform(0.15, 0.35))
        before = terminal.chosen()
        began = time.perf_counter()
        os.write(terminal.master, UP if number % 2 else DOWN)
        took.append(1e3 * (_shown(terminal, before, began) - began))
    return sorted(took)


def main(count: int = 60, seconds: float = 15.0) -> int:
    """Measures both, prints them beside their aims; 1 if one is missed."""
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(home)
        try:
            terminal.drain(8.0)
            cpu, received, began = terminal.interface_cpu(), terminal.received, time.perf_counter()
            terminal.drain(seconds)
            span = time.perf_counter() - began
            share = (terminal.interface_cpu() - cpu) / span
            rate = (terminal.received - received) / span
            took = events(terminal, count)
            header = terminal.screen.display[0].strip()
        finally:
            terminal.close()
    p95 = took[min(len(took) - 1, int(0.95 * len(took)))]
    print(header)
    print(
        f"event to screen: median {statistics.median(took):.1f} ms, p95 {p95:.1f} ms (aim {WORST_EVENT:.0f})"
    )
    print(
        f"interface thread: {100 * share:.1f} % of a core (aim {100 * WORST_CPU:.0f}), {rate / 1e3:.1f} kB/s"
    )
    return int(p95 > WORST_EVENT or share > WORST_CPU)


if __name__ == "__main__":
    sys.exit(main())
