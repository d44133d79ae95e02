"""Compiled functions, kept on disk for this user alone.

A file of the cache holds machine code that will be executed, so it is read only from a folder that no other user can
have written to: owned by this user, mode 0700, below folders that nobody else can rename. Anything else (a foreign or
open folder, a full or read-only disk) means no cache, never an error. A file is named by the hash of all that the code
depends on, written whole under another name and then moved into place, and begins with the hash of its own content, so
that two processes or a crash can never leave half of one.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

from sgdtui.settings.paths import cache_folder
from sgdtui.simulate.compile.numba_internals import parts_of, rebuilt, use_cache
from sgdtui.simulate.machine.target import compiled_for, njit

MAX_FILES = 512
"""Beyond this many kernels the oldest go."""

_DIGEST = 32

SAFE_MATH = frozenset({"nsz", "arcp", "contract", "afn"})
"""Fast arithmetic that still knows NaN and infinity, and keeps the order in which a reduction was written."""


class Compiled:
    """A function of machine code: `address` for calls from other kernels, `call` for Python where it was asked for."""

    def __init__(self, result: Any, from_disk: bool) -> None:
        self._result = result
        self.from_disk = from_disk
        self.call: Callable[..., Any] = result.entry_point

    @property
    def address(self) -> int:
        """Where the C-callable entry lies."""
        name = self._result.fndesc.llvm_cfunc_wrapper_name
        return int(self._result.library.get_pointer_to_function(name))


def compiled(
    function: Callable[..., Any],
    signature: Any,
    text: str,
    *,
    from_python: bool = False,
    reassociate: bool = False,
) -> Compiled:
    """Machine code of `function` for `signature`, from the cache if `text` (all that it is made of) is known there.

    `from_python` adds what Python needs to call it; a function without it allocates no arrays, and counts no
    references to those that it is given. `reassociate` lets sums over lanes be taken in vectors.
    """
    key = _key(text, str(signature), from_python, reassociate)
    dispatcher = njit(
        nogil=True,
        error_model="numpy",
        fastmath=set(SAFE_MATH | {"reassoc"}) if reassociate else set(SAFE_MATH),
        no_cpython_wrapper=not from_python,
        _nrt=from_python,
    )(function)
    shelf = _Shelf(key)
    use_cache(dispatcher, shelf)
    dispatcher.compile(signature)
    return Compiled(dispatcher.overloads[tuple(signature.args)], shelf.hit)


class _Shelf:
    """What numba asks of a cache, for one function and one file."""

    cache_path = None

    def __init__(self, key: str) -> None:
        self.key = key
        self.hit = False

    def load_overload(self, _signature: Any, target: Any) -> Any:
        folder = private_folder()
        if folder is None:
            return None
        target.refresh()
        payload = _read(folder / f"{self.key}.kernel")
        if payload is None:
            return None
        try:
            result = rebuilt(target, pickle.loads(payload))
        except Exception:  # a file that an older build of the same versions wrote: compile again
            return None
        self.hit = True
        return result

    def save_overload(self, _signature: Any, result: Any) -> None:
        folder = private_folder()
        if folder is None or result.library.has_dynamic_globals:
            return
        try:
            _write(folder / f"{self.key}.kernel", parts_of(result))
            _prune(folder)
        except OSError:
            return

    def enable(self) -> None:
        """Numba's interface; there is nothing to enable."""

    def disable(self) -> None:
        """Numba's interface; the cache is off where there is no private folder."""

    def flush(self) -> None:
        """Numba's interface; files are named by content and never go stale."""


def _key(text: str, signature: str, from_python: bool, reassociate: bool) -> str:
    parts = (text, signature, str(from_python), str(reassociate), *environment())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


@lru_cache(maxsize=1)
def environment() -> tuple[str, ...]:
    """All that machine code depends on beside its text: versions, processor and its features."""
    import llvmlite

    import sgdtui

    return (
        sgdtui.__version__,
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        sys.version,
        platform.machine(),
        sys.platform,
        *compiled_for(),
        *(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("NUMBA_")),
    )


def cache_root() -> Path:
    """The folder that holds the kernels."""
    return cache_folder() / "kernels"


def private_folder() -> Path | None:
    """The cache folder, made if need be; None where it is not this user's alone (the reason: `why_no_cache`)."""
    folder = cache_root()
    return folder if why_no_cache(folder) is None else None


def why_no_cache(folder: Path) -> str | None:
    """One line that says why kernels are not kept in `folder`, or None if they are (it is then there and private)."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = folder.lstat()
    except OSError as error:
        return f"{folder}: {error.strerror or error}"
    if not stat.S_ISDIR(own.st_mode):
        return f"{folder} is not a folder"
    if not hasattr(os, "geteuid"):
        return None
    if own.st_uid != os.geteuid():
        return f"{folder} belongs to another user"
    if own.st_mode & 0o077:
        return f"{folder} is open to other users (it must have mode 0700)"
    for above in folder.resolve().parents:
        try:
            place = above.stat()
        except OSError as error:
            return f"{above}: {error.strerror or error}"
        if place.st_uid not in (0, os.geteuid()):
            return f"{above} belongs to another user"
        if place.st_mode & 0o022 and not place.st_mode & stat.S_ISVTX:
            return f"{above} can be written by other users"
    return None


def _read(path: Path) -> bytes | None:
    """The content of a file of the cache, or None if it is missing, cut short or not a plain file of this user."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or (hasattr(os, "geteuid") and status.st_uid != os.geteuid()):
            return None
        try:
            content = file.read()
        except OSError:
            return None
    digest, payload = content[:_DIGEST], content[_DIGEST:]
    return payload if hashlib.sha256(payload).digest() == digest else None


def _write(path: Path, payload: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _prune(folder: Path) -> None:
    kernels = list(folder.glob("*.kernel"))
    if len(kernels) <= MAX_FILES:
        return
    by_age = sorted(kernels, key=lambda path: path.stat().st_mtime)
    for path in by_age[: len(kernels) - MAX_FILES]:
        path.unlink(missing_ok=True)
