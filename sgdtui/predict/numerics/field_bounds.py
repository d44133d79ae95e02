"""What the fields of a one-dimensional system lie between on an interval, and where they are not smooth.

Symbolic fields are bounded by interval arithmetic, which proves that nothing narrow was missed. Means over examples
are bounded by what they are at a few places of the interval and a margin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression import Expression
from sgdtui.expression.interval import enclosure
from sgdtui.expression.switches import turns
from sgdtui.model.fields import Fields, SymbolicFields
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.numerics.breakpoints import breakpoints

Bounds: TypeAlias = tuple[Array, Array]

_PLACES = 9
_MARGIN = 0.5


class FieldBounds(Protocol):
    """Lower and upper bounds on the intervals from `low` to `high`, (n,) each; infinite where nothing is known."""

    def gradient(self, low: Array, high: Array) -> Bounds:
        """Of g, minus the drift."""

    def variance(self, low: Array, high: Array) -> Bounds:
        """Of Σ."""

    def loss(self, low: Array, high: Array) -> Bounds:
        """Of the loss."""

    def breakpoints(self, cut: Array) -> Array:
        """Places between the ends of `cut` (increasing) where a field has a kink or a jump, if known."""


def bounds_of(found: Fields) -> FieldBounds:
    """The bounds of the fields of a one-dimensional system."""
    return _Enclosed(found) if isinstance(found, SymbolicFields) else _Sampled(found)


class _Enclosed:
    def __init__(self, found: SymbolicFields) -> None:
        self.found = found
        (self.variable,) = found.equations.variables

    def _of(self, expression: Expression, low: Array, high: Array) -> Bounds:
        return enclosure(expression, {**self.found.values, self.variable: (low, high)}, low.shape)

    def gradient(self, low: Array, high: Array) -> Bounds:
        below, above = self._of(self.found.equations.drift[0], low, high)
        return -above, -below

    def variance(self, low: Array, high: Array) -> Bounds:
        return self._of(self.found.equations.covariance[0][0], low, high)

    def loss(self, low: Array, high: Array) -> Bounds:
        """By the mean value where that is the narrower bound."""
        expression = self.found.equations.loss
        assert expression is not None
        below, above = self._of(expression, low, high)
        middle = (low + high) / 2
        with np.errstate(all="ignore"):
            value = self.found.loss(middle[:, None])
            steepest = np.max(np.abs(self.gradient(low, high)), axis=0)
            reach = steepest * (high - low) / 2
            # A loss that jumps has no mean value; its gradient says nothing of the jump.
            smooth = np.isfinite(value) & np.isfinite(reach) & ~self._jumps(low, high)
            below = np.where(smooth, np.fmax(below, value - reach), below)
            above = np.where(smooth, np.fmin(above, value + reach), above)
        return below, above

    def _jumps(self, low: Array, high: Array) -> NDArray[np.bool_]:
        """Whether some switch of the loss may turn within each interval."""
        expression = self.found.equations.loss
        assert expression is not None
        turning = np.zeros(low.shape, dtype=bool)
        for switch in turns(expression, (self.variable,)):
            below, above = self._of(switch.value, low, high)
            turning |= (np.floor(below) != np.floor(above)) if switch.whole else (below <= 0) & (above >= 0)
        return np.asarray(turning)

    def breakpoints(self, cut: Array) -> Array:
        equations = self.found.equations
        expressions = [equations.drift[0], equations.covariance[0][0]]
        if equations.loss is not None:
            expressions.append(equations.loss)
        turning = [s for e in expressions for s in turns(e, (self.variable,))]
        return breakpoints(turning, self.variable, self.found.values, cut)


class _Sampled:
    def __init__(self, found: Fields) -> None:
        self.found = found

    def _of(self, function: Callable[[Array], Array], low: Array, high: Array) -> Bounds:
        if len(low) == 0:
            return low, high
        shares = np.linspace(0, 1, _PLACES)
        places = low[:, None] + (high - low)[:, None] * shares
        with np.errstate(all="ignore"):
            values = function(places.reshape(-1, 1)).reshape(places.shape)
            below, above = values.min(axis=1), values.max(axis=1)
            margin = _MARGIN * (above - below)
            known = np.isfinite(values).all(axis=1) & np.isfinite(margin)
        # What is never negative stays so: a margin must not make a variance look as if it could vanish.
        least = np.where(below > 0, np.maximum(below - margin, below / 2), below - margin)
        return np.where(known, least, -np.inf), np.where(known, above + margin, np.inf)

    def gradient(self, low: Array, high: Array) -> Bounds:
        return self._of(lambda x: self.found.gradient(x)[:, 0], low, high)

    def variance(self, low: Array, high: Array) -> Bounds:
        return self._of(lambda x: self.found.covariance(x)[:, 0, 0], low, high)

    def loss(self, low: Array, high: Array) -> Bounds:
        return self._of(self.found.loss, low, high)

    def breakpoints(self, cut: Array) -> Array:
        return self.found.breakpoints(cut) if isinstance(self.found, SampleFields) else np.empty(0)
