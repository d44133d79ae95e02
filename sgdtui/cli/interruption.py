"""Ctrl-C, a hang-up and `kill` end a verb at once, whatever is being computed, with what there is printed.

Python runs a signal's handler only between two of its own instructions, and a factorisation or a compilation may take
seconds without one. So a thread waits at the pipe into which the interpreter writes the signal's number at once; where
the main thread has not ended by itself within `PATIENCE`, this thread prints what there is and ends the process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

STATUS = {"SIGINT": 130, "SIGHUP": 129, "SIGTERM": 143}
"""Exit status by signal, as the shell counts it."""

PATIENCE = 0.12
"""Seconds that the main thread has to stop by itself."""
_MAKING = 0.25
"""Seconds of one core that putting the last words together may take: on a busy machine they last longer."""
_LONGEST, _WRITING = 5.0, 1.0
"""Seconds after which the process is gone in any case: while the last words are made, and once they are written."""
_SHOW_CURSOR = "\r\x1b[K\x1b[?25h"


class Interrupted(KeyboardInterrupt):
    """A signal asked to stop; `status` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Interruption:
    """Whether a signal asked to stop, and what is to be said then.

    signal    its name, "" where there was none
    last_word prints what there is so far; called at most once, from another thread, where the main thread is too busy
    raises    whether the main thread is told by an `Interrupted`; else it is to ask `happened`
    """

    def __init__(self, raises: bool = False) -> None:
        self.signal = ""
        self.raises = raises
        self.last_word: Callable[[], None] = say_interrupted
        self._speaking = threading.Lock()
        self._handled = False
        self._over = False
        self._wrote_at: float | None = None
        self._ends: tuple[int, int] | None = None

    def happened(self) -> bool:
        """Whether to stop."""
        return bool(self.signal)

    @property
    def status(self) -> int:
        """The exit status; 0 where nothing happened."""
        return STATUS.get(self.signal, 0)

    def speak(self) -> None:
        """To be called by the main thread before it prints its result: who comes second does not return."""
        if not self._speaking.acquire(blocking=False):
            threading.Event().wait()

    def write(self) -> None:
        """To be called when the result is made and about to be written: what nobody reads is not waited for."""
        self._wrote_at = time.monotonic()

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Signals come here while this lasts, if this is the main thread (else they are somebody else's)."""
        numbers = [getattr(signal, name) for name in STATUS if hasattr(signal, name)]
        try:
            former = {number: signal.signal(number, self._handle) for number in numbers}
        except ValueError:
            yield
            return
        self._ends = listens, tells = os.pipe()
        os.set_blocking(tells, False)
        woken = signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
        watch = threading.Thread(target=self._watch, args=(listens,), name="sgdtui-signals", daemon=True)
        watch.start()
        try:
            yield
        finally:
            self._over = True
            signal.set_wakeup_fd(woken)
            for number, handler in former.items():
                signal.signal(number, handler)
            os.close(tells)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        """The handler, in the main thread. A second signal ends the process on the spot."""
        self._hear(number)
        if self._handled:
            self._end()
        self._handled = True
        # Something that ran meanwhile (an event loop) may have taken the interpreter's pipe away.
        if self._ends is not None:
            os.write(self._ends[1], bytes([number]))
        if self.raises:
            raise Interrupted(self.status)

    def _hear(self, number: int) -> None:
        self.signal = self.signal or signal.Signals(number).name

    def _watch(self, listens: int) -> None:
        """The thread that waits for a signal, and then for the main thread."""
        numbers = {getattr(signal, name) for name in STATUS if hasattr(signal, name)}
        while (heard := os.read(listens, 1)) and heard[0] not in numbers:
            pass
        if not heard:
            os.close(listens)
            return
        self._hear(heard[0])
        if self.last_word is not say_interrupted:
            time.sleep(PATIENCE)
        if not self._speaking.acquire(blocking=False):
            self._limit(threading.main_thread())
            return
        limit = threading.Thread(
            target=self._limit, args=(threading.current_thread(),), name="sgdtui-end", daemon=True
        )
        limit.start()
        with contextlib.suppress(BaseException):
            self.last_word()
            sys.stdout.flush()
        self._end()

    def _limit(self, speaker: threading.Thread) -> None:
        """End the process when its last words have taken long enough."""
        began, used = time.monotonic(), _cpu(speaker)
        while not self._over:
            time.sleep(0.02)
            now = time.monotonic()
            if self._wrote_at is not None:
                late = now - max(self._wrote_at, began) > _WRITING
            else:
                late = _cpu(speaker) - used > _MAKING or now - began > _LONGEST
            if late:
                self._end()

    def _end(self) -> None:
        if sys.stderr.isatty():
            with contextlib.suppress(OSError):
                os.write(2, _SHOW_CURSOR.encode())
        os._exit(self.status)


def _cpu(thread: threading.Thread) -> float:
    """Seconds of CPU that a thread has used; of the whole process where threads are not told apart."""
    if hasattr(time, "pthread_getcpuclockid") and thread.ident is not None:
        return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    return time.process_time()


def say_interrupted() -> None:
    """What there is to say where there is nothing yet."""
    os.write(2, b"interrupted\n")


def end_at_once() -> None:
    """While the program is being loaded there is nothing to print: signals end it, without a traceback."""

    def end(number: int, _frame: FrameType | None) -> None:
        say_interrupted()
        os._exit(128 + number)

    for name in STATUS:
        if hasattr(signal, name):
            with contextlib.suppress(ValueError):
                signal.signal(getattr(signal, name), end)
