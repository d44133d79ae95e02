"""What the finite step of a simulated SDE adds to its law, as the comparison needs it: a difference with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
class StepBias:
    """The law at the run's dt minus that of the SDE, on the bins.

    tv, tv_se   its total variation and the error of that
    cells       (bins + 1,) the difference in every bin and, last, outside, where it is known from predicted laws
    coarser     the shares, each (groups, bins + 1), that independent groups had in runs at 2 dt, 4 dt, …: with them the
                difference is measured, and is that of the first of them
    left        the share of the difference that may be left once it is taken out: predicted laws leave their own
                errors, an extrapolation from dt and 2 dt the part of second order, and one from 4 dt, too, more of it
    """

    tv: float
    tv_se: float = 0.0
    cells: Array | None = None
    coarser: tuple[Array, ...] = ()
    left: float = 0.0

    @property
    def weights(self) -> Array:
        """Of the runs at dt, 2 dt, …, (runs,): they make the intercept of the line through what they measured.

        Two runs get 2 and -1 (Richardson), three 1, ½ and -½, which makes a third of the variance.
        """
        steps = 2.0 ** np.arange(1 + len(self.coarser))
        if len(steps) == 1:
            return np.ones(1)
        total, squares = steps.sum(), float(steps @ steps)
        return np.asarray((squares - total * steps) / (len(steps) * squares - total**2))

    @property
    def bound(self) -> float:
        """The total variation that it may account for: the difference and its error, in quadrature."""
        return float(np.hypot(self.tv, self.tv_se))
