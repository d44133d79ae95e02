"""A pool of polite threads: one a core, behind everything else in the queue for the processor."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

NICENESS = 10


def default_threads() -> int:
    """One thread a core that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool:
    """Runs kernels that release the interpreter's lock; `close` waits for the chunk in hand only."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = max(1, threads or default_threads())
        self._executor = ThreadPoolExecutor(
            self.threads, thread_name_prefix="sgdtui-walkers", initializer=_be_nice
        )

    def each(self, call: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Call with each task's arguments, at once; the results in order. An exception of any task is raised."""
        futures = [self._executor.submit(call, *task) for task in tasks]
        return [future.result() for future in futures]

    def close(self) -> None:
        """Let the threads end."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _be_nice() -> None:
    if sys.platform == "linux":  # there, and only there, a priority belongs to a thread
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        except OSError:
            return
