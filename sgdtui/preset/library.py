"""The presets that there are: shipped with the package, and personal ones in this user's config folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sgdtui.preset.text.problem import printable
from sgdtui.settings.paths import personal_presets_folder

KINDS = ("loss", "noise", "experiment", "literature")
GROUPS = ("experiment", "literature")
"""The kinds that run as they are: what the two texts claim, and what papers do."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\Z")
SUFFIXES = (".yaml", ".yml")

_HEAD_BYTES = 4096
_FIELD = re.compile(r"^(title|about|story):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One preset of the library. `origin` is "shipped" or "personal"; `story` begins as the experiment's does."""

    name: str
    title: str
    about: str
    path: Path
    origin: str
    story: str = ""


def shipped_folder() -> Path:
    """The folder of the shipped presets: inside the package (wheel), or next to it (clone, editable install)."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "presets"
    return inside if inside.is_dir() else package.parent / "presets"


def personal_folder() -> Path:
    """The folder of this user's own presets; it need not exist."""
    return personal_presets_folder()


def folders() -> tuple[tuple[str, Path], ...]:
    """The library's folders as (origin, folder), the personal one first: it wins where names are equal."""
    return (("personal", personal_folder()), ("shipped", shipped_folder()))


def _files(kind: str) -> Iterator[tuple[str, Path]]:
    for origin, folder in folders():
        try:
            with os.scandir(folder / kind) as found:
                names = sorted(entry.name for entry in found)
        except OSError:
            continue
        for name in names:
            path = folder / kind / name
            if path.suffix in SUFFIXES and NAME.match(path.stem):
                yield origin, path


def paths(kind: str) -> dict[str, tuple[str, Path]]:
    """Every preset of a kind: name to (origin, file), in the order of the names."""
    found: dict[str, tuple[str, Path]] = {}
    for origin, path in _files(kind):
        found.setdefault(path.stem, (origin, path))
    return dict(sorted(found.items()))


def names(kind: str) -> tuple[str, ...]:
    """The names of the presets of a kind ("loss", "noise", "experiment" or "literature"), sorted."""
    return tuple(paths(kind))


def find(name: str, kind: str | None = None) -> Path | None:
    """The file of a preset by its bare name: an experiment, of literature, a loss, a noise (or of one `kind`)."""
    if not NAME.match(name):
        return None
    for wanted in (kind,) if kind else (*GROUPS, "loss", "noise"):
        for _, folder in folders():
            for suffix in SUFFIXES:
                path = folder / wanted / f"{name}{suffix}"
                if path.is_file():
                    return path
    return None


def entries(kind: str) -> tuple[Entry, ...]:
    """Every preset of a kind with its title and description, read from the first lines only (fast, unchecked)."""
    return tuple(entry_of(name, origin, path) for name, (origin, path) in paths(kind).items())


def entry_of(name: str, origin: str, path: Path) -> Entry:
    """A preset's file as an entry, its title and description as far as its first lines tell them."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        head = ""
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(head):
        fields.setdefault(match.group(1), _scalar(match.group(2), head[match.end() :]))
    return Entry(
        name, fields.get("title") or name, fields.get("about", ""), path, origin, fields.get("story", "")
    )


def _scalar(text: str, following: str) -> str:
    """A one-line text, its continuation lines and a folded block joined; quotes removed. Good enough for a list."""
    text = text.strip()
    lines = [] if text[:1] in ("|", ">") else [text]
    for line in following.removeprefix("\n").split("\n"):
        if not line.startswith((" ", "\t")):
            break
        lines.append(line.strip())
    joined = " ".join(line for line in lines if line)
    if len(joined) >= 2 and joined[0] == joined[-1] and joined[0] in "'\"":
        quote = joined[0]
        joined = joined[1:-1].replace("''", "'") if quote == "'" else joined[1:-1].replace('\\"', '"')
    elif " #" in joined:
        joined = joined[: joined.index(" #")].rstrip()
    return printable(joined)
