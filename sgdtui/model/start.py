"""Where walkers start."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.model.loss import Interval


@dataclass(frozen=True, slots=True)
class At:
    """All walkers at one point, (d,)."""

    point: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform in a box, one interval a variable."""

    box: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Normal:
    """Independent normals, mean and standard deviation a variable."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]


Start = At | Uniform | Normal
