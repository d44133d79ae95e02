"""A dial: a number or a choice that can be turned, how far a notch goes, and where it stands on its slider."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sgdtui.tui.draw.scale import number

STEPS_A_DECADE = 20


@dataclass(frozen=True, slots=True)
class Dial:
    """A number or a choice that can be turned.

    path      the dotted path of the preset that it changes: "dynamics.eta", "parameters.s"
    label     how it is called on the screen: η, B, s
    value     the number, or one of `options`
    initial   what the preset said
    low, high its range, None where there is none
    whole     whether it takes whole numbers only
    decades   whether it is turned by a factor rather than by a step
    warning   why the present value is dangerous, "" where it is not
    edge      the value from which steps diverge, None where there is none or it is not known
    """

    path: str
    label: str
    value: float | str
    initial: float | str
    low: float | None = None
    high: float | None = None
    whole: bool = False
    decades: bool = False
    options: tuple[str, ...] = ()
    about: str = ""
    warning: str = ""
    edge: float | None = None

    def turned(self, by: int) -> float | str:
        """The value `by` notches further, inside the range."""
        if self.options:
            place = self.options.index(str(self.value)) if self.value in self.options else 0
            return self.options[(place + by) % len(self.options)]
        value = float(self.value)
        if self.whole:
            new = float(round(value * 2**by)) if self.decades else value + by
            if new == value:
                new = value + by
        elif self.decades and value > 0:
            new = 10 ** (round(math.log10(value) * STEPS_A_DECADE + by) / STEPS_A_DECADE)
            new = float(f"{new:.2g}")
            if new == float(f"{value:.2g}"):
                new = value * 10 ** (by / STEPS_A_DECADE)
        else:
            span = (self.high - self.low) if self.low is not None and self.high is not None else None
            step = _round_step(span / 40 if span else max(abs(value), 0.1) / 20)
            new = round(value / step + by) * step
            new = float(f"{new:.10g}")
        return self.clipped(new)

    def share(self, value: float | None) -> float | None:
        """Where on its slider a value stands, 0 to 1; None where there is no slider or no value on it."""
        if self.options or value is None or self.low is None or self.high is None or not self.high > self.low:
            return None
        if self.decades and self.low > 0 and value > 0:
            place = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            place = (value - self.low) / (self.high - self.low)
        return place if 0 <= place <= 1 else None

    def at(self, share: float) -> float | str:
        """The value of a place on the slider, rounded as turning rounds."""
        if self.low is None or self.high is None:
            return self.value
        if self.decades and self.low > 0:
            return self.clipped(float(f"{self.low * (self.high / self.low) ** share:.2g}"))
        step = _round_step((self.high - self.low) / 40)
        raw = self.low + share * (self.high - self.low)
        return self.clipped(float(f"{round(raw / step) * step:.10g}"))

    def clipped(self, value: float) -> float:
        """The nearest value that is allowed."""
        if self.low is not None:
            value = max(value, self.low)
        if self.high is not None:
            value = min(value, self.high)
        return float(round(value)) if self.whole else value

    def read(self, text: str) -> float | str:
        """The value that was typed. Raises ValueError with one line that says what is allowed."""
        if self.options:
            matches = [option for option in self.options if option.startswith(text.strip().lower())]
            if len(matches) != 1:
                raise ValueError(f"{self.label} is one of {', '.join(self.options)}")
            return matches[0]
        try:
            value = float(text.replace("−", "-"))
        except ValueError:
            raise ValueError(f"{text!r} is not a number") from None
        if not math.isfinite(value):
            raise ValueError(f"{self.label} must be finite")
        if self.whole and value != round(value):
            raise ValueError(f"{self.label} must be a whole number")
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise ValueError(f"{self.label} is from {_end(self.low, '−∞')} to {_end(self.high, '∞')}")
        return value

    @property
    def written(self) -> str:
        """The value as the panel shows it."""
        if self.options or isinstance(self.value, str):
            return str(self.value)
        if self.whole:
            return f"{int(self.value)}" if abs(self.value) < 1e6 else number(self.value)
        return number(self.value, 3 if abs(self.value) < 1e4 else 2)


def _end(value: float | None, infinite: str) -> str:
    return infinite if value is None else number(value)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 0.1
    return min((f * power for f in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / raw))) if raw > 0 else 0.1
