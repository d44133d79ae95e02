"""Pictures of a run beside its report: in text under it where a person reads it in a terminal, and in a file."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sgdtui.lab.result import Result
    from sgdtui.lab.snapshot import Snapshot

PLOTS = (".png", ".svg", ".pdf")


@dataclass(frozen=True, slots=True)
class TextTerminal:
    """The terminal that stdout is: size in cells, colours (0: no escape sequences), whether only ASCII is shown."""

    columns: int
    rows: int
    colours: int
    ascii: bool

    def picture(self, snapshot: Snapshot) -> str:
        """The snapshot as the app draws it, with an empty line before; "" where there is no room."""
        from sgdtui.tui.text_picture import text_picture

        drawn = text_picture(snapshot, self.columns, self.rows, self.colours, self.ascii)
        return f"\n{drawn}" if drawn else ""


def text_terminal() -> TextTerminal | None:
    """The terminal of stdout; None where it is a pipe or a file."""
    if not sys.stdout.isatty():
        return None
    from sgdtui.tui.terminal.characters import characters
    from sgdtui.tui.terminal.colour import colours

    columns, rows = shutil.get_terminal_size()
    ascii = characters(os.environ).ascii or not _writes(sys.stdout.encoding)
    return TextTerminal(columns, rows, colours(os.environ).number, ascii)


def _writes(encoding: str) -> bool:
    """Whether blocks and braille can be written so: PYTHONIOENCODING may say otherwise than the terminal."""
    try:
        "█⠿".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def refuse_plot(file: Path) -> None:
    """Raises UsageError where it could not be drawn in the end."""
    from importlib.util import find_spec

    if file.suffix.lower() not in PLOTS:
        raise click.UsageError(f"--plot {file}: the name says what is drawn; it ends in {', '.join(PLOTS)}")
    if find_spec("matplotlib") is None:
        raise click.UsageError("--plot needs Matplotlib: pip install 'sgdtui[plot]'")


def write_plot(file: Path, result: Result) -> None:
    """The figure of `Result.plot`, whole or not there, with where it is from in the file. Raises OSError."""
    from sgdtui.export.figure import drawn_as
    from sgdtui.settings.file import write_atomically

    write_atomically(file, drawn_as(result, file.suffix.lower()[1:]))
