"""How much memory there is: of the machine, of the control group, of the address space that this process may have."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_LOCK = threading.Lock()
_inside = 0
_former: tuple[int, int] | None = None


def available_memory() -> int | None:
    """Bytes that can still be had: the least of what the machine, the control group and the limit of the address
    space leave; None where nobody says.
    """
    limits = [limit for limit in (_machine(), _control_group(), _address_space()) if limit is not None]
    return min(limits) if limits else None


def _machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def _control_group() -> int | None:
    for limit, usage in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            return max(0, int(Path(limit).read_text()) - int(Path(usage).read_text()))
        except (OSError, ValueError):
            continue
    return None


def _address_space() -> int | None:
    """What `ulimit -v` leaves this process; None where there is no such limit."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit == resource.RLIM_INFINITY:
            return None
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return max(0, limit - pages * os.sysconf("SC_PAGE_SIZE"))
    except (ImportError, OSError, ValueError, IndexError):
        return None


@contextlib.contextmanager
def bounded(more: float) -> Iterator[None]:
    """Let this process take `more` bytes of address space than it has now and no more: beyond, a MemoryError is raised.

    A last resort for what could not be foreseen: without it the machine would end the whole process. The limit is of
    the process, so of several threads that are inside the first decides. Nothing happens where systems know no limit.
    """
    global _inside
    with _LOCK:
        if _inside == 0:
            _set(more)
        _inside += 1
    try:
        yield
    finally:
        with _LOCK:
            _inside -= 1
            if _inside == 0:
                _restore()


def _set(more: float) -> None:
    global _former
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        wanted = int(pages * os.sysconf("SC_PAGE_SIZE") + more)
        if soft == resource.RLIM_INFINITY or wanted < soft:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
            _former = soft, hard
    except (ImportError, OSError, ValueError, IndexError):
        return


def _restore() -> None:
    global _former
    if _former is not None:
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, _former)
        _former = None
