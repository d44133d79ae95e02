"""Private parts of numba: where one is gone, this test names the version that broke it."""

from __future__ import annotations

import re
from pathlib import Path

import sgdtui
from sgdtui.simulate.compile import numba_internals
from sgdtui.simulate.compile.numba_internals import broken

PRIVATE = re.compile(r"\._(?:rebuild|reduce)\b|dispatcher\._cache\b")


def test_everything_is_still_there() -> None:
    assert broken() == []


def test_they_are_used_through_the_adapter_alone() -> None:
    room = Path(sgdtui.__file__).parent
    others = [path for path in room.rglob("*.py") if path != Path(numba_internals.__file__)]
    assert [path.name for path in others if PRIVATE.search(path.read_text())] == []
