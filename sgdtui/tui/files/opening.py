"""From a key to an open experiment: choose a place, answer what a table asks, and hand it on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.app import App

from sgdtui.preset.forms.csv_table import TableError as DataError
from sgdtui.preset.table.question import TableQuestion
from sgdtui.preset.table.raw import RawTable, read_raw
from sgdtui.sweeps.recognise import is_sweep
from sgdtui.sweeps.table import TableError as SweepError
from sgdtui.tui.draw.look import Look
from sgdtui.tui.draw.plain import plain_lines
from sgdtui.tui.files.chooser import Chooser
from sgdtui.tui.files.places import EXPERIMENT, TABLE, Place
from sgdtui.tui.files.table_form import TableForm


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a preset (with the question where it is a table of data) and a sweep's table, and keeps the folder.

    `show_map` raises the sweeps' TableError.
    """

    app: App[Any]
    look: Look
    open_preset: Callable[[str, TableQuestion | None], None]
    show_map: Callable[[str], None]
    remember: Callable[[Path], None]


def here() -> Path:
    """The folder that the app was started in, the home where that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def choose(opener: Opener, folder: Path | None) -> None:
    """Shows the chooser, beginning in `folder` (None: the library alone), and opens what is chosen."""

    def chosen(place: Place | None) -> None:
        if place is None:
            return
        if place.kind != EXPERIMENT:
            opener.remember(place.path.parent)
        if place.kind == TABLE:
            opener.app.run_worker(_open_table(opener, place.path), exclusive=True, group="opening")
        else:
            opener.open_preset(place.opens, None)

    opener.app.push_screen(Chooser(folder, opener.look), chosen)


async def _open_table(opener: Opener, path: Path) -> None:
    """A sweep's table as its map; of any other the questions are asked first. It is read in a thread."""
    try:
        raw = await asyncio.to_thread(_data_of, path)
        if raw is None:
            opener.show_map(str(path))
            return
    except (DataError, SweepError) as error:
        lines = [str(error)] if isinstance(error, SweepError) else [*error.messages, error.hint or ""]
        said = "\n".join(line for line in lines if line)
        opener.app.notify(opener.look.say(plain_lines(said)), severity="error", timeout=8, markup=False)
        return

    def answered(question: TableQuestion | None) -> None:
        if question is not None:
            opener.open_preset(str(path), question)

    opener.app.push_screen(TableForm(raw, opener.look), answered)


def _data_of(path: Path) -> RawTable | None:
    """The table of data, None where it is a sweep's."""
    return None if is_sweep(path) else read_raw(path)
