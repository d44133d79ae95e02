"""Processes for many runs at once: they die with whoever started them, quietly."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import ModuleType

from sgdtui.settings.linear_algebra import one_thread


class _Process(SpawnProcess):
    """A fresh process that doesn't run the caller's script: what it computes is in this package, and a script that asks
    for a sweep outside `if __name__ == "__main__":` would start another in every process.
    """

    def start(self) -> None:
        """Starts it while an empty module stands for the script, which is what children are told to run first."""
        script = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = script


class _Context(SpawnContext):
    Process = _Process


class RunPool(ProcessPoolExecutor):
    """A pool of fresh processes (spawned: nothing is shared with threads that run here).

    Each steps its walkers by itself, so numerical libraries get one thread there. A Ctrl-C at the terminal ends
    them without a word, and so does the end of this process, however it comes.
    """

    def __init__(self, workers: int) -> None:
        self._others = set(multiprocessing.active_children())
        super().__init__(workers, mp_context=_Context(), initializer=_prepare)

    def abandon(self) -> None:
        """Stop now: what was queued is dropped and what runs is ended."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self.processes():
            process.terminate()

    def processes(self) -> list[BaseProcess]:
        """The processes that run now."""
        return [process for process in multiprocessing.active_children() if process not in self._others]


def _prepare() -> None:
    one_thread(unless_asked=False)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()


def _follow_parent() -> None:
    """A pool's process waits for work for ever when its parent was killed: leave with it instead."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def core_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
