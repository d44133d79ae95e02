"""A shared host: what a visitor who is nobody in particular may do, and how much of the machine he may use."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment


_PATH = re.compile(r"(?<![\w.])~?(?:/[^\s:'\",;]+){2,}")
_NAME = re.compile(r"(?:(?:loss|experiment)/)?[a-z0-9][a-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The limits of one visitor: threads, walkers, bytes of memory, seconds without a key."""

    REFUSED_ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"export", "save", "save_preset", "suspend_process", "screenshot", "open_settings", "log"}
    )
    """Actions of the app that reach a file, a path or the shell."""

    threads: int = 2
    walkers: int = 200_000
    memory: int = 4 << 30
    idle_seconds: float = 900.0

    def limit_process(self) -> None:
        """Holds this process to its memory, to no core files and to small files. Where the system cannot: nothing."""
        if sys.platform == "win32":
            return
        import resource

        for what, most in (
            (resource.RLIMIT_DATA, self.memory),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 64 << 20),
        ):
            with contextlib.suppress(OSError, ValueError):
                hard = resource.getrlimit(what)[1]
                most = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(what, (most, most))
        os.umask(0o077)

    def fitted(self, experiment: Experiment) -> Experiment:
        """The experiment with no more walkers than there may be."""
        if experiment.run.walkers <= self.walkers:
            return experiment
        return replace(experiment, run=replace(experiment.run, walkers=self.walkers))

    @staticmethod
    def refuses(preset: str | None) -> str | None:
        """Why a preset may not be opened here: only the library's, by name. None if it may."""
        if preset is None or _NAME.match(preset):
            return None
        return "this is a kiosk: presets are opened by name only (sgdtui presets lists them)"

    @staticmethod
    def without_paths(text: str) -> str:
        """`text` without anything that tells where files lie."""
        return _PATH.sub(lambda match: Path(match.group()).name, text)
