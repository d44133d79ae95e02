"""A number of an experiment that a person can turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dial:
    """A number that can be turned: `name` as `changed` knows it; `value` None stands for auto.

    `minimum` and `maximum` are the ends of the dial (a typed value may go further where the preset allows it; a
    parameter's ends are firm); `default` is what the preset said.
    """

    name: str
    value: float | None
    minimum: float | None
    maximum: float | None
    about: str
    logarithmic: bool
    integer: bool
    default: float | None


def number(given: Any, value: float | None) -> float | None:
    """What a document gives as a number; None for "auto", else `value` where it gives none."""
    if given == "auto":
        return None
    return float(given) if isinstance(given, int | float) else value
