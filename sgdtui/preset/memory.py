"""How much memory walkers need, and how much there is."""

from __future__ import annotations

import os
from pathlib import Path

_BYTES_PER_WALKER = 48
_BYTES_PER_COORDINATE = 16


def bytes_per_walker(dimension: int, has_velocity: bool = False) -> int:
    """An upper estimate of the bytes that one walker takes: at most 64 in one dimension."""
    return _BYTES_PER_WALKER + _BYTES_PER_COORDINATE * dimension * (2 if has_velocity else 1)


def available_memory() -> int | None:
    """Bytes that can still be had on this machine and within this control group; None where nobody says."""
    limits = [limit for limit in (_machine(), _control_group()) if limit is not None]
    return min(limits) if limits else None


def _machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def _control_group() -> int | None:
    for limit, usage in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            return max(0, int(Path(limit).read_text()) - int(Path(usage).read_text()))
        except (OSError, ValueError):
            continue
    return None
