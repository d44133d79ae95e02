"""The end of a session in processes of its own: whatever hangs, the process is gone, with the right status."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
import os, signal, sys, threading, time
from sgdtui.tui.terminal import shutdown
shutdown.LAST_SECONDS = 0.5
done = threading.Event()
def leave(status, gone):
    os.write(3, f"{status} {gone}".encode())
    if sys.argv[1] == "good":
        done.set()
end = shutdown.Ends(leave, lambda: os.write(3, b" given back"))
end.install()
os.write(3, b"ready ")
if sys.argv[2] == "hang-up":
    end.hang_up()
    end.hang_up()
else:
    for _ in range(3):
        os.kill(os.getpid(), getattr(signal, sys.argv[2]))
if sys.argv[1] == "hangs":
    threading.Lock().acquire() and time.sleep(60)
done.wait(60)
sys.exit(end.status)
"""


def run(manner: str, cause: str) -> tuple[int, str]:
    """The exit status, and what was told on a pipe of its own."""
    reads, writes = os.pipe()
    with os.fdopen(reads) as told:
        program = f"import os; os.dup2({writes}, 3)\n{textwrap.dedent(PROGRAM)}"
        process = subprocess.run(
            [sys.executable, "-c", program, manner, cause], pass_fds=[writes], timeout=60, check=False
        )
        os.close(writes)
        return process.returncode, told.read()


@pytest.mark.parametrize(
    ("cause", "status", "gone"),
    [("SIGTERM", 143, False), ("SIGHUP", 129, True), ("SIGINT", 130, False), ("hang-up", 129, True)],
)
def test_the_first_cause_counts_and_it_leaves_once(cause: str, status: int, gone: bool) -> None:
    assert run("good", cause) == (status, f"ready {status} {gone}")


@pytest.mark.parametrize(("cause", "status"), [("SIGTERM", 143), ("hang-up", 129)])
def test_what_hangs_is_ended_all_the_same_and_the_terminal_given_back(cause: str, status: int) -> None:
    code, told = run("hangs", cause)
    assert code == status
    assert ("given back" in told) is (cause == "SIGTERM")
