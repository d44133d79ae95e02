"""A file written whole or not at all: a temporary file in the same folder, forced to disk, then renamed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

PUBLIC, PRIVATE = 0o644, 0o600


def write_atomically(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Put `content` into a file that was there before or not; a reader sees the old content or the new.

    `mode` is lowered by the umask; an existing file keeps its own unless it is to be private. A link is followed.
    Raises OSError where it cannot be done; nothing is left behind then.
    """
    target = path.resolve()
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(target, mode))
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(target.parent)


def write_privately(path: Path, content: bytes) -> None:
    """Like `write_atomically`, for this user only (0600); the folder is made (0700) where it is not there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, content, PRIVATE)


def _mode(target: Path, mode: int) -> int:
    if mode == PRIVATE:
        return PRIVATE
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return mode & ~umask


def _sync_folder(folder: Path) -> None:
    """Force the rename itself to disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
