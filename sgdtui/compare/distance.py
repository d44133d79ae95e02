"""Five distances between two laws given by the mass in every bin of the window, and one bin for all outside it."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.comparison import Distances

ROUNDING = 1e-15
"""Where a prediction leaves no mass at all, KL counts this much: less is below rounding of 1 - Σp."""


def distances(
    probability: Array,
    outside: float,
    other_probability: Array | None,
    other_outside: float,
    edges: tuple[Array, ...],
    distribution: Array | None = None,
) -> Distances:
    """How far the first law (the measured one) is from the other (the predicted one).

    Args:
        probability: (bins…) mass in each bin of the window, summing to 1 - `outside`.
        outside: mass outside the window; it counts as one more bin for TV, KL and Hellinger.
        other_probability: the same of the other law; None for a singular law, which has only a `distribution`.
        other_outside: mass of the other law outside the window.
        edges: one array of bin edges an axis.
        distribution: (bins + 1,) the other law's distribution function at the edges, 1-D only; it says on which
            side the outside mass lies. Without it half lies on each side.

    Returns:
        tv, kl and hellinger over the bins; ks and w1 from the distribution functions at the edges (in 2-D of the
        marginals, the larger one). w1 counts the window only. A singular law has ks and w1 alone.

    Raises:
        ValueError: the other law has neither masses nor a distribution function.
    """
    if other_probability is None:
        if distribution is None:
            raise ValueError("a law without masses needs a distribution function")
        ks, w1 = _of_distributions(
            cumulative(probability, outside, _side(distribution)), np.asarray(distribution), edges[0]
        )
        return Distances(tv=None, kl=None, hellinger=None, ks=ks, w1=w1)
    p = np.append(np.ravel(probability), outside)
    q = np.maximum(np.append(np.ravel(other_probability), other_outside), 0.0)
    q = q / max(q.sum(), 1.0)  # a predicted law may hold a little more than all probability
    seen = p > 0
    kl = float(np.sum(p[seen] * (np.log(p[seen]) - np.log(np.where(q[seen] > 0, q[seen], ROUNDING)))))
    along = [
        _of_distributions(*pair, axis_edges)
        for pair, axis_edges in zip(
            _marginal_distributions(probability, outside, other_probability, other_outside, distribution),
            edges,
            strict=True,
        )
    ]
    return Distances(
        tv=float(0.5 * np.abs(p - q).sum()),
        kl=max(kl, 0.0),
        hellinger=float(np.sqrt(0.5 * np.sum((np.sqrt(p) - np.sqrt(q)) ** 2))),
        ks=max(ks for ks, _ in along),
        w1=max(w1 for _, w1 in along),
    )


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


def _marginal_distributions(
    probability: Array, outside: float, other: Array, other_outside: float, distribution: Array | None
) -> list[tuple[Array, Array]]:
    if probability.ndim == 1 and distribution is not None:
        return [(cumulative(probability, outside, _side(distribution)), np.asarray(distribution))]
    return [
        (cumulative(marginal(probability, axis), outside), cumulative(marginal(other, axis), other_outside))
        for axis in range(probability.ndim)
    ]


def _of_distributions(f: Array, g: Array, edges: Array) -> tuple[float, float]:
    """KS, and W1 = ∫|F - G| dx with the gap linear within a bin (a change of sign inside one included)."""
    gap = f - g
    a, b = gap[:-1], gap[1:]
    total = np.abs(a) + np.abs(b)
    crossing = a * b < 0
    mean = np.where(crossing, (a * a + b * b) / np.where(total > 0, 2 * total, 1.0), total / 2)
    return float(np.max(np.abs(gap))), float(np.sum(mean * np.diff(edges)))
