"""What the finite step of a simulated SDE adds to its law, as the comparison needs it: a difference with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array

EXTRAPOLATION = (np.array([1.0]), np.array([2.0, -1.0]), np.array([1.0, 0.5, -0.5]))
"""The weights of runs at dt, 2 dt and 4 dt that make the intercept, at dt = 0, of the line through what they measured.

Three runs make a third of the variance of two, and leave 5 in place of 2 times the part of second order.
"""


@dataclass(frozen=True, slots=True, eq=False)
class StepBias:
    """The law at the run's dt minus that of the SDE, on the bins.

    tv, tv_se   its total variation and the error of that
    cells       (bins + 1,) the difference in every bin and, last, outside, where it is known from predicted laws
    coarser     the shares, each (groups, bins + 1), that independent groups had in runs at 2 dt and, where there is
                one, at 4 dt: with them the difference is measured, and is that of the first of them
    left        the share of the difference that may be left once it is taken out: predicted laws leave their own
                errors, an extrapolation the part of second order
    """

    tv: float
    tv_se: float = 0.0
    cells: Array | None = None
    coarser: tuple[Array, ...] = ()
    left: float = 0.0

    @property
    def weights(self) -> Array:
        """Of the runs at dt, 2 dt and 4 dt, as many as there are: see `EXTRAPOLATION`."""
        return EXTRAPOLATION[len(self.coarser)]

    @property
    def bound(self) -> float:
        """The total variation that it may account for: the difference and its error, in quadrature."""
        return float(np.hypot(self.tv, self.tv_se))
