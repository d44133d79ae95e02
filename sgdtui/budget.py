"""What a computation may cost, and whether anybody still wants it: looked at in the loops of everything that predicts.

The budget is of the thread that computes, and counts its own CPU time, so that a busy machine changes no answer. Code
that computes calls `checkpoint()` in its loops, at least every tenth of a second or so, and `afford(...)` before it
begins what is known to be large. Where there is no budget (a function called by itself) both let everything pass,
except for memory that is not there. A loop that does not look is ended all the same, a little later: a thread sees that
the time is up and raises `TooCostly` in the thread that computes, between two instructions of Python's.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sgdtui.settings.memory import available_memory

SHARE_OF_MEMORY = 0.5
"""Of the memory that there is, what one array of a prediction may take at most: its neighbours need as much."""
_BETWEEN = 0.05
"""Seconds between two questions whether the answer is still wanted."""
_MORE_TIME = "a larger budget"
_OVERRUN = 1.25
"""How many times its budget a loop may take that does not look at it."""


class Cancel(Exception):
    """Nobody wants the answer any more."""


class TooCostly(Exception):
    """It would take more than it may. The text says how much, and what would make it affordable."""


@dataclass
class Budget:
    """Seconds of this thread's CPU time from now on, and who says that it is no longer wanted.

    seconds    that may be spent; infinite: no limit
    cancelled  asked at checkpoints, now and then; None: never
    remedy     what would make it affordable, to end the sentence with: "fewer weights"
    asks_at    when `cancelled` is asked next
    """

    seconds: float
    cancelled: Callable[[], bool] | None = None
    remedy: str = ""
    began: float = field(default_factory=time.thread_time)
    asks_at: float = 0.0

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.thread_time() - self.began

    def look(self) -> None:
        """Raises `Cancel` or `TooCostly` where it is time to stop."""
        now = time.thread_time()
        if now - self.began > self.seconds:
            raise TooCostly(self.overrun())
        if self.cancelled is not None and now >= self.asks_at:
            self.asks_at = now + _BETWEEN
            if self.cancelled():
                raise Cancel

    def overrun(self) -> str:
        """What is said where the time is up."""
        return self.sentence(
            f"it had taken {_seconds(self.seconds)} of one core and was not done", _MORE_TIME
        )

    def sentence(self, cost: str, *remedies: str) -> str:
        """The cost, and what would make it affordable."""
        cure = " or ".join(part for part in (self.remedy, *remedies) if part)
        return f"{cost}; affordable with {cure}" if cure else cost


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def within(budget: Budget) -> Iterator[Budget]:
    """Whatever this thread computes inside is paid from `budget`."""
    token = _CURRENT.set(budget)
    guard = _Guard(budget)
    try:
        yield budget
    finally:
        try:
            guard.stop()
        finally:
            _CURRENT.reset(token)


class _Guard:
    """Raises `TooCostly` once in the thread that made it, when that has overrun its budget by a quarter."""

    def __init__(self, budget: Budget) -> None:
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._raised: int | None = None
        if not math.isfinite(budget.seconds) or not hasattr(time, "pthread_getcpuclockid"):
            return
        ident = threading.get_ident()
        clock = time.pthread_getcpuclockid(ident)
        until = budget.began + _OVERRUN * budget.seconds
        watch = threading.Thread(
            target=self._watch, args=(ident, clock, until), name="sgdtui-budget", daemon=True
        )
        watch.start()

    def _watch(self, ident: int, clock: int, until: float) -> None:
        while not self._over.wait(max(0.05, until - time.clock_gettime(clock))):
            if time.clock_gettime(clock) > until:
                with self._lock:
                    if not self._over.is_set():
                        self._raised = ident
                        _raise_in(ident, TooCostly)
                return

    def stop(self) -> None:
        """Nothing is raised from here on."""
        with self._lock:
            self._over.set()
            if self._raised is not None:
                _raise_in(self._raised, None)


def _raise_in(ident: int, kind: type[Exception] | None) -> None:
    """Raise an exception in another thread at its next instruction; None: take back one that has not come yet."""
    what = None if kind is None else ctypes.py_object(kind)
    with contextlib.suppress(AttributeError):  # another interpreter than CPython
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), what)


def checkpoint() -> None:
    """To be called in loops that may take long. Raises `Cancel` or `TooCostly`."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.look()


def left() -> float:
    """Seconds that this thread may still spend; infinite where nobody set a budget."""
    budget = _CURRENT.get()
    return math.inf if budget is None else budget.seconds - budget.spent


def afford(what: str, *, seconds: float = 0.0, bytes: float = 0.0, remedy: str = "") -> None:
    """To be called before what is known to be large: `what` takes so many seconds of one core, or bytes at once.

    Raises `TooCostly` where that is more than is left, so that nothing is begun that cannot be ended; `Cancel`.
    """
    checkpoint()
    budget = _CURRENT.get()
    told = budget.sentence if budget is not None else Budget(0.0).sentence
    if budget is not None and budget.spent + seconds > budget.seconds:
        raise TooCostly(told(f"{what} would take about {_seconds(seconds)} of one core", remedy, _MORE_TIME))
    # Small arrays are always there: how much memory is left need not be asked.
    if bytes > 1e8:
        free = available_memory()
        if free is not None and bytes > SHARE_OF_MEMORY * free:
            raise TooCostly(told(f"{what} would take {_bytes(bytes)} where {_bytes(free)} are free", remedy))


def _seconds(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 100 else f"{seconds:.3g} s"


def _bytes(count: float) -> str:
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"


SOLUTION, EIGENVALUES = 0.7, 12.0
"""Multiplications in units of n³: of a linear system, of all eigenvalues of a matrix that is not symmetric."""
_RATE = 2e9
"""Multiplications a second of one core, with room for slow machines."""


def afford_dense(what: str, size: int, work: float = SOLUTION) -> None:
    """As `afford`, of a dense (size, size) matrix and its factors. No one can look at anything until LAPACK is done."""
    afford(what, seconds=work * float(size) ** 3 / _RATE, bytes=3 * 8.0 * float(size) ** 2)
