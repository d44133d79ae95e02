"""What points are drawn from to weigh exp(-L/T): a Student law about every well that matters, with its curvature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.predict.time.wells import find_wells

FREEDOM = 8.0
"""Degrees of freedom: tails heavier than those of any law that has a curvature."""
_NEGLIGIBLE = 1e-9
_SAME = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A mixture of Student laws: `centres` (m, d), `factors` (m, d, d) of their covariances, `shares` (m,)."""

    centres: Array
    factors: Array
    shares: Array

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Seeded points, (count, d)."""
        d = self.centres.shape[1]
        normals = rng.standard_normal((count, d))
        stretch = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, count))
        # The same number about each centre in every call: less noise than drawing which.
        ends = np.rint(np.cumsum(self.shares) * count).astype(int)
        well = np.searchsorted(ends, np.arange(count), side="right").clip(max=len(ends) - 1)
        moved = (
            np.einsum("nij,nj->ni", self.factors[well], normals)
            if len(ends) > 1
            else normals @ self.factors[0].T
        )
        return np.asarray(self.centres[well] + stretch[:, None] * moved)

    def log_density(self, points: Array) -> Array:
        """The logarithm of the density at points (n, d), up to a constant, (n,)."""
        d = points.shape[1]
        parts = []
        for centre, factor, share in zip(self.centres, self.factors, self.shares, strict=True):
            scaled = np.linalg.solve(factor, (points - centre).T)
            volume = float(np.sum(np.log(np.diag(factor))))
            square = np.sum(scaled**2, axis=0)
            parts.append(np.log(share) - volume - (FREEDOM + d) / 2 * np.log1p(square / FREEDOM))
        return np.asarray(logsumexp(np.stack(parts), axis=0))


def proposal(
    experiment: Experiment, system: Fields, centre: Array, covariance: Array, temperature: float
) -> Proposal:
    """About `centre` (d,) with `covariance` (d, d), and about every other well that holds a share of exp(-L/T).

    Half of the points go where the law is, to first order in T; half go to the wells alike, for that may be wrong.
    """
    centres, factors = [centre], [np.linalg.cholesky(covariance)]
    wells = find_wells(experiment)
    if wells is not None:
        for place in wells.places:
            gap = np.max(np.abs(wells.box.between(place, centre)) / wells.box.width)
            curvature = system.hessian(place[None, :])[0]
            if gap > _SAME and np.all(np.linalg.eigvalsh(curvature) > 0):
                centres.append(place)
                factors.append(np.linalg.cholesky(temperature * np.linalg.inv(curvature)))
    heights = system.loss(np.stack(centres)) / temperature
    weight = -heights + np.array([np.sum(np.log(np.diag(factor))) for factor in factors])
    share = np.exp(weight - weight.max())
    share /= share.sum()
    kept = (share > _NEGLIGIBLE) | (np.arange(len(share)) == int(np.argmax(share)))
    share = share[kept] / share[kept].sum()
    return Proposal(np.stack(centres)[kept], np.stack(factors)[kept], 0.5 * share + 0.5 / len(share))
