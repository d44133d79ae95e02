"""What can be opened: the library's experiments by name, and the folders, presets and tables of a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sgdtui.preset import library
from sgdtui.preset.table.raw import is_table
from sgdtui.preset.text.problem import did_you_mean, shortened

FOLDER, PRESET, TABLE, EXPERIMENT = "folder", "preset", "table", "experiment"
MOST = 2000
"""Files of a folder that are listed."""
_UNITS = ("B", "kB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the list: its `name`, the `kind` of thing it is, a few words `about` it, its `path`."""

    name: str
    kind: str
    about: str
    path: Path

    @property
    def opens(self) -> str:
        """What the workbench opens it by: an experiment's name, a file's path."""
        return self.name if self.kind == EXPERIMENT else str(self.path)


@dataclass(frozen=True, slots=True)
class Listing:
    """What there is in `folder` (None: the library alone), or the `problem` that kept it from being read."""

    folder: Path | None
    places: tuple[Place, ...]
    problem: str = ""


def experiments() -> tuple[Place, ...]:
    """The experiments of the library, the user's own first where names are equal."""
    return tuple(
        Place(entry.name, EXPERIMENT, entry.title, entry.path)
        for group in library.GROUPS
        for entry in library.entries(group)
    )


def listing(folder: Path | None) -> Listing:
    """The folder above, the folders, presets and tables of `folder`, then the library. Hidden ones are left out."""
    if folder is None:
        return Listing(None, experiments())
    folders: list[Place] = []
    files: list[Place] = []
    try:
        folder = folder.resolve()
        with os.scandir(folder) as found:
            for entry in found:
                if not entry.name.startswith(".") and len(folders) + len(files) < MOST:
                    _sort_in(entry, folders, files)
    except OSError as error:
        above = (_above(folder),) if folder.parent != folder else ()
        return Listing(
            folder, (*above, *experiments()), f"{folder} cannot be read: {error.strerror or error}"
        )
    up = [_above(folder)] if folder.parent != folder else []
    folders.sort(key=lambda place: place.name.lower())
    files.sort(key=lambda place: (place.kind != TABLE, place.name.lower()))
    return Listing(folder, (*up, *files, *folders, *experiments()))


def typed_path(text: str, folder: Path | None) -> tuple[Path, str] | None:
    """Of a path that is being typed the folder that it names and what follows; None where no path is typed."""
    if folder is None or not ("/" in text or text.startswith("~")):
        return None
    above, _, rest = text.rpartition("/") if "/" in text else (text, "", "")
    try:
        named = Path(above or "/").expanduser()
    except RuntimeError:  # the home of a user that there is not
        return None
    return folder / named, rest


def matching(found: Listing, typed: str) -> tuple[Place, ...]:
    """The places whose name or title holds every word of `typed`, those that begin with it first."""
    words = typed.lower().split()
    if not words:
        return found.places
    kept = [p for p in found.places if all(w in f"{p.name} {p.about}".lower() for w in words)]
    return tuple(sorted(kept, key=lambda place: not place.name.lower().startswith(words[0])))


def nothing(found: Listing, typed: str) -> str:
    """Why the list is empty, and which name was perhaps meant."""
    names = [place.name.rstrip("/") for place in found.places if place.name != ".."]
    where = "the library" if found.folder is None else f"{found.folder.name or '/'} and in the library"
    spelled = {name.lower(): name for name in reversed(names)}
    close = did_you_mean(typed.lower(), spelled)
    meant = f"; did you mean '{shortened(spelled[close])}'?" if close else ""
    return f"nothing in {where} is called '{shortened(typed)}'{meant}"


def _above(folder: Path) -> Place:
    return Place("..", FOLDER, "the folder above", folder.parent)


def _sort_in(entry: os.DirEntry[str], folders: list[Place], files: list[Place]) -> None:
    path = Path(entry.path)
    try:
        if entry.is_dir():
            folders.append(Place(f"{entry.name}/", FOLDER, "folder", path))
        elif is_table(entry.name):
            files.append(Place(entry.name, TABLE, f"table, {_size(entry.stat().st_size)}", path))
        elif path.suffix.lower() in library.SUFFIXES:
            title = library.entry_of(path.stem, "file", path).title
            files.append(Place(entry.name, PRESET, title if title != path.stem else "preset", path))
    except OSError:
        return  # gone since, or a link to nothing


def _size(size: float) -> str:
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:.3g} {unit}"
