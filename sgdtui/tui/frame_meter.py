"""How many pictures a second come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

SECONDS = 2.0
"""Over which they are counted."""


class FrameMeter:
    """Counts pictures; `clock` in seconds, growing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def count(self) -> None:
        """A picture came."""
        now = self._clock()
        while self._times and now - self._times[0] >= SECONDS:
            self._times.popleft()
        self._times.append(now)

    @property
    def rate(self) -> float:
        """Pictures a second between the first and the last of those counted; 0 before the second."""
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-6)
