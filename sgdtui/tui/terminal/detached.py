"""A run that computes on without its terminal, and the session that takes it over.

A lock on a file beside the checkpoint tells that the process lives: it goes with the process, whatever ends that, and
cannot be mistaken for another process that was given the same number later.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 5.0
"""Seconds that a detached run has for its last checkpoint."""


@contextlib.contextmanager
def detached(checkpoint: Path) -> Iterator[None]:
    """While this lasts, the run of that checkpoint is known to go on without a terminal."""
    lock = _lock_of(checkpoint)
    handle = None
    with contextlib.suppress(OSError):
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        _try_lock(handle)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()
        if handle is not None:
            os.close(handle)


def take_over(checkpoint: Path, patience: float = PATIENCE) -> bool:
    """Ends the process that goes on with the run of that checkpoint, after its last one; whether there was one.

    Without this two processes would go on with the same walkers.
    """
    lock = _lock_of(checkpoint)
    try:
        handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if _try_lock(handle):  # its process was killed
            lock.unlink(missing_ok=True)
            return False
        process = int(checkpoint.stem.removeprefix("run-"))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
        until = time.monotonic() + patience
        while not _try_lock(handle) and time.monotonic() < until:
            time.sleep(0.05)
        return True
    except (OSError, ValueError):
        return False
    finally:
        os.close(handle)


def _lock_of(checkpoint: Path) -> Path:
    return checkpoint.with_suffix(".detached")


def _try_lock(handle: int) -> bool:
    """Whether the lock is ours now."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
