"""`sgdtui doctor`: what this machine and terminal can do, and what sgdtui will do about it. Safe in a pipe."""

from __future__ import annotations

import json
import locale
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

import sgdtui

_PACKAGES = ("numpy", "numba", "scipy", "sympy", "textual", "plotext", "pydantic", "pyyaml", "click", "rich")
_VARIABLES = (
    "COLORTERM",
    "NO_COLOR",
    "LANG",
    "LC_ALL",
    "TMUX",
    "STY",
    "SSH_CONNECTION",
    "COLUMNS",
    "LINES",
)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Say what was found here and what follows from it."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:  # a report that a Latin-1 pipe cannot hold is still worth having
        reconfigure(errors="replace")
    found = {
        "sgdtui": sgdtui.__version__,
        "machine": _machine(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "terminal": _terminal(),
        "folders": _folders(),
    }
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    click.echo(f"sgdtui {sgdtui.__version__}")
    for room, facts in found.items():
        if isinstance(facts, dict):
            click.echo(f"\n{room}")
            width = max(len(name) for name in facts)
            for name, fact in facts.items():
                click.echo(f"  {name:<{width}}  {_printable(str(fact))}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _machine() -> dict[str, str]:
    from sgdtui.preset.memory import available_memory, bytes_per_walker
    from sgdtui.preset.schema import MAX_WALKERS

    memory = available_memory()
    facts = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
    }
    if memory is not None:
        walkers = min(memory // bytes_per_walker(1), MAX_WALKERS)
        facts["memory free"] = f"{memory / 1e9:.1f} GB, enough for {walkers:,} walkers in one dimension"
    return facts


def _terminal() -> dict[str, str]:
    from sgdtui.settings.settings import load_settings
    from sgdtui.tui.terminal.detect import detect
    from sgdtui.tui.terminal.refusal import refusal
    from sgdtui.tui.terminal.round_trip import round_trip

    settings, problems = load_settings()
    terminal = detect(
        tty=next((fd for fd in (1, 2, 0) if os.isatty(fd)), None),
        color=None if settings.color == "auto" else settings.color,
        ascii_only=bool(settings.ascii),
        bandwidth=settings.bandwidth,
    )
    facts = terminal.facts()
    refused = refusal(os.environ, {"stdin": os.isatty(0), "stdout": os.isatty(1), "stderr": os.isatty(2)})
    if refused is None:
        took = round_trip(0, 1)
        facts["replies"] = (
            f"in {took * 1000:.0f} ms" if took is not None else "none: output is paced without them"
        )
    facts["launch"] = "starts" if refused is None else f"is refused here: {refused.splitlines()[0]}"
    facts["encoding"] = f"{sys.stdout.encoding} (locale {locale.getpreferredencoding(False)})"
    facts |= {f"settings {number}": problem for number, problem in enumerate(problems, 1)}
    return facts | {name: os.environ[name] for name in _VARIABLES if name in os.environ}


def _folders() -> dict[str, str]:
    from sgdtui.preset import library
    from sgdtui.settings.paths import settings_file, state_folder
    from sgdtui.simulate.compile.cache import cache_root, why_no_cache

    root = cache_root()
    why = why_no_cache(root)
    facts = {"kernels": f"{root} (kept)" if why is None else f"not kept: {why}; every start compiles afresh"}
    for origin, folder in library.folders():
        count = sum(
            path.is_relative_to(folder) for kind in library.KINDS for _, path in library.paths(kind).values()
        )
        facts[f"{origin} presets"] = f"{folder} ({count})"
    facts["settings"] = f"{settings_file()}{'' if settings_file().exists() else ' (not there: defaults)'}"
    why_not = _why_not_written(state_folder())
    facts["checkpoints"] = (
        f"{state_folder()} (kept)" if why_not is None else f"not kept: {why_not}; --resume will find nothing"
    )
    return facts


def _why_not_written(folder: Path) -> str | None:
    """Why no file can be made in a folder that may not exist yet; None if one can."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        return f"{there} is no folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{there} cannot be written to"
    return "the disk is full" if shutil.disk_usage(there).free < 1 << 20 else None


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
