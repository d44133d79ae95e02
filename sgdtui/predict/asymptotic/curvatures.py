"""The law of a step's random factor 1 - ηS, S the mean curvature of B examples of one weight."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.data import Distribution, Table, is_continuous
from sgdtui.model.sample_fields import SampleFields

_PANELS = {1: 2048, 2: 64}
_NODES = 16
_CELLS = 1 << 20
_NOISE = 1e-17
"""Below so much in a cell there is nothing but rounding of the transform."""
_SIDE, _LIFE = 9.0, 45.0
"""How far a normal column is followed, in deviations, and an exponential one, in means."""


def curvatures(found: SampleFields) -> tuple[Array, Array] | None:
    """Curvatures of an example and their weights, (n,) each; None where more than two columns decide over them."""
    data = found.system.data
    if isinstance(data, Table):
        return found.example_hessians(np.zeros((1, 1)), data.rows)[0, :, 0, 0], found.weights
    free = [is_continuous(law) for law in data.distributions]
    used = [kind and _matters(found, column, data.distributions[column]) for column, kind in enumerate(free)]
    if sum(used) > 2:
        return None
    rules = [
        _fine(law, _PANELS[sum(used)]) if use else law.quadrature(1 if kind else 48)
        for law, kind, use in zip(data.distributions, free, used, strict=True)
    ]
    rows = np.stack([g.ravel() for g in np.meshgrid(*[r[0] for r in rules], indexing="ij")], axis=1)
    weights = reduce(np.multiply.outer, [r[1] for r in rules]).ravel()
    return found.example_hessians(np.zeros((1, 1)), rows)[0, :, 0, 0], weights / weights.sum()


def _matters(found: SampleFields, column: int, law: Distribution) -> bool:
    """Whether an example's curvature changes with a column."""
    rows = np.tile(found.examples[:1], (5, 1))
    rows[:, column] = law.quadrature(5)[0]
    h = found.example_hessians(np.zeros((1, 1)), rows)[0, :, 0, 0]
    return bool(np.ptp(h) > 1e-12 * max(np.abs(h).max(), 1e-300))


def _fine(law: Distribution, panels: int) -> tuple[Array, Array]:
    """Nodes and weights fine enough for functions with a kink anywhere."""
    a = law.arguments
    if law.kind == "uniform":
        low, high = a
        density: Callable[[Array], Array] = np.ones_like
    elif law.kind == "normal":
        low, high = a[0] - _SIDE * a[1], a[0] + _SIDE * a[1]

        def density(x: Array) -> Array:
            return np.asarray(np.exp(-0.5 * ((x - a[0]) / a[1]) ** 2))

    else:
        low, high = 0.0, _LIFE * a[0]

        def density(x: Array) -> Array:
            return np.asarray(np.exp(-x / a[0]))

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    cuts = np.linspace(low, high, panels + 1)
    half = np.diff(cuts)[:, None] / 2
    x = ((cuts[1:] + cuts[:-1])[:, None] / 2 + half * nodes).ravel()
    return x, (half * weights).ravel() * density(x)


def mean_of(values: Array, weights: Array, batch: int) -> tuple[Array, Array]:
    """The law of the mean of `batch` independent draws of `values`: values and weights again.

    On a grid so fine, and with each value shared by its two neighbours so that its mean stays, that second moments
    are off by 1e-8; the B-fold convolution is a power of the Fourier transform.
    """
    if batch == 1 or np.ptp(values) == 0:
        return values, weights
    low, high = float(values.min()), float(values.max())
    cell = batch * (high - low) / (_CELLS - 2 * batch - 2)
    place = (values - low) / cell
    left = np.floor(place).astype(np.intp)
    share = place - left
    cells = np.bincount(left, weights * (1 - share), _CELLS) + np.bincount(left + 1, weights * share, _CELLS)
    summed = np.fft.irfft(np.fft.rfft(cells) ** batch, _CELLS)
    held = summed > _NOISE
    return low + cell * np.flatnonzero(held) / batch, summed[held] / summed[held].sum()
