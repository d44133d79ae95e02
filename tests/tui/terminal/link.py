"""A link of a given speed and delay with a terminal at its end, in simulated time."""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Callable

from sgdtui.tui.terminal.pacing import Pacer


def place_of(query: str) -> tuple[int, int]:
    """The row and the column in which a query puts the cursor."""
    found = re.search(r"\x1b\[(\d+);(\d+)H\x1b\[6n", query)
    assert found is not None
    return int(found[1]), int(found[2])


class Link:
    """Steps a pacer; keys come at random and are answered in 60 bytes, sent first.

    There is always something to draw, or, with `frame`, so many bytes five times a second and ten times that for a key;
    `typed` False: no key comes.

    `speed` in bytes a second, `round_trip` in seconds. `honest` False: something on this side replies at once.
    `jitter`: every reply comes later by a random time, so many seconds on average.
    """

    def __init__(
        self,
        make: Callable[[Callable[[], float]], Pacer],
        speed: float,
        round_trip: float = 0.2,
        *,
        honest: bool = True,
        answers: bool = True,
        overhead: int = 40,
        frame: int | None = None,
        typed: bool = True,
        jitter: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.now = 0.0
        self.pacer = make(lambda: self.now)
        self.speed, self.round_trip, self.overhead = speed, round_trip, overhead
        self.honest, self.answers, self.jitter = honest, answers, jitter
        self.frozen_from = float("inf")
        self.lost = 0
        """So many of the next replies get lost."""
        self.frame, self._wanted = frame, 0
        self.latencies: list[float] = []
        self.sent: list[tuple[float, int]] = []
        self._free_at = 0.0
        self._held_back: list[str] = []
        self._events: list[tuple[float, int, str]] = []
        self._random = random.Random(seed)
        self._count = 0
        self._keys: list[float] = []
        if typed:
            self._schedule(2.0, "key")
        self._schedule(0.5, "look")
        if frame is not None:
            self._schedule(0.2, "frame")

    def _schedule(self, at: float, what: str) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, what))

    def _send(self, count: int) -> float:
        """When the last byte reaches the terminal."""
        self._free_at = max(self._free_at, self.now) + (count + self.overhead) / self.speed
        self.sent.append((self.now, count))
        return self._free_at + self.round_trip / 2

    def _draw(self) -> None:
        if self.frame is not None and not self._wanted:
            return
        allowance = self.pacer.allowance()
        if allowance == 0:
            return
        if self.frame is not None:
            allowance = min(allowance or self._wanted, self._wanted)
            self._wanted -= allowance
        query = self.pacer.query()
        count = (allowance or 4000) + len(query)
        self.pacer.wrote(count)
        arrives = self._send(count)
        for pressed in self._keys:
            self.latencies.append(arrives - pressed)
        self._keys.clear()
        if query:
            self._reply(arrives, query)

    def _reply(self, arrives: float, query: str) -> None:
        """The terminal answers a query that reaches it at that time."""
        if self.now >= self.frozen_from:
            self._held_back.append(query)
            return
        if not self.answers:
            return
        if self.lost:
            self.lost -= 1
            return
        chance = self._random.expovariate(1 / self.jitter) if self.jitter else 0.0
        at = arrives + self.round_trip / 2 + chance if self.honest else self.now + 0.001
        self._schedule(at, f"reply {query}")

    def answer_all(self) -> None:
        """A terminal that wakes up answers what it was asked while it stood still."""
        for query in self._held_back:
            self.pacer.replied(*place_of(query))
        self._held_back.clear()

    def run(self, seconds: float) -> None:
        """Lets simulated time pass."""
        until = self.now + seconds
        while self.now < until:
            self.now += 0.01
            while self._events and self._events[0][0] <= self.now:
                at, _, what = heapq.heappop(self._events)
                if what.startswith("reply"):
                    self.pacer.replied(*place_of(what))
                elif what == "look":
                    self._schedule(at + 0.5, "look")
                    if self.pacer.asks_again():
                        query = self.pacer.ask()
                        self._reply(self._send(len(query)), query)
                elif what == "frame":
                    self._wanted += self.frame or 0
                    self._schedule(at + 0.2, "frame")
                elif what == "key":
                    self._wanted += 60 + 10 * (self.frame or 0)
                    self._keys.append(at - self.round_trip / 2)
                    self.pacer.input_came()
                    self._schedule(self.now + self._random.uniform(0.3, 1.2), "key")
            self._draw()

    def speed_since(self, since: float) -> float:
        """Bytes a second that were sent."""
        return sum(count for at, count in self.sent if at >= since) / (self.now - since)
