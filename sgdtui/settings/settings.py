"""What a person has set for good: theme, frame rate, colours, keys. A YAML file, every mistake of it told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sgdtui.settings.file import write_privately
from sgdtui.settings.paths import settings_file

COLORS = ("auto", "truecolor", "256", "16", "8", "none")
MAX_BYTES = 100_000
_KEY = re.compile(r"[a-z0-9_+]{1,40}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the app; each is also an option of `sgdtui launch`, which wins.

    `theme`: a name, None for the app's own · `fps`: frames a second, 1 to 60 · `ascii`: no characters beyond ASCII ·
    `color`: one of COLORS · `bandwidth`: kB/s, None to measure · `threads`: None for one a core ·
    `budget`: seconds of one core that each prediction may take, None for 20 headless and 10 in the app · `mouse` ·
    `keys`: action to key.
    """

    theme: str | None = None
    fps: float | None = None
    ascii: bool | None = None
    color: str = "auto"
    bandwidth: float | None = None
    threads: int | None = None
    budget: float | None = None
    mouse: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)


NAMES = tuple(f.name for f in fields(Settings))


def load_settings(path: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and one line for each mistake in the file (`file:line: what; what is allowed`).

    What is wrong is left at its default. A file that is not there is no mistake.
    """
    path = path or settings_file()
    try:
        if not path.exists():
            return Settings(), ()
        if path.stat().st_size > MAX_BYTES:
            return Settings(), (f"{path}: the file is too big; allowed: at most {MAX_BYTES // 1000} kB",)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return Settings(), (f"{path}: the file cannot be read: {_plain(str(error))}",)
    return read_settings(text, str(path))


def read_settings(text: str, file: str) -> tuple[Settings, tuple[str, ...]]:
    """The settings in YAML text, and one line for each mistake."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        given = yaml.safe_load(text) if node is not None else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or str(error)
        return Settings(), (f"{file}{where}: this is not YAML: {_plain(what)}",)
    if not isinstance(given, dict) or not isinstance(node, yaml.MappingNode | None):
        return Settings(), (f"{file}:1: a mapping is wanted, such as theme: dark",)
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value} if node is not None else {}
    known: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in given.items():
        name = str(key) if isinstance(key, str | int | float | None) else "?"
        place = f"{file}:{lines.get(name, 1)}"
        if name not in NAMES:
            close = difflib.get_close_matches(name[:60], NAMES, n=1)
            hint = f"did you mean '{close[0]}'? " if close else ""
            problems.append(f"{place}: unknown setting '{_plain(name)}'; {hint}allowed: {', '.join(NAMES)}")
            continue
        problem = _problem(name, value)
        if problem:
            problems.append(f"{place}: {name}: {problem}")
        else:
            known[name] = str(value) if name == "color" else value
    return Settings(**known), tuple(problems)


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write what differs from the defaults, for this user only. Raises OSError."""
    import yaml

    default = Settings()
    changed = {n: getattr(settings, n) for n in NAMES if getattr(settings, n) != getattr(default, n)}
    changed = {n: dict(v) if isinstance(v, Mapping) else v for n, v in changed.items()}
    text = yaml.safe_dump(changed, sort_keys=False, allow_unicode=True) if changed else "{}\n"
    write_privately(path or settings_file(), text.encode())


def _problem(name: str, value: Any) -> str:
    match name:
        case "theme":
            return "" if isinstance(value, str) and 0 < len(value) <= 60 else "a theme's name is wanted"
        case "fps":
            return "" if _number(value, 1, 60) else "a number is wanted; allowed: 1 <= fps <= 60"
        case "bandwidth":
            return "" if _number(value, 0.5, 1e6) else "kB/s are wanted; allowed: 0.5 <= bandwidth <= 1000000"
        case "threads":
            whole = isinstance(value, int) and _number(value, 1, 1024)
            return "" if whole else "a whole number is wanted; allowed: 1 <= threads <= 1024"
        case "budget":
            return "" if _number(value, 0.1, 1e6) else "seconds are wanted; allowed: 0.1 <= budget <= 1000000"
        case "ascii" | "mouse":
            return "" if isinstance(value, bool) else "true or false is wanted"
        case "color":
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value) in COLORS:
                return ""
            close = difflib.get_close_matches(_shown(value).strip("'"), COLORS, n=1)
            hint = f"did you mean '{close[0]}'? " if close else ""
            return f"{_shown(value)} is not known; {hint}allowed: {', '.join(COLORS)}"
        case _:
            return _keys_problem(value)


def _keys_problem(value: Any) -> str:
    if not isinstance(value, dict):
        return "a mapping of action to key is wanted, such as keys: {pause: p}"
    for action, key in value.items():
        if not (isinstance(action, str) and isinstance(key, str) and _KEY.match(key)):
            return f"{_shown(key)} cannot be a key for {_shown(action)}; such as p, f5, ctrl+g"
    keys = list(value.values())
    twice = next((key for key in keys if keys.count(key) > 1), None)
    return f"the key '{twice}' is given to two actions" if twice else ""


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _shown(value: Any) -> str:
    """A plain value in quotes; a list or mapping only by its kind, since aliases can make it endless."""
    return (
        f"'{_plain(str(value))}'"
        if isinstance(value, str | int | float | None)
        else f"a {type(value).__name__}"
    )


def _plain(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)[:120]
