"""One axis of the map: the values of a swept setting, brought to positions on a line, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sgdtui.tui.draw.scale import tick_labels, ticks

SPREAD = 8.0
"""Numbers whose largest is this many times their smallest stand on a logarithmic axis to begin with."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis of a setting.

    name    the setting
    kinds   its texts or truth values in order, where it has no numbers; they stand at 0, 1, …
    log     whether positions are logarithms (base 10)
    places  the distinct positions there are, sorted
    """

    name: str
    kinds: tuple[str, ...]
    log: bool
    places: tuple[float, ...]

    @property
    def gap(self) -> float:
        """The widest gap between neighbours: the side of a cell of the coarse grid."""
        return max((b - a for a, b in zip(self.places, self.places[1:], strict=False)), default=1.0) or 1.0

    @property
    def limits(self) -> tuple[float, float]:
        """From half a gap before the first position to half a gap after the last."""
        if not self.places:
            return (0.0, 1.0)
        return (self.places[0] - self.gap / 2, self.places[-1] + self.gap / 2)

    def position(self, value: Any) -> float:
        """Where a value stands; NaN where it cannot."""
        if self.kinds:
            return float(self.kinds.index(str(value))) if str(value) in self.kinds else math.nan
        if not _is_number(value):
            return math.nan
        if self.log:
            return math.log10(value) if value > 0 else math.nan
        return float(value)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most so many positions with their labels."""
        low, high = self.limits
        if self.kinds:
            return [(float(i), kind) for i, kind in enumerate(self.kinds)][: max(most, 1)]
        labels = [short(10**place if self.log else place) for place in self.places[: most + 1]]
        if len(labels) <= most and all(len(label) <= 3 for label in labels):
            return list(zip(self.places, labels, strict=True))
        if not self.log:
            found = ticks(low, high, most)
            return list(zip(found, tick_labels(found), strict=True))
        for factors in ((1, 2, 5), (1, 3), (1,)):
            decades = range(math.floor(low), math.ceil(high) + 1)
            places = [math.log10(f) + d for d in decades for f in factors]
            inside = [place for place in places if low <= place <= high]
            if len(inside) <= most:
                break
        inside = inside[:: max(1, math.ceil(len(inside) / max(most, 1)))]
        return [(place, short(10**place)) for place in inside]


def axis_of(name: str, values: Sequence[Any], log: bool | None = None) -> Axis:
    """The axis of the values of a column; `log` None: as they are spread."""
    there = [value for value in values if value is not None]
    if not all(_is_number(value) for value in there):
        kinds = tuple(sorted({str(value) for value in there}))
        return Axis(name, kinds, False, tuple(float(i) for i in range(len(kinds))))
    numbers = sorted({float(value) for value in there})
    positive = bool(numbers) and numbers[0] > 0
    wanted = (positive and numbers[-1] >= SPREAD * numbers[0]) if log is None else log
    log = wanted and positive
    return Axis(name, (), log, tuple(math.log10(v) if log else v for v in numbers))


def short(value: float) -> str:
    """A setting's value in at most four digits; a whole number whole."""
    whole = float(value).is_integer() and abs(value) < 1e7
    text = (f"{value:.0f}" if whole else f"{value:.4g}").replace("-", "−")
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def said(value: Any) -> str:
    """A setting's value as the screen writes it."""
    return short(float(value)) if _is_number(value) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
