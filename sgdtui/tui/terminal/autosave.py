"""Keeps the run on disk while it goes on, so that whatever kills the process costs a few seconds of simulation."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgdtui.settings.paths import state_folder

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment

EVERY = 3.0
"""Seconds between two checkpoints where writing one is cheap."""
SHARE = 0.5
"""Most of the time in which one may be under way; where there are very many walkers they are fewer."""
LOOK = 0.5
"""Seconds between two looks at whether one has been written."""
ABANDONED = 60.0
"""Seconds after which an unfinished file has no writer any more."""
KEPT = 3
"""Checkpoints of different sessions that are kept."""


def checkpoint_folder() -> Path:
    """Where checkpoints lie; it need not exist."""
    return state_folder() / "checkpoints"


def newest_checkpoint() -> Path | None:
    """The last checkpoint of any session, None where there is none."""
    found = _by_age()
    return found[-1] if found else None


def _by_age() -> list[Path]:
    aged = []
    with contextlib.suppress(OSError):
        for path in checkpoint_folder().glob("run-*.npz"):
            with contextlib.suppress(OSError):
                aged.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(aged)]


class Keeper:
    """Writes the checkpoint of one session.

    Args:
        lab: gives the lab that runs, None while there is none.
        view: gives what the person looks at, as plain JSON.
        clock: seconds, growing.
        initials: gives the dials' values of a preset that was itself written down with turned dials.
    """

    def __init__(
        self,
        lab: Callable[[], Any],
        view: Callable[[], dict[str, Any]],
        clock: Callable[[], float] = time.monotonic,
        initials: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self._initials = initials
        self._clock = clock
        self.path = checkpoint_folder() / f"run-{os.getpid()}.npz"
        self._lab, self._view = lab, view
        self._lock = threading.Lock()
        self._writing: threading.Event | None = None
        self._began = self._taken = -EVERY
        self._pause = EVERY
        self._kept: tuple[Any, ...] = ()
        self._described: tuple[Experiment, dict[str, Any]] | None = None

    def keep(self) -> None:
        """Begins a checkpoint if it is time and something has changed; returns at once."""
        with self._lock:
            now = self._clock()
            if self._writing is not None:
                if not self._writing.is_set():
                    return
                self._pause = max(EVERY, (now - max(self._began, self._taken) - LOOK) / SHARE)
                self._writing = None
                self._drop_old()
            if now - self._began >= self._pause:
                self._begin(now)

    def keep_now(self, patience: float) -> None:
        """Writes a checkpoint now, and waits for it up to `patience` seconds."""
        with self._lock:
            if self._writing is not None:
                self._writing.wait(patience)
            self._begin(self._clock())
            if self._writing is not None:
                self._writing.wait(patience)

    def _begin(self, now: float) -> None:
        lab = self._lab()
        snapshot = lab.snapshot if lab is not None else None
        if snapshot is None:
            return
        view = self._view()
        mark = (snapshot.step, snapshot.generation, str(view))
        if mark == self._kept:
            return
        self._kept, self._began = mark, now
        self._writing = lab.save(self.path, self._describe, view)

    def _describe(self, experiment: Experiment) -> dict[str, Any]:
        """The experiment as the preset that builds it again, and when it was taken (seconds since 1970);
        called in the thread of the run, when that comes to it.
        """
        self._taken = self._clock()
        if self._described is None or self._described[0] != experiment:
            from sgdtui.preset.write import to_yaml
            from sgdtui.tui.controller.dial_list import turned

            about = {"preset": to_yaml(experiment), "name": experiment.name}
            self._described = (experiment, {**about, "initials": turned(experiment, self._initials())})
        return {**self._described[1], "taken": time.time()}

    def _drop_old(self) -> None:
        for path in _by_age()[:-KEPT]:
            if path != self.path:
                with contextlib.suppress(OSError):
                    path.unlink()
        for path in checkpoint_folder().glob(".run-*.npz.*"):  # a session that was killed while it wrote
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > ABANDONED:
                    path.unlink()
