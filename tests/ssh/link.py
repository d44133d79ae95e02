"""A slow link: a TCP proxy on loopback with a speed and a delay for each way."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

PIECE = 512
"""Bytes that travel together."""
HOLDS = 256 * 1024
"""Bytes that stand in the link's own queue before it takes no more: as long as a modem's."""


class Link:
    """Forwards a port to another, each way at `speed` bytes a second and with half of `round_trip` seconds' delay."""

    def __init__(self, target: int, speed: float, round_trip: float) -> None:
        self.target, self.speed, self.round_trip = target, speed, round_trip
        self.down = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def close(self) -> None:
        """Cuts every connection and ends the thread."""

        async def end() -> None:
            self._server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._loop.stop()

        self._loop.call_soon_threadsafe(lambda: self._tasks_end(end))
        self._thread.join(10)

    def _tasks_end(self, end: Callable[[], object]) -> None:
        self._ending = self._loop.create_task(end())  # type: ignore[arg-type]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._joined, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.close()

    async def _joined(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection("127.0.0.1", self.target)
        for source, sink, down in ((near, to_far, False), (far, to_near, True)):
            task = self._loop.create_task(self._one_way(source, sink, down))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _one_way(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, down: bool) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(HOLDS // PIECE)
        deliver = self._loop.create_task(self._deliver(queue, sink))
        free_at = 0.0
        try:
            while data := await source.read(PIECE):
                free_at = max(free_at, self._loop.time()) + len(data) / self.speed
                if down:
                    self.down += len(data)
                await queue.put((free_at + self.round_trip / 2, data))
            await queue.put((free_at, b""))
            await deliver
        except (OSError, asyncio.CancelledError):
            deliver.cancel()
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                sink.close()

    async def _deliver(self, queue: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                at, data = await queue.get()
                await asyncio.sleep(max(0.0, at - self._loop.time()))
                if not data:
                    return
                sink.write(data)
                await sink.drain()
