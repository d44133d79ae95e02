"""`sgdtui.check`: everything that is wrong with a preset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sgdtui.preset.load import check_file, find, load
from sgdtui.preset.text.problem import PresetError, Problem


def check(source: str | Path | Mapping[str, Any]) -> tuple[Problem, ...]:
    """Every mistake of a preset (a name, a file, or a mapping) with its place, warnings included; () where it is right.

    Raises:
        PresetError: there is no such preset, or its file cannot be read.
        TypeError: `source` is nothing of this kind.

    Examples:
        >>> print(sgdtui.check({"loss": "x**2/2", "noize": 1})[0].message)
        run["noize"]: unknown key 'noize'
    """
    if isinstance(source, str | Path):
        return check_file(find(source))[0]
    try:
        load(source)
    except PresetError as error:
        return error.problems
    return ()
