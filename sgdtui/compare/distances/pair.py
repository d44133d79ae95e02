"""Two laws on the same bins, as every distance wants them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array

ROUNDING = 1e-15
"""Where a prediction leaves no mass at all, this much is taken: less is below rounding of 1 - Σp."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The measured law and the predicted one.

    measured   (bins + 1,) masses of all bins, flat, and of all that lies outside
    predicted  the same of the other law; None for a singular law, of which only the distribution function is known
    along      an axis: the two distribution functions at its edges, each (bins + 1,)
    edges      one array of bin edges an axis
    """

    measured: Array
    predicted: Array | None
    along: tuple[tuple[Array, Array], ...]
    edges: tuple[Array, ...]

    @classmethod
    def of(
        cls,
        probability: Array,
        outside: float,
        other_probability: Array | None,
        other_outside: float,
        edges: tuple[Array, ...],
        distribution: Array | None = None,
    ) -> Pair:
        """The pair of two laws on the bins of a window.

        Args:
            probability: (bins…) the measured mass in each bin, summing to 1 - `outside`.
            outside: mass outside the window.
            other_probability, other_outside: the same of the predicted law; None for a singular one.
            edges: one array of bin edges an axis.
            distribution: (bins + 1,) the predicted law's distribution function at the edges, 1-D only; it says on
                which side the outside mass lies. Without it half lies on each side.

        Raises:
            ValueError: the predicted law has neither masses nor a distribution function.
        """
        measured = np.append(np.ravel(probability), outside)
        if other_probability is None:
            if distribution is None:
                raise ValueError("a law without masses needs a distribution function")
            known = np.asarray(distribution)
            own = cumulative(probability, outside, _side(known))
            return cls(measured, None, ((own, known),), edges)
        predicted = np.maximum(np.append(np.ravel(other_probability), other_outside), 0.0)
        predicted = predicted / max(
            predicted.sum(), 1.0
        )  # a predicted law may hold a little more than all there is
        if probability.ndim == 1 and distribution is not None:
            known = np.asarray(distribution)
            along = [(cumulative(probability, outside, _side(known)), known)]
        else:
            along = [
                (
                    cumulative(marginal(probability, axis), outside),
                    cumulative(marginal(other_probability, axis), other_outside),
                )
                for axis in range(probability.ndim)
            ]
        return cls(measured, predicted, tuple(along), edges)

    def gap(self, axis: int) -> Array:
        """F - G at the edges of an axis, (bins + 1,)."""
        f, g = self.along[axis]
        return f - g

    def over_bins(self, along: Array, axis: int) -> Array:
        """A function (bins,) of one axis on all bins, flat, its mean for what lies outside."""
        shape = tuple(len(edges) - 1 for edges in self.edges)
        whole = np.broadcast_to(along.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)
        return np.append(whole.ravel(), along.mean())


def marginal(probability: Array, axis: int) -> Array:
    """The masses along one axis, summed over the others, (bins,)."""
    others = tuple(i for i in range(probability.ndim) if i != axis)
    return np.asarray(probability.sum(axis=others))


def cumulative(masses: Array, outside: float, left: float = 0.5) -> Array:
    """The distribution function at the edges of one axis, (bins + 1,), with the share `left` of outside below."""
    return outside * left + np.concatenate([[0.0], np.cumsum(masses)])


def _side(distribution: Array) -> float:
    below, above = float(distribution[0]), 1.0 - float(distribution[-1])
    return below / (below + above) if below + above > ROUNDING else 0.5
