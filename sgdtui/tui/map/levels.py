"""Levels that a contour may stand at: round numbers within the range of a measure."""

from __future__ import annotations

import math

from sgdtui.tui.draw.scale import ticks


def levels_of(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten where the range spans a decade above nought, else round steps."""
    if low >= 0 and high > 0 and high > 8 * max(low, high * 1e-4):
        floor = max(low, high * 1e-4)
        decades = range(math.floor(math.log10(floor)), math.ceil(math.log10(high)) + 1)
        found = [float(f"{factor}e{decade}") for decade in decades for factor in (1, 2, 5)]
        return [level for level in found if floor < level < high]
    return [level for level in ticks(low, high, 9) if low < level < high]


def first_level(levels: list[float]) -> float | None:
    """.05 where it is one of them, else the middle one."""
    if not levels:
        return None
    return 0.05 if 0.05 in levels else levels[len(levels) // 2]
