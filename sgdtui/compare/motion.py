"""What the walkers were seen to do, beside the law that they show: rest, arrive, or get lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

_BARELY = 0.5
"""With finer steps fewer than this share of the losses in the same time: the losses are the scheme's."""
_HARDLY = 0.75
"""With finer steps more than this share of the losses: they are the equation's, if there are enough to tell."""
_ENOUGH = 100
"""Walkers lost by the coarsest steps, from which it can be seen that finer ones lose as many."""
_BEARABLE = 1e-3
"""The share of lost walkers below which a step counts as stable."""


@dataclass(frozen=True, slots=True)
class Losses:
    """The share of walkers that Euler's scheme loses over one and the same stretch of time, for several dt.

    The coarsest first; `walkers` is the number that each was tried with.
    """

    dts: tuple[float, ...]
    shares: tuple[float, ...]
    walkers: int

    @property
    def of_the_scheme(self) -> bool:
        """Whether finer steps lose clearly fewer, so that it is the scheme that diverges and not the equation."""
        error = (self.shares[0] + self.shares[-1]) ** 0.5 / self.walkers**0.5
        bearable = min(_BARELY * self.shares[0], self.shares[0] - 3 * error)
        return bool(self.shares[-1] < bearable)

    @property
    def of_the_equation(self) -> bool:
        """Whether steps many times finer lose as many, so that it is the equation that sends them away."""
        error = (self.shares[0] + self.shares[-1]) ** 0.5 / self.walkers**0.5
        if self.shares[0] * self.walkers < _ENOUGH:
            return False
        return bool(self.shares[-1] > max(_HARDLY * self.shares[0], self.shares[0] - 2.5 * error))

    @property
    def stable_dt(self) -> float | None:
        """The largest dt that was tried and loses next to none; else what the trend of the losses leads to.

        None where the losses hardly fall, so that a trend says nothing.
        """
        for dt, share in zip(self.dts, self.shares, strict=True):
            if share < min(_BEARABLE, 0.1 * self.shares[0]):
                return dt
        slope = math.log(self.shares[0] / self.shares[-1]) / math.log(self.dts[0] / self.dts[-1])
        if slope < 0.1:
            return None
        return float(self.dts[-1] * (_BEARABLE / self.shares[-1]) ** (1 / slope))


@dataclass(frozen=True, slots=True)
class Motion:
    """What the walkers were seen to do.

    still    whether the averages of the two halves of what was recorded are the same; None where it is not known
    arrived  whether every walker has come to a place where nothing moves it any more
    lost     the share of walkers that were dropped: not finite, or beyond 1e12
    rate     the share of those left that was lost a step of the later half; None where it is not known
    losses   what finer steps of an SDE lose; None where it was not tried
    steps    that every walker took
    walkers  that there were at the start
    """

    still: bool | None = None
    arrived: bool = False
    lost: float = 0.0
    rate: float | None = None
    losses: Losses | None = None
    steps: int = 0
    walkers: int = 0
