"""Cells left of the x axis: the same in every panel under one another, so that x lies under x."""

from __future__ import annotations

WIDE, MIDDLE, NARROW = 17, 12, 7


def gutter_of(width: int) -> int:
    """For panels of so many columns."""
    return WIDE if width >= 80 else MIDDLE if width >= 46 else NARROW
