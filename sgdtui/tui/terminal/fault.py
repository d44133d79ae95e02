"""A fault of sgdtui's own: the report lies in a file, and the shell gets a few lines in place of a traceback."""

from __future__ import annotations

import contextlib
import os
import platform
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import sgdtui
from sgdtui.preset.text.problem import printable, shortened
from sgdtui.settings.file import write_privately
from sgdtui.settings.paths import state_folder

KEPT = 10
"""Reports that are kept."""


def faults_folder() -> Path:
    """Where reports lie; it need not exist."""
    return state_folder() / "faults"


def keep_report(error: BaseException, facts: Mapping[str, str]) -> Path | None:
    """Write down an error with its traceback (no values of variables) and what is known of the terminal.

    None where the disk does not take it: there is nothing more to be done then.
    """
    versions = {
        "sgdtui": sgdtui.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    lines = [f"{name}: {printable(fact)}" for name, fact in {**versions, **facts}.items()]
    report = "\n".join([*lines, "", *traceback.format_exception(error)])
    path = faults_folder() / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}-{os.getpid()}.txt"
    try:
        write_privately(path, report.encode(errors="replace"))
    except OSError:
        return None
    for old in sorted(faults_folder().glob("*.txt"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path


def told(error: BaseException, report: Path | None, kept: bool) -> str:
    """What the shell is told. `report`: the file, None where there is none to name; `kept`: whether the run is."""
    said = shortened(f"{type(error).__name__}: {error}", 200)
    lines = [f"sgdtui ended by a fault of its own: {said}"]
    if kept:
        lines.append("  the run was kept: sgdtui launch --resume goes on with it")
    if report is not None:
        lines.append(f"  what happened is written down in {report}: please send it in")
    return "\n".join(lines)
