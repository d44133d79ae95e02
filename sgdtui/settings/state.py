"""What the app remembers by itself between starts: the last preset, the theme, the tour. A small private JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sgdtui.settings.file import write_privately
from sgdtui.settings.paths import state_file

MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class State:
    """The last preset's name or path, the theme, how far the tour was walked, and the claims seen to hold."""

    preset: str = ""
    theme: str = ""
    tour_chapter: int = 0
    tour_page: int = 0
    tour_seen: tuple[str, ...] = ()


def load_state(path: Path | None = None) -> State:
    """The state, or the default where there is none or it cannot be read: never an error, nobody wrote it by hand."""
    path = path or state_file()
    try:
        if path.stat().st_size > MAX_BYTES:
            return State()
        given = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return State()
    if not isinstance(given, dict):
        return State()
    fitting: dict[str, Any] = {
        f.name: given[f.name] for f in fields(State) if _fits(f.name, given.get(f.name))
    }
    if "tour_seen" in fitting:
        fitting["tour_seen"] = tuple(fitting["tour_seen"])
    return State(**fitting)


def save_state(state: State, path: Path | None = None) -> bool:
    """Write the state for this user only. False where that cannot be done: losing it is no reason to stop."""
    try:
        write_privately(path or state_file(), json.dumps(asdict(state), indent=1).encode())
    except OSError:
        return False
    return True


def _fits(name: str, value: Any) -> bool:
    if name == "tour_seen":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if name in ("tour_chapter", "tour_page"):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str) and value.isprintable()
