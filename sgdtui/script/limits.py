"""What a call may ask of the machine: threads, processes, seconds."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from sgdtui.preset.text.problem import PresetError
from sgdtui.preset.text.values import described


def hold_to_limits(*, threads: Any = None, workers: Any = None, budget: Any = 1.0) -> None:
    """`threads` and `workers` count from 1 (None: one a core), `budget` is above 0 seconds. Raises PresetError."""
    for name, count in (("threads", threads), ("workers", workers)):
        whole = isinstance(count, Integral) and not isinstance(count, bool)
        if count is not None and not (whole and count >= 1):
            raise PresetError.plain(
                f"{name}: {described(count)} is no count",
                "allowed: a whole number from 1, or None for one a core",
            )
    number = isinstance(budget, Real) and not isinstance(budget, bool)
    if not (number and math.isfinite(budget) and budget > 0):
        raise PresetError.plain(f"budget: {described(budget)} is no time", "allowed: seconds above 0")
