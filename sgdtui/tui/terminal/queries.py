"""What the terminal was asked and has not answered yet, and what its answers tell of the way.

A question is where the cursor is. It is put somewhere else each time, so that the answer says to which question it
belongs: one that gets lost on the way (a paste or a slow line cuts it in two) is not waited for for ever, nor are those
that follow counted one too early.
"""

from __future__ import annotations

from collections import deque

from sgdtui.tui.terminal.round_trip import QUERY

FROZEN = 2.0
"""Seconds without an answer after which the terminal is taken to stand still, and is asked once more."""
MEMORY = 60.0
"""Seconds for which the smallest round trip is remembered; and the longest time between two further questions."""
ROW, PLACES = 2, 8
"""The row in which the cursor is put (in the first answers look like keys), and in how many columns by turns: answers
keep their order, so that more may be open, but fewer than these may get lost in a row.
"""
_NEVER = float("inf")


class Replies:
    """The open questions, oldest first. All times are seconds of one growing clock."""

    def __init__(self) -> None:
        self.asked_at = -_NEVER
        self.smoothed: float | None = None
        """Seconds there and back, a moving mean; None before the first answer."""
        self.lost = 0
        """Questions whose answers never came: later ones were answered."""
        self._open: deque[tuple[float, int]] = deque()
        self._asked = 0
        self._least: deque[tuple[float, float]] = deque()
        self._patience = FROZEN

    @property
    def unanswered(self) -> int:
        """Questions that are open."""
        return len(self._open)

    @property
    def smallest(self) -> float:
        """Seconds, of the last minute: the way there and back with empty queues."""
        return self._least[0][1] if self._least else 0.0

    def ask(self, now: float) -> str:
        """The question to send now: the cursor is put in a place of its own, and asked for."""
        self.asked_at = now
        self._asked += 1
        column = 1 + self._asked % PLACES
        self._open.append((now, column))
        return f"\x1b[{ROW};{column}H{QUERY.decode()}"

    def forget(self) -> None:
        """Nothing that is open is waited for any more."""
        self._open.clear()

    def answer(self, now: float, row: int, column: int) -> float | None:
        """The cursor is there (from 1). Seconds there and back; None where that tells nothing of the way: no open
        question asked from there, or the terminal stood still meanwhile.

        A terminal too small for the places answers for the oldest question.
        """
        self._patience = FROZEN
        places = [place for _, place in self._open]
        if row == ROW and column in places:
            for _ in range(places.index(column)):
                self._open.popleft()
                self.lost += 1
        elif not places or (row == ROW and 1 < column <= PLACES):
            return None
        took = now - self._open.popleft()[0]
        if took > FROZEN and self.smoothed is not None:
            return None
        self.smoothed = took if self.smoothed is None else 0.7 * self.smoothed + 0.3 * took
        while self._least and now - self._least[0][0] > MEMORY:
            self._least.popleft()
        while self._least and self._least[-1][1] >= took:
            self._least.pop()
        self._least.append((now, took))
        return took

    def waiting(self, now: float) -> float:
        """Seconds for which the oldest open question waits; 0 where none is open."""
        return now - self._open[0][0] if self._open else 0.0

    def asks_again(self, now: float) -> bool:
        """Whether it is time for a question with nothing else, as an answer may be lost; less often each time."""
        if self.waiting(now) < FROZEN or now - self.asked_at < self._patience:
            return False
        self._patience = min(2 * self._patience, MEMORY)
        return True
