"""A run without a terminal is found and ended by the session that takes it over, and nobody else is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sgdtui.tui.terminal.detached import detached, take_over

DETACHED = """
import signal, sys, threading
from pathlib import Path
from sgdtui.tui.terminal.detached import detached
end = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: end.set())
import os
path = Path(sys.argv[1]) / f"run-{os.getpid()}.npz"
with detached(path):
    print(path, flush=True)
    while not end.wait(0.05):
        pass
    path.write_text("the last checkpoint")
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that computes on, and its checkpoint."""
    process = subprocess.Popen(
        [sys.executable, "-c", DETACHED, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_is_ended_after_its_last_checkpoint(tmp_path: Path) -> None:
    process, checkpoint = start(tmp_path)
    assert take_over(checkpoint)
    assert checkpoint.read_text() == "the last checkpoint"
    assert process.wait(10) == 0
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint.name]


def test_one_that_was_killed_is_not_waited_for(tmp_path: Path) -> None:
    process, checkpoint = start(tmp_path)
    process.kill()
    process.wait(10)
    assert not take_over(checkpoint)
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_of_a_session_that_has_ended_is_just_taken(tmp_path: Path) -> None:
    assert not take_over(tmp_path / f"run-{os.getpid()}.npz")


def test_a_process_that_does_not_end_is_left_alone_in_the_end(tmp_path: Path) -> None:
    """The lock is held under the number of a process that is gone: nothing is killed, and it is not waited for long."""
    nobody = subprocess.Popen([sys.executable, "-c", ""])
    nobody.wait(10)
    with detached(tmp_path / f"run-{nobody.pid}.npz"):
        assert take_over(tmp_path / f"run-{nobody.pid}.npz", patience=0.2)
