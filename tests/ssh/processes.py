"""The processes of one test, found by a variable in their environment."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

VARIABLE = "SGDTUI_TEST"
QUIET = 0.02
"""The share of a core below which a process does nothing."""


def marked(mark: str) -> dict[int, str]:
    """Process ids with their command lines."""
    found = {}
    wanted = f"{VARIABLE}={mark}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if state != "Z" and not command.startswith("ssh "):
                    found[int(entry.name)] = command
    return found


def apps(mark: str) -> list[int]:
    """The processes that are sgdtui itself."""
    return [
        pid
        for pid, command in marked(mark).items()
        if " -m sgdtui" in command and "python" in command.split()[0]
    ]


def gone_after(mark: str, most: float) -> float:
    """Seconds until all of them had ended; fails if that took longer than `most`."""
    began = time.monotonic()
    while left := marked(mark):
        if time.monotonic() - began > most:
            raise AssertionError(f"still there after {most} s: {left}")
        time.sleep(0.05)
    return time.monotonic() - began


def cpu_seconds(pid: int) -> float:
    """Time of the processor that a process has used, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quiet_after(pid: int, most: float) -> float:
    """The share of a core that a process uses over five seconds, once that is next to nothing (walkers that walk use
    more however busy the machine is); fails if it never is within `most` seconds.
    """
    began = time.monotonic()
    while True:
        before = cpu_seconds(pid)
        time.sleep(5)
        used = (cpu_seconds(pid) - before) / 5
        if used < QUIET:
            return used
        if time.monotonic() - began > most:
            raise AssertionError(f"still {100 * used:.0f} % of a core after {most} s")


def end_all(mark: str) -> None:
    """Ends what a test has left behind."""
    for pid in marked(mark):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
