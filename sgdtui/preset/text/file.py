"""A preset's file: found, checked for size and kind, read, and its YAML located."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sgdtui.preset.text.problem import Problem, UnreadableError
from sgdtui.preset.text.yaml_places import MAX_BYTES, Located, locate


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a file.

    Raises UnreadableError: absent, not a regular file, too big (told by its size, unread), not UTF-8.
    """
    shown = str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError.plain("this is a folder, not a preset file", file=shown)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError.plain("this is not a regular file", file=shown)
        if status.st_size > limit:
            raise UnreadableError.plain(
                f"the file is too big: {status.st_size / 1e6:.1f} MB",
                f"allowed: at most {limit / 1e6:g} MB",
                shown,
            )
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except UnreadableError:
        raise
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise UnreadableError.plain(f"the file cannot be read: {reason}", file=shown) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        problem = Problem(
            shown, line, column, 1, "this is not UTF-8 text", f"byte {content[error.start]:#04x}"
        )
        raise UnreadableError((problem,)) from None


def located_file(path: Path) -> Located:
    """A preset file's values and their places. Raises UnreadableError."""
    return locate(read_text(path), str(path))
