"""Standard errors of the distances between the measured law and a predicted one, by the delta method.

A distance changes by ψ(x) for each share of walkers more at x, so its error is that of the mean of ψ, which the groups
of walkers tell, however slowly they mix. ψ is ½·sign(p - q) for TV, ln(p/q) for KL, (1 - √(q/p))/(4H) for Hellinger,
the step at the largest gap for KS and the integral of sign(G - F) for W1.
"""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.comparison import Distances
from sgdtui.compare.distance import ROUNDING, cumulative, marginal
from sgdtui.compare.groups import variance_of_mean


def distance_errors(
    samples: Array,
    shares: Array,
    other_probability: Array | None,
    other_outside: float,
    edges: tuple[Array, ...],
    found: Distances,
    floor: Distances,
    distribution: Array | None = None,
) -> Distances:
    """One standard error for each distance; None where the distance does not exist.

    Near zero a distance is no longer linear in the law: below twice its sampling floor its error is at least the floor.

    Args:
        samples, shares: of each group, as `groups.frequencies` gives them; NaN errors for a single group.
        other_probability, other_outside, edges, distribution: as for `distance.distances`.
        found, floor: the distances, and what sampling alone would show.
    """
    p = np.tensordot(samples / samples.sum(), shares, axes=1)
    shape = tuple(len(axis) - 1 for axis in edges)
    window = p[:-1].reshape(shape)
    psi: dict[str, Array] = {}
    if other_probability is not None:
        q = np.maximum(np.append(np.ravel(other_probability), other_outside), 0.0)
        there, foreseen = np.where(p > 0, p, 1.0), np.where(q > 0, q, ROUNDING)
        psi["tv"] = np.sign(p - q) / 2
        psi["kl"] = np.where(p > 0, np.log(there) - np.log(foreseen), 0.0)
        psi["hellinger"] = np.where(p > 0, 1 - np.sqrt(q / there), 0.0) / (
            4 * max(found.hellinger or 0.0, 1e-12)
        )
        along = [
            (
                cumulative(marginal(window, axis), p[-1]),
                cumulative(marginal(other_probability, axis), other_outside),
            )
            for axis in range(len(shape))
        ]
    else:
        assert distribution is not None
        along = [(cumulative(window, p[-1]), np.asarray(distribution))]
    gaps = [f - g for f, g in along]
    widest = max(range(len(gaps)), key=lambda axis: float(np.abs(gaps[axis]).max()))
    at = int(np.argmax(np.abs(gaps[widest])))
    psi["ks"] = _over_bins((np.arange(shape[widest]) < at).astype(float), widest, shape)
    areas = [np.abs(gap[1:] + gap[:-1]) @ np.diff(axis) for gap, axis in zip(gaps, edges, strict=True)]
    largest = int(np.argmax(areas))
    slope = np.sign(gaps[largest][1:] + gaps[largest][:-1]) * np.diff(edges[largest])
    psi["w1"] = _over_bins(-np.cumsum(slope), largest, shape)

    def error(name: str, distance: float | None, least: float | None) -> float | None:
        if distance is None or name not in psi:
            return None
        own = float(np.sqrt(variance_of_mean(shares @ psi[name], samples)))
        return max(own, least) if least is not None and distance < 2 * least else own

    names = ("tv", "kl", "hellinger", "ks", "w1")
    return Distances(*(error(*each) for each in zip(names, astuple(found), astuple(floor), strict=True)))


def _over_bins(along: Array, axis: int, shape: tuple[int, ...]) -> Array:
    """A function of one axis on all bins, flat, its mean for what lies outside."""
    whole = np.broadcast_to(along.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)
    return np.append(whole.ravel(), along.mean())
