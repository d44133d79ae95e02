"""Every distance of the registry between two laws, what sampling alone would show of it, and its standard error."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.compare.distances.sampling import Sampling
from sgdtui.compare.distances.values import Distances
from sgdtui.compare.groups import variance_of_mean


def distances(
    probability: Array,
    outside: float,
    other_probability: Array | None,
    other_outside: float,
    edges: tuple[Array, ...],
    distribution: Array | None = None,
) -> Distances:
    """How far the first law (the measured one) is from the other; of a singular law only what needs no masses.

    Arguments and errors are those of `Pair.of`.
    """
    pair = Pair.of(probability, outside, other_probability, other_outside, edges, distribution)
    return Distances(
        **{
            kind.name: kind.between(pair) if pair.predicted is not None or kind.singular else None
            for kind in DISTANCES
        }
    )


def floors(
    n_eff: float,
    probability: Array,
    edges: tuple[Array, ...],
    outside: float = 0.0,
    cumulative_n_eff: float | None = None,
) -> Distances:
    """What each distance from a law to the histogram of `n_eff` independent samples of it is on average.

    Args:
        n_eff: independent samples; with none every floor is its largest value.
        probability: (bins…) mass in each bin under the law.
        edges: one array of bin edges an axis.
        outside: mass outside the window, one more bin.
        cumulative_n_eff: independent samples for the distribution functions, where slow modes make that fewer.
    """
    n = max(float(n_eff), 1.0)
    slow = max(float(n if cumulative_n_eff is None else cumulative_n_eff), 1.0)
    sampling = Sampling(probability, edges, outside, n, slow)
    return Distances(**{kind.name: kind.floor(sampling) for kind in DISTANCES})


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
    """One standard error for each distance, by the delta method; None where the distance does not exist.

    A distance changes by ψ(x) for each share of walkers more at x, so its error is that of the mean of ψ, which the
    groups of walkers tell, however slowly they mix. Near zero a distance is no longer linear in the law: below twice
    its sampling floor its error is at least the floor.

    Args:
        samples, shares: of each group, as `groups.frequencies` gives them; NaN errors for a single group.
        other_probability, other_outside, edges, distribution: as for `Pair.of`.
        found, floor: the distances, and what sampling alone would show.
    """
    p = np.tensordot(samples / samples.sum(), shares, axes=1)
    window = p[:-1].reshape(tuple(len(axis) - 1 for axis in edges))
    pair = Pair.of(window, float(p[-1]), other_probability, other_outside, edges, distribution)
    errors: dict[str, float | None] = {}
    for kind in DISTANCES:
        distance, least = found[kind.name], floor[kind.name]
        if distance is None:
            errors[kind.name] = None
            continue
        psi = kind.influence(pair, distance)
        own = float(np.sqrt(variance_of_mean(shares @ psi, samples)))
        errors[kind.name] = max(own, least) if least is not None and distance < 2 * least else own
    return Distances(**errors)
