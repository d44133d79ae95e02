"""What sampling does to a histogram: the expectations that every distance's floor is made of.

The histogram of n independent samples has Poisson-like bins, so TV, KL and Hellinger are sums over bins of an
expectation for X ~ Poisson(np), exact also where a bin expects less than one sample. Distribution functions are
averages over bridges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.distances.pair import marginal

_BRIDGES = 1024
_LOG_MEANS = np.linspace(np.log(1e-9), np.log(60.0), 400)


@dataclass(frozen=True, eq=False)
class Sampling:
    """`n` independent samples of a law, `slow` of them for its distribution function.

    Args:
        probability: (bins…) mass in each bin under the law.
        edges: one array of bin edges an axis.
        outside: mass outside the window, one more bin.
        n: independent samples, at least 1.
        slow: the same for distribution functions, where slow modes make that fewer.
    """

    probability: Array
    edges: tuple[Array, ...]
    outside: float
    n: float
    slow: float

    @cached_property
    def masses(self) -> Array:
        """(bins + 1,) of all bins, flat, and of outside; normalised."""
        p = np.maximum(np.append(np.ravel(self.probability), self.outside), 0.0)
        return np.asarray(p / max(p.sum(), 1e-300))

    @cached_property
    def poisson(self) -> tuple[Array, Array, Array]:
        """E|X - μ|, E X ln(X/μ) - E(X - μ) and E(√X - √μ)² for X ~ Poisson(μ = n p), each (bins + 1,)."""
        return _poisson(self.n * self.masses)

    @cached_property
    def bridges(self) -> tuple[Array, Array]:
        """√n·KS and √n·W1 of many empirical distribution functions, the larger of the axes, each (bridges,)."""
        along = [
            _bridged(marginal(self.probability, axis), self.outside, self.edges[axis], seed=axis)
            for axis in range(self.probability.ndim)
        ]
        return np.max([ks for ks, _ in along], axis=0), np.max([w1 for _, w1 in along], axis=0)


def _poisson(mean: Array) -> tuple[Array, Array, Array]:
    logarithm = np.log(np.maximum(mean, 1e-300))
    low = [np.interp(logarithm, _LOG_MEANS, table) for table in _poisson_tables()]
    high_mean = np.maximum(mean, 1.0)
    high = [
        np.sqrt(2 * mean / np.pi),
        0.5 + 1 / (12 * high_mean),
        0.25 + 7 / (64 * high_mean),
    ]
    # Below the table a bin is empty but for one sample in a thousand million.
    tail = [2 * mean, -mean * np.maximum(logarithm, -700.0), mean]
    few, many = logarithm < _LOG_MEANS[0], logarithm > _LOG_MEANS[-1]
    a, b, c = (np.where(many, h, np.where(few, t, m)) for m, h, t in zip(low, high, tail, strict=True))
    return a, b, c


@lru_cache(maxsize=1)
def _poisson_tables() -> tuple[Array, Array, Array]:
    from scipy.special import gammaln

    mean = np.exp(_LOG_MEANS)[:, None]
    k = np.arange(0, 200)[None, :]
    weight = np.exp(k * np.log(mean) - mean - gammaln(k + 1))
    logarithm = np.log(np.maximum(k, 1) / mean)
    return (
        np.sum(weight * np.abs(k - mean), axis=1),
        np.sum(weight * k * logarithm, axis=1),
        np.sum(weight * (np.sqrt(k) - np.sqrt(mean)) ** 2, axis=1),
    )


def _bridged(masses: Array, outside: float, edges: Array, seed: int) -> tuple[Array, Array]:
    """√n times KS and W1 for many empirical distribution functions of a large sample, each (bridges,).

    The gap F_n - F at the edges is a Brownian bridge at time F; averaging seeded bridges takes the grid and atoms
    into account, which √(π/2) ln 2 = .8687 for a continuous law does not.
    """
    p = np.maximum(np.concatenate([[outside / 2], masses, [outside / 2]]), 0.0)
    p = p / max(p.sum(), 1e-300)
    steps = _normals(seed, len(p)) * np.sqrt(p)
    walk = np.cumsum(steps, axis=1)
    bridge = walk - np.cumsum(p) * walk[:, -1:]
    gap = np.abs(bridge[:, :-1])
    return gap.max(axis=1), np.sum((gap[:, 1:] + gap[:, :-1]) / 2 * np.diff(edges), axis=1)


@lru_cache(maxsize=8)
def _normals(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).standard_normal((_BRIDGES, count))
