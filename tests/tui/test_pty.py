"""The real app on a pseudo-terminal of 120×36, running at full speed: what a frame costs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ssh.terminal import Terminal

SETTLED, FRAMES = 2.0, 3.0
"""Seconds of waiting after the verdict has come, and seconds that are measured."""

LARGEST = 8_200
"""Bytes of the largest piece: 8 kB, and the last cell with its style and the way back to none."""


def launched(home: Path, preset: str, colour: str) -> Terminal:
    """The app, its state in `home`, with a verdict on the screen."""
    terminal = Terminal(
        [sys.executable, "-m", "sgdtui", "launch", preset, "--color", colour, "--threads", "1"],
        rows=36,
        environment={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "SGDTUI_STATE_DIR": str(home / "state"),
            "SGDTUI_CONFIG_DIR": str(home / "config"),
        },
    )
    terminal.wait_for("NOT GIBBS", seconds=90)
    return terminal


def largest_piece(terminal: Terminal, seconds: float) -> int:
    """Bytes of the largest piece of output in the next seconds; a pause of five milliseconds ends a piece."""
    begin = len(terminal.times)
    terminal.run(seconds)
    largest = piece = 0
    before = 0.0
    for came, count in terminal.times[begin:]:
        piece = piece + count if came - before < 0.005 else count
        largest, before = max(largest, piece), came
    return largest


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["double-well-tanh", "not-identity"])
@pytest.mark.parametrize(("colour", "most"), [("truecolor", 3_000), ("256", 2_000)])
def test_bytes_of_a_frame(tmp_path: Path, preset: str, colour: str, most: int) -> None:
    terminal = launched(tmp_path, preset, colour)
    try:
        terminal.run(SETTLED)
        rate = terminal.rate(FRAMES)
        told = terminal.screen.display[0]
        frames = float(told.split(" fps")[0].split()[-1])
        print(f"\n{preset}, {colour}: {rate:.0f} B/s at {frames} fps")
        assert frames >= 2, told
        assert rate / frames <= most
        terminal.send("r")
        assert largest_piece(terminal, 3.0) <= LARGEST
        terminal.send("q")
        assert terminal.ended(5) == 0
    finally:
        terminal.close()
