"""Where the presets of this folder are."""

from __future__ import annotations

from pathlib import Path


def path_of(name: str) -> str:
    """The file of a preset in this folder."""
    return str(Path(__file__).parent / f"{name}.yaml")
