"""Rare passages of a chain with finitely many states, to full relative accuracy: states are taken out one by one.

Taking out state k sends what came to it on to where it goes, p_ij += p_ik p_kj/Σ_{l≠k} p_kl, and gives its stay to
those that came, t_i += p_ik t_k/Σ_{l≠k} p_kl. Nothing is ever subtracted, so that a rate of 1e-40 keeps its digits
where an eigenvalue solver sees zero (Grassmann, Taksar and Heyman, Oper. Res. 33 (1985) 1107).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array


def reduced(hops: Array, stays: Array, kept: Array) -> tuple[Array, Array]:
    """The chain watched only while it is in some states: the chances (m, m) of the next of them, the mean times (m,).

    Args:
        hops: (n, n) the chance to go from state i (row) to j; what a row lacks of one is a walker that leaves for good,
            or stays, and is left out of account.
        stays: (n,) mean time that a stay takes.
        kept: (m,) indices of the states to keep, in the order wanted.
    """
    order = np.concatenate([np.setdiff1d(np.arange(len(hops)), kept), kept])
    p = np.array(hops, dtype=float)[np.ix_(order, order)]
    t = np.array(stays, dtype=float)[order]
    np.fill_diagonal(p, 0.0)
    for k in range(len(order) - len(kept)):
        onward = p[k, k + 1 :]
        total = onward.sum()
        if not total > 0:
            continue
        share = p[k + 1 :, k] / total
        t[k + 1 :] += share * t[k]
        coming = np.flatnonzero(share > 0)
        p[k + 1 + coming, k + 1 :] += share[coming, None] * onward
    rest = p[len(order) - len(kept) :, len(order) - len(kept) :]
    return rest, t[len(order) - len(kept) :]


def mean_passage(hops: Array, start: int, targets: NDArray[np.intp]) -> float:
    """The mean number of steps from state `start` to any of `targets`; infinite where no way leads there.

    `hops` (n, n) from i (row) to j, each row with its diagonal; a row's own chance to stay counts.
    """
    n = len(hops)
    targets = np.asarray(targets)
    others = np.setdiff1d(np.arange(n), targets)
    if start in targets:
        return 0.0
    # All targets as one state, last.
    joined = np.empty((len(others) + 1, len(others) + 1))
    joined[:-1, :-1] = hops[np.ix_(others, others)]
    joined[:-1, -1] = hops[np.ix_(others, targets)].sum(axis=1)
    joined[-1] = 0.0
    np.fill_diagonal(joined, 0.0)
    away = joined.sum(axis=1)
    place = int(np.searchsorted(others, start))
    # As a chain without stays: each visit lasts 1/Σ_{j≠i} p_ij steps.
    with np.errstate(divide="ignore", invalid="ignore"):
        jumps = np.where(away[:, None] > 0, joined / away[:, None], 0.0)
        stays = np.where(away > 0, 1 / away, 0.0)
    rest, times = reduced(jumps, stays, np.array([place, len(others)]))
    return float(times[0] / rest[0, 1]) if rest[0, 1] > 0 else np.inf


def stationary_masses(hops: Array) -> Array:
    """The stationary law (n,) of a chain, entry by entry to full relative accuracy; row i of `hops` leads from i."""
    p = np.array(hops, dtype=float)
    np.fill_diagonal(p, 0.0)
    n = len(p)
    for k in range(n - 1, 0, -1):
        total = p[k, :k].sum()
        if not total > 0:
            continue
        p[:k, k] /= total
        coming = np.flatnonzero(p[:k, k] > 0)
        p[np.ix_(coming, np.arange(k))] += p[coming, k, None] * p[k, :k]
    mass = np.zeros(n)
    mass[0] = 1.0
    for k in range(1, n):
        mass[k] = mass[:k] @ p[:k, k]
        if mass[k] > 1e200:
            mass[: k + 1] /= mass[k]
    return np.asarray(mass / mass.sum())
