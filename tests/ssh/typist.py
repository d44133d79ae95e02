"""A person who presses keys and waits for what they change: from a key to the screen, from `q` to the end."""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass
from functools import partial

from tests.ssh.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from keys to the screen."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half of them are shorter."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The nearest rank: 95 of 100 are no longer."""
        return sorted(self.seconds)[math.ceil(0.95 * len(self.seconds)) - 1]


def keys(terminal: Terminal, number: int) -> Waits:
    """Presses `space` (the run pauses or goes on) and `s` (a notice comes) in turn, at moments that drift through the
    frames, and waits for the word in the header.
    """
    found = []
    for turn in range(number):
        terminal.run(0.2 + 0.07 * (turn % 5))
        header = terminal.screen.display[0]
        if turn % 2:
            word, key = ("  smoothed" if "not smoothed" in header else "not smoothed"), "s"
        else:
            word, key = ("paused" if going(header) else "●"), " "
        pressed = terminal.send(key)
        if not terminal.run(10, partial(_appears, terminal, word)):
            raise AssertionError(f"{word} did not come:\n{terminal.text}")
        found.append(terminal.times[-1][0] - pressed)
    return Waits(tuple(found))


def going(header: str) -> bool:
    """Whether the walkers walk."""
    return "paused" not in header


def run_on(terminal: Terminal, seconds: float) -> None:
    """Sees to it that the run goes, for so long."""
    if not going(terminal.screen.display[0]):
        terminal.send(" ")
    terminal.run(seconds)


def run_on_until_still(terminal: Terminal, seconds: float = 1.5, most: float = 20.0) -> None:
    """Reads until nothing below the header has changed for so long."""
    until = time.monotonic() + most
    while time.monotonic() < until:
        before = terminal.screen.display[1:]
        terminal.run(seconds)
        if terminal.screen.display[1:] == before:
            return


def quit_after(terminal: Terminal) -> tuple[float, int | None]:
    """Seconds from `q` to the end of the client, and its exit status."""
    pressed = terminal.send("q")
    status = terminal.ended(10)
    return time.monotonic() - pressed, status


def _appears(terminal: Terminal, word: str) -> bool:
    return word in terminal.screen.display[0]
