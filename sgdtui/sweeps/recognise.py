"""A sweep's table told from a table of data, by its first line."""

from __future__ import annotations

from pathlib import Path

from sgdtui.preset.table.raw import first_words

_ITS_OWN = frozenset({"preset", "point_seed", "seconds", "key"})
"""Columns that every sweep writes."""


def is_sweep(path: Path) -> bool:
    """Whether it is the table of a sweep, which opens as a map."""
    return set(first_words(path)) >= _ITS_OWN
