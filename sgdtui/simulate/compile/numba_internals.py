"""All that sgdtui uses of numba's private parts: when a new version breaks one of them, it breaks here."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any


def broken() -> list[str]:
    """What of it this installation lacks, each with the version that lacks it."""
    from numba.core import compiler, serialize
    from numba.core.dispatcher import Dispatcher

    wanted = (
        (compiler.CompileResult, "_rebuild"),
        (compiler.CompileResult, "_reduce"),
        (Dispatcher, "enable_caching"),
        (serialize, "dumps"),
    )
    return [
        f"numba {version('numba')} has no {getattr(owner, '__name__', owner)}.{name}"
        for owner, name in wanted
        if not hasattr(owner, name)
    ]


def use_cache(dispatcher: Any, cache: Any) -> None:
    """Let a dispatcher look into `cache` before it compiles, in place of numba's own files."""
    dispatcher._cache = cache


def rebuilt(target: Any, parts: tuple[Any, ...]) -> Any:
    """A compiled function from the parts that `parts_of` gave."""
    from numba.core import compiler

    rebuild: Any = compiler.CompileResult._rebuild
    return rebuild(target, *parts)


def parts_of(result: Any) -> bytes:
    """The parts of a compiled function, serialised."""
    from numba.core import serialize

    dumps: Any = serialize.dumps
    return bytes(dumps(result._reduce()))
