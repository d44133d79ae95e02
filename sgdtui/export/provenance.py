"""Where a file came from: enough to make it again, and to know whether it is the same machine."""

from __future__ import annotations

import platform
from functools import lru_cache
from pathlib import Path
from typing import Any

from sgdtui import __version__


def provenance(document: dict[str, Any]) -> dict[str, str]:
    """Version, preset, a hash of what it says, seed, CPU and Python, as text."""
    settings = document["settings"]
    return {
        "sgdtui": __version__,
        "preset": one_line(str(document["preset"])),
        "title": one_line(str(document["title"])),
        "preset hash": str(settings["preset_hash"]),
        "seed": str(settings["seed"]),
        "walkers": str(settings["walkers"]),
        "steps": f"{settings['burn_in']} burn-in + {settings['steps']}",
        "cpu": cpu_name(),
        "python": platform.python_version(),
    }


def one_line(text: str) -> str:
    """Text from a file made safe for one line of another: no control characters."""
    return "".join(character if character.isprintable() else " " for character in text)


@lru_cache(maxsize=1)
def cpu_name() -> str:
    """The processor as the system names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return one_line(line.partition(":")[2].strip())
    except OSError:
        pass
    return platform.processor() or platform.machine()
