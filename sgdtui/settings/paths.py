"""The user's own folders: configuration, cache and state, each movable by an environment variable."""

from __future__ import annotations

import os
from pathlib import Path


def _folder(variable: str, kind: str) -> Path:
    given = os.environ.get(variable)
    if given:
        return Path(given)
    import platformdirs

    return Path(getattr(platformdirs, f"user_{kind}_dir")("sgdtui", appauthor=False))


def config_folder() -> Path:
    """Settings and personal presets (`SGDTUI_CONFIG_DIR`). It need not exist."""
    return _folder("SGDTUI_CONFIG_DIR", "config")


def cache_folder() -> Path:
    """Compiled kernels (`SGDTUI_CACHE_DIR`). It need not exist; who puts code there checks owner and mode."""
    return _folder("SGDTUI_CACHE_DIR", "cache")


def state_folder() -> Path:
    """What is remembered between starts, logs and checkpoints (`SGDTUI_STATE_DIR`). It need not exist."""
    return _folder("SGDTUI_STATE_DIR", "state")


def personal_presets_folder() -> Path:
    """Where personal presets are found: `loss`, `noise` and `experiment` folders below it."""
    return config_folder() / "presets"


def settings_file() -> Path:
    """The settings file that a person edits."""
    return config_folder() / "settings.yaml"


def state_file() -> Path:
    """The file of what the app remembers by itself."""
    return state_folder() / "state.json"


def private_folder(path: Path) -> Path:
    """Make a folder (0700) with its parents. Raises OSError where that cannot be done."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
