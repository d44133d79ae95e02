"""How much may be drawn now: a token bucket whose rate follows the terminal's own replies where those can be believed.

Every chunk of output ends in a question to the terminal (`replies`). The answer's delay over the smallest one seen is
the time that the chunk stood in queues on the way; it is kept below `TARGET` by lowering the rate, and the rate grows
while there is none. Where no replies come the rate is fixed. Nothing here slows the run: only the picture waits.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from sgdtui.tui.terminal.detect import FASTEST, SLOW, UNMEASURED
from sgdtui.tui.terminal.queries import FROZEN, Replies

TARGET = 0.045
"""Seconds that output may stand in queues."""
FAR = 0.06
"""A round trip of so many seconds tells of a slow link."""
STALLED = 4.0
"""Seconds without a reply after which nobody is taken to be looking."""
PACKET = 48
"""Bytes that every write costs on the way beside its own: an SSH packet's header, padding and code."""

TIGHT = 12_000.0
"""Bytes a second below which walkers are not drawn."""

_OPENING = 4_000
"""Bytes of the first picture that are sent before anything is known of the link."""
_URGENT_SECONDS = 0.5
_URGENT_BYTES = 800
"""What keys may draw at once beyond what the bucket holds, half of it each."""
_ANSWER = 240
"""Bytes of such an answer on the slowest link: a whole packet must come through before its first word is seen."""
_KNEE = 0.6
_KNEE_SECONDS = 15.0
"""For so long after queues grew, the rate stays below this share of the one at which they did."""
_HOPE = 1.5
"""By so much the rate grows untried while walkers are hidden: without them so little is drawn that the link could never
prove that it takes more, and one busy moment of the machine would hide them for good.
"""
_QUIET = 5.0, 20.0
"""Seconds without a queue before each such growth, near by and far away; doubled where it turned out to be too much."""
_LONGEST_QUIET = 320.0
_LOWEST = 3_000.0
"""Bytes a second below which no delay lowers the rate: half of what the slowest modem carries. Where replies are later
still, what makes them late is a busy machine or a radio link, and a picture that starves helps neither.
"""
_METER = 2.0
"""Seconds over which frames and bytes are counted."""
_ASK_AGAIN = 30.0
"""Seconds after which a terminal that never answered is asked once more."""
_NEVER = float("inf")


class Pacer:
    """Says when to draw and how much, from the app's thread; told of writes and replies from any thread.

    Args:
        limit: bytes a second that are never exceeded; None: no pacing at all.
        replies: whether the terminal's replies come from the person's end of the link.
        asked: whether `limit` was asked for, so that a slow link does not lower it.
        backlog: how many bytes were handed to the terminal that it did not take yet.
        clock: seconds, growing.
    """

    def __init__(
        self,
        limit: float | None,
        *,
        replies: bool = False,
        asked: bool = False,
        backlog: Callable[[], int] = lambda: 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.asked = asked
        self.backlog = backlog
        self._clock = clock
        self._lock = threading.RLock()
        self._expects_replies = replies and limit is not None
        self._mute = False
        self._rate = limit if limit is not None else _NEVER
        if self._expects_replies:
            self._rate = min(UNMEASURED, self._rate)
        self._tokens = float(_OPENING)
        self._filled = clock()
        self._urgent_until = -_NEVER
        self._credit = False
        self._touched = clock()
        self._replies = Replies()
        self._total = 0
        self._congested = False
        self._knee, self._knee_at = _NEVER, -_NEVER
        self._before_silence: tuple[float, float, float, bool] | None = None
        self._adapted = -_NEVER
        self._used_up = False
        self._quiet_since = clock()
        self._doubt = 1.0
        self._hoped = False
        self._busy_since: float | None = None
        self._written: deque[tuple[float, int]] = deque()
        self._frames: deque[float] = deque()

    # --- before drawing -------------------------------------------------------------------------------------------

    def allowance(self) -> int | None:
        """Bytes that may be drawn now; 0: not now, ask again after `wait()`; None: as many as there are."""
        with self._lock:
            now = self._clock()
            if self._backlogged(now):
                return 0
            if self.limit is None:
                return None
            self._fill(now)
            if self.uses_replies and not self._answered(now):
                return 0
            if self._tokens < self._enough():
                urgent = self._credit and now <= self._urgent_until and self._tokens > -_URGENT_BYTES
                return int(min(_URGENT_BYTES / 2, max(_ANSWER, self._rate * 0.06))) if urgent else 0
            return min(int(self._tokens), self._chunk())

    def wait(self) -> float:
        """Seconds until it is worth asking again; a reply or a key may come before that."""
        with self._lock:
            if self.silent > 0.5:
                return 0.5
            if self.limit is None or self._tokens >= self._enough():
                return 0.03
            return min(0.5, max(0.01, (self._enough() - self._tokens) / self._rate))

    def query(self) -> str:
        """What to send after a chunk, "" where no replies are used."""
        with self._lock:
            now = self._clock()
            self._frames.append(now)
            if not self._expects_replies or (self._mute and now - self._replies.asked_at < _ASK_AGAIN):
                return ""
            if self._mute:
                self._replies.forget()
            return self.ask()

    def asks_again(self) -> bool:
        """Whether a reply is so late that the terminal should be sent `ask()` with nothing else."""
        with self._lock:
            return self.uses_replies and self._replies.asks_again(self._clock())

    def ask(self) -> str:
        """A query to be sent now; its reply is waited for."""
        with self._lock:
            return self._replies.ask(self._clock())

    # --- what happened --------------------------------------------------------------------------------------------

    def wrote(self, count: int) -> None:
        """So many bytes were handed to the terminal."""
        with self._lock:
            now = self._clock()
            self._fill(now)
            self._tokens -= count + PACKET
            self._credit = False
            self._used_up = self._used_up or self._tokens < self._enough()
            self._total += count
            self._written.append((now, count))

    def replied(self, row: int, column: int) -> None:
        """The terminal said where the cursor was when it was asked (from 1)."""
        with self._lock:
            if not self._replies.unanswered:
                return
            now = self._clock()
            self._mute = False
            lost = self._replies.lost
            took = self._replies.answer(now, row, column)
            self._heard(self._replies.lost > lost)
            if took is not None:
                self._adapt(now, took - self.smallest_round_trip)

    def input_came(self) -> None:
        """A key or the mouse: what it changes is drawn before all else."""
        with self._lock:
            self._touched = self._clock()
            self._urgent_until = self._touched + _URGENT_SECONDS
            self._credit = True

    # --- what is known --------------------------------------------------------------------------------------------

    @property
    def uses_replies(self) -> bool:
        """Whether replies come and are believed."""
        return self._expects_replies and not self._mute

    @property
    def rate(self) -> float:
        """Bytes a second that may be drawn."""
        return self._rate

    @property
    def slow(self) -> bool:
        """Whether the link takes fewer pictures than there could be."""
        return self.limit is not None and not self.asked and self._rate <= SLOW

    @property
    def tight(self) -> bool:
        """Whether so little may be drawn, by the link or because it was asked for, that what only moves is left out."""
        return self.limit is not None and self._rate <= TIGHT

    @property
    def smallest_round_trip(self) -> float:
        """Seconds, of the last minute: the way there and back with empty queues."""
        return self._replies.smallest

    @property
    def round_trip(self) -> float | None:
        """Seconds, smoothed; None where there are no replies."""
        return self._replies.smoothed if self.uses_replies else None

    @property
    def silent(self) -> float:
        """Seconds for which the terminal has not taken or not answered what it was sent."""
        with self._lock:
            now = self._clock()
            busy = now - self._busy_since if self._backlogged(now) and self._busy_since is not None else 0.0
            asked = self._replies.waiting(now) if self.uses_replies else 0.0
            return max(busy, asked)

    @property
    def stalled(self) -> bool:
        """Whether nobody seems to be looking."""
        return self.silent > STALLED

    @property
    def idle(self) -> float:
        """Seconds since the last key or movement of the mouse."""
        return self._clock() - self._touched

    @property
    def unanswered(self) -> int:
        """Queries that are open."""
        return self._replies.unanswered

    @property
    def bytes_per_second(self) -> float:
        """Over the last two seconds."""
        with self._lock:
            self._forget(self._written)
            return sum(count for _, count in self._written) / _METER

    @property
    def frames_per_second(self) -> float:
        """Pictures sent, over the last two seconds."""
        with self._lock:
            now = self._clock()
            while self._frames and now - self._frames[0] > _METER:
                self._frames.popleft()
            return len(self._frames) / _METER

    @property
    def total(self) -> int:
        """Bytes written since the start."""
        return self._total

    # --- inside ---------------------------------------------------------------------------------------------------

    def _forget(self, times: deque[tuple[float, int]]) -> None:
        now = self._clock()
        while times and now - times[0][0] > _METER:
            times.popleft()

    def _fill(self, now: float) -> None:
        room = max(240.0, self._rate * (0.1 if self.uses_replies else 0.25))
        if self._tokens < room:
            self._tokens = min(room, self._tokens + (now - self._filled) * self._rate)
        self._filled = now

    def _enough(self) -> float:
        """Bytes below which a chunk is not worth its packet and its query."""
        return min(1024.0, max(160.0, self._rate * 0.04))

    def _chunk(self) -> int:
        return max(160, int(self._rate * 0.05))

    def _backlogged(self, now: float) -> bool:
        if self.backlog() <= 0:
            self._busy_since = None
            return False
        if self._busy_since is None:
            self._busy_since = now
        return True

    def _answered(self, now: float) -> bool:
        """Whether replies come in as they should, so that more may be sent."""
        if not self._replies.unanswered:
            return True
        waiting = self._replies.waiting(now)
        if self._replies.smoothed is None:
            if waiting > FROZEN:
                self._give_up()
                return True
            return self._tokens > 0
        if waiting > FROZEN:
            return False
        if waiting < self.smallest_round_trip + 1.5 * TARGET:
            return True
        if waiting > self.smallest_round_trip + 4 * TARGET:
            if self._before_silence is None:
                self._before_silence = self._rate, self._knee, self._knee_at, self._congested
            self._lower(now, 0.7)
        return now <= self._urgent_until and waiting < self.smallest_round_trip + 0.5

    def _heard(self, lost: bool) -> None:
        """An answer came. If an earlier one never did, what was taken for a full link was a lost answer: undone."""
        if lost and self._before_silence is not None:
            self._rate, self._knee, self._knee_at, self._congested = self._before_silence
        self._before_silence = None

    def _give_up(self) -> None:
        """The terminal did not answer yet: on without replies, until one comes after all (a busy start delays them)."""
        self._mute = True
        if not self.asked:
            self._rate = min(self._rate, UNMEASURED)

    def _ceiling(self) -> float:
        limit = self.limit if self.limit is not None else _NEVER
        slow = self._congested or self.smallest_round_trip > FAR
        return min(limit, SLOW) if slow and not self.asked else limit

    def _adapt(self, now: float, queued: float) -> None:
        if queued > TARGET:
            self._quiet_since = now
            self._lower(now, max(0.6, 1 - 0.5 * (queued - TARGET) / queued))
        elif self._used_up and now - self._adapted > self._pause() and self._proven(now):
            self._rate *= 1 + (0.12 if self._congested else 0.5) * (TARGET - queued) / TARGET
            self._adapted, self._used_up = now, False
        elif self.tight and now - self._quiet_since > self._quiet():
            self._rate *= _HOPE
            self._adapted, self._quiet_since, self._hoped = now, now, True
        self._rate = min(self._rate, self._ceiling())
        if now - self._knee_at < _KNEE_SECONDS:
            self._rate = min(self._rate, max(_LOWEST, self._knee))

    def _proven(self, now: float) -> bool:
        """Whether the link was really given what the rate allows: a rate that was not tried may not grow."""
        recent = sum(count + PACKET for at, count in self._written if now - at < 0.5)
        return recent > 0.3 * self._rate

    def _lower(self, now: float, factor: float) -> None:
        """Once a round trip at most: what is on its way was sent at the old rate."""
        if now - self._adapted < self._pause():
            return
        if self._hoped:
            self._doubt, self._hoped = 2 * self._doubt, False
        former = self._knee if now - self._knee_at < _KNEE_SECONDS else 0.0
        self._knee, self._knee_at = max(0.95 * former, _KNEE * self._rate), now
        self._rate = max(min(_LOWEST, self._rate), self._rate * factor)
        self._adapted = now
        if self._rate < FASTEST / 2:
            self._congested = True

    def _quiet(self) -> float:
        """Seconds without a queue after which more is hoped of the link than it has shown."""
        return min(_LONGEST_QUIET, self._doubt * _QUIET[self.smallest_round_trip > FAR])

    def _pause(self) -> float:
        return max(0.1, self.smallest_round_trip)
