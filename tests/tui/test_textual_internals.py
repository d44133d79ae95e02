"""Private parts of Textual and Rich: where one is gone, this test names the version that broke it."""

from __future__ import annotations

import re
from pathlib import Path

import sgdtui
from sgdtui.tui import textual_internals
from sgdtui.tui.textual_internals import broken

PRIVATE = re.compile(r"\btextual\._\w+|\._compositor\b|\._color_system\b|\._make_ansi_codes\b")


def test_everything_is_still_there() -> None:
    assert broken() == []


def test_they_are_used_through_the_adapter_alone() -> None:
    room = Path(sgdtui.__file__).parent
    found = [
        f"{path.relative_to(room)}: {match.group()}"
        for path in sorted(room.rglob("*.py"))
        if path != Path(textual_internals.__file__)
        for match in PRIVATE.finditer(path.read_text())
    ]
    assert found == []
