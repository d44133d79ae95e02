"""A parameter of a preset: a named number with a range, shown as a dial."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number that expressions may use and that a person may turn.

    `minimum` and `maximum` bound the dial (None: unbounded on that side); `about` is one line for a tooltip.
    """

    name: str
    value: float
    minimum: float | None = None
    maximum: float | None = None
    about: str = ""
