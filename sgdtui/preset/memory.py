"""How much memory walkers need, and how much there is."""

from __future__ import annotations

from sgdtui.settings.memory import available_memory

__all__ = ["available_memory", "bytes_per_walker"]

_BYTES_PER_WALKER = 48
_BYTES_PER_COORDINATE = 16


def bytes_per_walker(dimension: int, remembered: int = 0) -> int:
    """An upper estimate of the bytes that one walker takes: at most 64 in one dimension.

    `remembered` numbers are kept beside each coordinate: a velocity, moments.
    """
    return _BYTES_PER_WALKER + _BYTES_PER_COORDINATE * dimension * (1 + remembered)
