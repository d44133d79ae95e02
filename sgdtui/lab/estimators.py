"""From counts to flow and drift of the averages, with standard errors.

Groups of walkers are independent, recorded times are not. Every estimate is a ratio of sums Σ_g S_g / Σ_g n_g, and
its standard error comes from the spread of the residuals S_g - ratio·n_g between the groups (the linearised
variance of a ratio, Cochran, Sampling Techniques, §6.4), so no model of the autocorrelation is needed.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.lab.snapshot import FlowReport, Observed
from sgdtui.simulate.count.counts import Counts, FlowCounts

if TYPE_CHECKING:
    pass


def ratio(sums: NDArray[Any], sizes: NDArray[Any]) -> tuple[Array, Array]:
    """Σ sums / Σ sizes over the groups (the first axis), and its standard error, both of shape (…).

    `sizes` is (groups,) or of the shape of `sums`. NaN where nothing was counted; the error is NaN where fewer than
    two groups counted anything.
    """
    sums = np.asarray(sums, dtype=np.float64)
    sizes = np.asarray(sizes, dtype=np.float64)
    if sizes.ndim < sums.ndim:
        sizes = sizes.reshape(sizes.shape + (1,) * (sums.ndim - sizes.ndim))
    total = sizes.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = sums.sum(axis=0) / total
        groups = (sizes > 0).sum(axis=0)
        spread = np.sum((sums - value * sizes) ** 2, axis=0)
        error = np.sqrt(spread * groups / (groups - 1)) / total
    return np.where(total > 0, value, np.nan), np.where((total > 0) & (groups > 1), error, np.nan)


def cell_volume(edges: tuple[Array, ...]) -> Array:
    """The length or area of every bin, (bins…)."""
    volume = np.ones(())
    for axis_edges in edges:
        volume = np.multiply.outer(volume, np.diff(axis_edges))
    return volume


def observed(value: float | Array, se: float | Array) -> Observed:
    """A number with its error, None in place of what is not finite."""
    return Observed(
        float(value) if np.isfinite(value) else None,
        float(se) if np.isfinite(se) else None,
    )


def share_error(share: float, se: float, worth: float) -> float:
    """The standard error of a measured share, of which `worth` independent samples tell.

    What was never seen, or always, has no spread from which to know it, but it may still be one in so many.
    """
    unseen = share in (0.0, 1.0) and se == 0.0
    return min(1.0, 1.0 / worth) if unseen and worth > 0 else se


def mean_curl(curl: Array | None, histogram: NDArray[Any]) -> float | None:
    """The root mean square of a curl (bins…) over a histogram (bins…); None where there is none."""
    if curl is None:
        return None
    seen = np.isfinite(curl) & (histogram > 0)
    if not seen.any():
        return None
    return float(np.sqrt(np.average(curl[seen] ** 2, weights=histogram[seen])))


def flow_report(
    flow: FlowCounts | None, predicted: float | None, curl: float | None = None
) -> FlowReport | None:
    """Entropy production, area rate and local displacement per unit time; None for what was not measured.

    `predicted` is the SDE's entropy production and `curl` that of its force (`mean_curl`).
    """
    if flow is None or not flow.steps.sum():
        return None
    elapsed = flow.steps * flow.dt
    displacement, displacement_se = ratio(
        np.moveaxis(flow.displacement, -1, 1),
        np.broadcast_to(flow.visits[:, None] * flow.dt, _axes_first(flow)),
    )
    return FlowReport(
        entropy_production=_rate(flow.entropy, elapsed),
        predicted_entropy_production=predicted,
        area_rate=_rate(flow.area, elapsed),
        displacement=displacement,
        displacement_se=displacement_se,
        curl=curl,
    )


def _rate(sums: Array | None, elapsed: NDArray[Any]) -> Observed:
    """A sum per unit time; nothing where it was not measured, or is not finite."""
    return Observed(None) if sums is None else observed(*ratio(sums, elapsed))


def _axes_first(flow: FlowCounts) -> tuple[int, ...]:
    shape = flow.displacement.shape
    return (shape[0], shape[-1], *shape[1:-1])


def added(one: Counts, two: Counts) -> Counts:
    """Two stretches of the same walkers counted together (same groups, same bins)."""
    return _combined(one, two, np.add)


def after(whole: Counts, part: Counts) -> Counts:
    """What `whole` counted after `part`, an earlier reading of the same counts (not of time batches, which merge)."""
    return _combined(whole, part, np.subtract)


def _combined(one: Counts, two: Counts, operation: np.ufunc) -> Counts:
    flow = one.flow
    if one.flow is not None and two.flow is not None:
        # An entropy that could not be told is infinite, and so is what is added to it or taken from it.
        with np.errstate(invalid="ignore"):
            flow = replace(
                one.flow,
                **{
                    f.name: operation(getattr(one.flow, f.name), getattr(two.flow, f.name))
                    for f in fields(FlowCounts)
                    if f.name != "dt" and getattr(one.flow, f.name) is not None
                },
            )
    sums = ("samples", "histogram", "outside", "first", "second", "observables")
    return replace(
        one, flow=flow, **{name: operation(getattr(one, name), getattr(two, name)) for name in sums}
    )


ROUNDING = 1e-13
"""Relative to the coordinates: an observable that is zero but for rounding drifts by about so much."""


def drift_between(first: Counts, second: Counts) -> float:
    """The largest |z| by which averages moved between two stretches of the same walkers.

    Over the coordinates' means and squares, the observed expressions, and sixteen parts of the window. Differences
    are taken group by group, so the correlation between the stretches is accounted for. What moved by less than
    rounding beside the coordinates has not moved. NaN where groups are stretches of time themselves.
    """
    if first.time_batched or second.time_batched:
        return float("nan")
    parts = [_shares(first), _shares(second)]
    change = parts[1] - parts[0]
    groups = np.isfinite(change).all(axis=1)
    change = change[groups]
    if len(change) < 2:
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = change.mean(axis=0)
        z = moved / (change.std(axis=0, ddof=1) / np.sqrt(len(change)))
    size = np.abs(parts[1][groups][:, : 2 * first.first.shape[1]]).max(initial=0.0)
    z = np.where(np.abs(moved) <= ROUNDING * size, 0.0, z)
    return float(np.nanmax(np.abs(np.where(np.isfinite(z), z, 0.0)), initial=0.0))


def _shares(counts: Counts) -> Array:
    groups = counts.groups
    histogram = counts.histogram.reshape(groups, -1)
    bins = histogram.shape[1]
    starts = np.unique(np.linspace(0, bins, 17)[:-1].astype(int))
    coarse = np.add.reduceat(histogram, starts, axis=1)
    squares = np.einsum("gii->gi", counts.second)
    with np.errstate(divide="ignore", invalid="ignore"):
        stacked = np.concatenate([counts.first, squares, counts.observables, coarse], axis=1)
        return np.asarray(stacked / counts.samples[:, None], dtype=np.float64)


DRIFTING = 4.5
"""Averages that moved by so many standard errors between the halves of a run show that it had not settled."""
