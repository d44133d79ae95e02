"""Numbers as people read them, round ticks, and limits that do not twitch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


def number(value: float | None, digits: int = 3) -> str:
    """A number in `digits` significant digits, without a needless zero: .0694, 1.25, 5.1e6; — where there is none."""
    if value is None or not math.isfinite(value):
        return "—"
    if value == 0:
        return "0"
    size = abs(value)
    if 1e-3 <= size < 10**digits or (size < 1e5 and float(value).is_integer()):
        places = max(0, digits - 1 - math.floor(math.log10(size)))
        text = f"{value:.{places}f}"
        if "." in text and size >= 1:
            text = text.rstrip("0").rstrip(".") if len(text.split(".")[1]) > 2 or digits > 3 else text
        return text.replace("0.", ".", 1) if size < 1 else text
    mantissa, exponent = f"{value:.{max(0, digits - 2)}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def count(value: float) -> str:
    """A count in engineering letters: 950, 65.5 k, 2.1 M, 4.3 G."""
    if not math.isfinite(value):
        return "—"
    for letter, unit in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= unit:
            scaled = value / unit
            return f"{scaled:.0f} {letter}" if scaled >= 100 else f"{scaled:.1f} {letter}"
    return f"{value:.0f}"


def with_error(value: float | None, se: float | None) -> str:
    """Value ± error, the value to the error's second digit."""
    if value is None or not math.isfinite(value):
        return "—"
    if se is None or not math.isfinite(se) or se <= 0:
        return number(value, 4)
    places = min(8, max(0, 1 - math.floor(math.log10(se))))
    return f"{_plain_decimal(value, places)} ± {_plain_decimal(se, places)}"


def parenthesised(value: float | None, se: float | None) -> str:
    """Value with its error's one digit in brackets: .9644(2), 12.3(4); without an error four digits."""
    if value is None or not math.isfinite(value):
        return "—"
    if se is None or not math.isfinite(se) or se <= 0:
        return number(value, 4)
    places = -math.floor(math.log10(se))
    digit = round(se * 10.0**places)
    if digit >= 10:
        places, digit = places - 1, 1
    if places <= 0:
        return f"{value:.0f}({round(se):d})"
    return f"{_plain_decimal(value, min(places, 9))}({digit})"


PERCENT_SEEN = 5e-4
"""A share whose error is smaller is told to a tenth of a percent and without it."""


def percent(share: float, se: float | None = None) -> str:
    """A share as a percentage: 96.4 %, 3.6(2) %, .04 %."""
    value = 100 * share
    if se is not None and math.isfinite(se) and se > PERCENT_SEEN:
        return f"{parenthesised(value, 100 * se)} %"
    if value >= 99.95:
        return "100 %"
    text = f"{value:.1f}".removesuffix(".0") if value >= 1 else number(value, 2)
    return f"{text} %"


def _plain_decimal(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and "." in text else text


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` of them, 1, 2 or 5 times a power of ten apart."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return []
    raw = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5, 10, 20):
        step = factor * power
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [0.0 if i == 0 else i * step for i in range(first, last + 1)]
    return []


def tick_labels(values: Sequence[float]) -> list[str]:
    """Labels of one form for a whole axis."""
    if not values:
        return []
    largest = max(abs(v) for v in values)
    step = min((abs(b - a) for a, b in pairwise(values)), default=largest or 1.0)
    if largest >= 1e5 or (0 < largest < 1e-3):
        return ["0" if v == 0 else number(v, 2) for v in values]
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return [f"{v:.{min(places, 6)}f}".replace("-", "−") for v in values]


def finite_range(
    arrays: Sequence[np.ndarray], fallback: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float]:
    """The smallest and largest finite number in the arrays."""
    low, high = math.inf, -math.inf
    for array in arrays:
        good = array[np.isfinite(array)]
        if good.size:
            low, high = min(low, float(good.min())), max(high, float(good.max()))
    return (low, high) if low < high else ((low - 0.5, low + 0.5) if low == high else fallback)


@dataclass(slots=True)
class SteadyTop:
    """The top of a vertical axis: grows at once when data pass it, shrinks only when they fill under 60 % of it."""

    top: float = 0.0

    def of(self, peak: float) -> float:
        """The top to use now for data with this peak."""
        if not math.isfinite(peak) or peak <= 0:
            return self.top or 1.0
        if peak > self.top or peak < 0.6 * self.top:
            self.top = peak * 1.12
        return self.top
