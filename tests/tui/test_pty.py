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


def launched(home: Path, preset: str, colour: str, program: tuple[str, ...] = ("-m", "sgdtui")) -> Terminal:
    """The app, its state in `home`, with a verdict on the screen."""
    terminal = Terminal(
        [sys.executable, *program, "launch", preset, "--color", colour, "--threads", "1"],
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
@pytest.mark.parametrize(
    ("preset", "colour", "most"),
    [
        ("double-well-tanh", "truecolor", 3_000), ("double-well-tanh", "256", 2_000),
        ("not-identity", "truecolor", 4_000), ("not-identity", "256", 2_000),
    ],
)  # fmt: skip
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


FAULTY = """
import sys
from sgdtui.cli.group import main
from sgdtui.tui.app import SgdApp

SgdApp.action_redraw = lambda app: app.rows_of_the_screen
main()
"""


@pytest.mark.slow
def test_a_fault_gives_the_terminal_back_and_the_run_is_kept(tmp_path: Path) -> None:
    """`ctrl+l` draws anew, which fails here: three lines and status 1, and another start goes on with the run."""
    terminal = launched(tmp_path, "double-well-tanh", "256", program=("-c", FAULTY))
    try:
        terminal.send("\x0c")
        assert terminal.ended(10) == 1
        after = bytes(terminal.raw).rpartition(b"\x1b[?1049l")[2].decode()
        assert "Traceback" not in after
        assert "ended by a fault of its own: AttributeError" in after
        (report,) = (tmp_path / "state" / "faults").iterdir()
        assert report.name in after.replace("\r\n", "")
        assert "rows_of_the_screen" in report.read_text()
        assert "sgdtui launch --resume" in after
        assert len(list((tmp_path / "state" / "checkpoints").glob("run-*.npz"))) == 1
    finally:
        terminal.close()
