"""Effective sample size and standard errors, from the spread between independent groups of walkers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.compare.groups import frequencies, merge, variance_of_mean
from sgdtui.simulate.count.counts import Counts


def effective_samples(counts: Counts) -> float:
    """How many independent samples the histogram is worth: Σ p(1 - p) over the summed variance of its bins.

    Never more than were recorded nor fewer than there are independent groups; with a single group nothing is known
    and it counts as one sample.
    """
    samples, shares = frequencies(counts)
    return _worth(samples, shares)


def cumulative_effective_samples(counts: Counts) -> float:
    """The same for the distribution functions along the axes, which slow modes (hops between wells) blur most.

    The ratio behind it has few degrees of freedom, so it is noisier than `effective_samples` and never taken
    larger than that.
    """
    samples, shares = frequencies(counts)
    shape = counts.histogram.shape[1:]
    if len(shape) == 1:
        along = [shares[:, :-1]]
    else:
        window = shares[:, :-1].reshape(len(shares), *shape)
        along = [window.sum(axis=2), window.sum(axis=1)]
    worth = min(_worth(samples, np.cumsum(part, axis=1)) for part in along)
    return min(worth, _worth(samples, shares))


def _worth(samples: Array, shares: Array) -> float:
    total = float(samples.sum())
    groups = len(samples)
    if groups < 2:
        return float(min(total, groups))
    pooled = np.tensordot(samples / total, shares, axes=1)
    variance = float(variance_of_mean(shares, samples).sum())
    ideal = float(np.sum(pooled * (1 - pooled)))
    if variance * total <= ideal:
        return total
    return float(max(groups, ideal / variance))


@dataclass(frozen=True, slots=True, eq=False)
class MomentErrors:
    """Measured averages with their standard errors (NaN where a single group leaves them unknown).

    mean, mean_se               (d,)
    covariance, covariance_se   (d, d)
    observables, observables_se (m,), in the experiment's order
    density, density_se         (bins…) per unit length or area
    outside, outside_se         the share outside the window
    """

    mean: Array
    mean_se: Array
    covariance: Array
    covariance_se: Array
    observables: Array
    observables_se: Array
    density: Array
    density_se: Array
    outside: float
    outside_se: float


def standard_errors(counts: Counts) -> MomentErrors:
    """Averages over all that was recorded, with standard errors from the spread between groups.

    With nothing recorded the averages are NaN.
    """
    batched = counts.time_batched
    samples = merge(counts.samples.astype(float), batched)
    seen = samples > 0
    n = samples[seen]
    d = counts.first.shape[1]
    if not seen.any():
        bins, m = counts.histogram.shape[1:], counts.observables.shape[1]
        nan = np.full
        return MomentErrors(
            nan(d, np.nan), nan(d, np.nan), nan((d, d), np.nan), nan((d, d), np.nan),
            nan(m, np.nan), nan(m, np.nan), np.zeros(bins), nan(bins, np.nan), np.nan, np.nan,
        )  # fmt: skip
    weights = n / n.sum()
    first = merge(counts.first, batched)[seen] / n[:, None]
    second = merge(counts.second, batched)[seen] / n[:, None, None]
    observables = merge(counts.observables, batched)[seen] / n[:, None]
    mean = weights @ first
    # Each group's second moment about the common mean: linear in the group, so that its spread gives the error.
    cross = first[:, :, None] * mean[None, None, :]
    centred = second - cross - cross.transpose(0, 2, 1) + np.multiply.outer(mean, mean)
    _, shares = frequencies(counts)
    share_se = np.sqrt(variance_of_mean(shares, n))
    volume = np.ones(())
    for axis_edges in counts.edges:
        volume = np.multiply.outer(volume, np.diff(axis_edges))
    return MomentErrors(
        mean=mean,
        mean_se=np.sqrt(variance_of_mean(first, n)),
        covariance=np.tensordot(weights, centred, axes=1),
        covariance_se=np.sqrt(variance_of_mean(centred, n)),
        observables=weights @ observables,
        observables_se=np.sqrt(variance_of_mean(observables, n)),
        density=counts.density,
        density_se=share_se[:-1].reshape(volume.shape) / volume,
        outside=float(counts.outside.sum() / counts.total),
        outside_se=float(share_se[-1]),
    )
