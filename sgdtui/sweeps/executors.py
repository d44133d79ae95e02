"""Where points run: processes of this machine, or a dask cluster. One small interface, `concurrent.futures`."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Protocol


class EngineError(RuntimeError):
    """An engine that cannot be had: one line that says what to do."""


class Engine(Protocol):
    """Gives executors, one at a time: a new one where the last one broke."""

    @property
    def slots(self) -> int:
        """How many points run at once."""

    def executor(self) -> Executor:
        """An executor ready for work; the one before it is given up."""

    def close(self, abandon: bool = False) -> None:
        """Let go of everything; with `abandon`, of what still runs too."""


class LocalProcesses:
    """Fresh processes of one thread each, as many as `workers` (one a core by default)."""

    def __init__(self, workers: int | None = None) -> None:
        from sgdtui.settings.processes import RunPool, core_count

        self._workers = workers or core_count()
        self._kind = RunPool
        self._pool: RunPool | None = None

    @property
    def slots(self) -> int:
        """How many points run at once."""
        return self._workers

    def executor(self) -> Executor:
        """A new pool; a broken one is ended first."""
        self.close(abandon=True)
        self._pool = self._kind(self._workers)
        return self._pool

    def close(self, abandon: bool = False) -> None:
        """End the processes: at once, or when they have done what they are doing."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if abandon:
            pool.abandon()
        else:
            pool.shutdown()


class DaskCluster:
    """Workers of a running dask scheduler, at an address such as tcp://127.0.0.1:8786.

    A worker that dies costs its point's time only: the scheduler gives the point to another.

    Raises:
        EngineError: dask is not installed, or nobody answers.
    """

    RETRIES = 3

    def __init__(self, address: str, timeout: float = 10.0) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise EngineError("--dask needs dask.distributed: pip install 'sgdtui[dask]'") from None
        try:
            self._client = Client(address, timeout=timeout, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(f"no dask scheduler answers at {address}: {error}") from None

    @property
    def slots(self) -> int:
        """How many points run at once: the threads of all workers that are there now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def executor(self) -> Executor:
        """The cluster as an executor."""
        executor: Executor = self._client.get_executor(pure=False, retries=self.RETRIES)
        return executor

    def close(self, abandon: bool = False) -> None:  # noqa: ARG002 - the cluster drops what its client wanted
        """Leave the cluster."""
        self._client.close()
