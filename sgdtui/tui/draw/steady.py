"""Steps that do not flicker: a value is drawn at a new step only when it has clearly left the old one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Steady:
    """Rounds arrays to whole steps with hysteresis: a step is kept until the value is `slack` away from it.

    With slack .5 this is plain rounding. The memory is dropped when the shape changes or by `forget`.
    """

    def __init__(self, slack: float = 0.75) -> None:
        self.slack = slack
        self._steps: NDArray[np.int64] | None = None

    def forget(self) -> None:
        """Starts anew."""
        self._steps = None

    def of(self, values: np.ndarray) -> NDArray[np.int64]:
        """The steps to draw for `values` (in units of one step; not finite is step 0)."""
        finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        rounded = np.rint(finite).astype(np.int64)
        if self._steps is None or self._steps.shape != rounded.shape:
            self._steps = rounded
        else:
            self._steps = np.where(np.abs(finite - self._steps) >= self.slack, rounded, self._steps)
        return self._steps
