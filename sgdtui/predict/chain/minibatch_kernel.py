"""Real SGD over data as a kernel: a mixture of finitely many maps, one a minibatch."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement
from math import comb
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.model.data import Data, Table, weighted_examples
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.sample import SampleSystem
from sgdtui.model.sample_fields import SampleFields
from sgdtui.predict.chain.drawn_steps import drawn_maps
from sgdtui.predict.chain.step import NAME, Chain
from sgdtui.predict.numerics.step_constants import learning_rate
from sgdtui.predict.prediction import Absence

_MOST_MAPS = 600
_MOST_EXAMPLES = 400
_SLICES = 1000
_ROUNDING = 1e-13
_PROBES = np.array([-1.3719, 0.4142, 0.9183, 2.2360])


def sample_chain(experiment: Experiment) -> Chain | Absence:
    """The chain of minibatch SGD in one weight.

    With few enough different minibatches each is a map. Otherwise the gradient's law is convolved numerically at
    every point (draws with replacement), which needs no smoothness; draws without replacement then have no kernel
    that could be listed.
    """
    system, eta = cast(SampleSystem, experiment.system), learning_rate(experiment)
    assert eta is not None
    if system.draw == "reshuffle":
        return Absence(
            NAME, "singular law", "reshuffled batches depend on one another: no one-step kernel exists"
        )
    found = fields(experiment)
    assert isinstance(found, SampleFields)
    batch = experiment.dynamics.batch

    def mean(x: Array) -> Array:
        return x - eta * found.gradient(x[:, None])[:, 0]

    def spread(x: Array) -> Array:
        return eta * np.sqrt(experiment.noise_scale * found.covariance(x[:, None])[:, 0, 0])

    drawn = drawn_maps(system, experiment.values, eta)
    if drawn is not None and batch == 1:
        return Chain(mean, spread, None, eta, maps=drawn, smooth_maps=True)
    if drawn is not None:
        return Chain(mean, spread, None, eta, slices=lambda x: _convolved(*drawn(x), batch))
    finite = is_finite(system.data)
    columns = len(system.data.columns)
    examples, weights = weighted_examples(system.data, order=max(8, int(_MOST_EXAMPLES ** (1 / columns))))
    if len(examples) > _MOST_EXAMPLES:
        examples, weights = _thinned(examples, weights)

    def each(x: Array) -> Array:
        return x[:, None] - eta * found.example_gradients(x[:, None], examples)[:, :, 0]

    groups, group_weights = distinct_examples(each(_PROBES), weights)
    if finite:
        listed = minibatches(groups, group_weights, len(examples), batch, system.draw, _MOST_MAPS)
        if listed is not None:
            counts, probabilities = listed
            representatives = np.array([g[0] for g in groups])
            mixing = counts.T / batch

            def maps(x: Array) -> tuple[Array, Array]:
                return each(x)[:, representatives] @ mixing, probabilities

            return Chain(mean, spread, None, eta, maps=maps)
    if system.draw == "distinct" and batch > 1:
        return Absence(NAME, "singular law", "there are too many different minibatches to list")

    if batch == 1:
        # Quadrature nodes of a smooth law: each is a map, and the walkers' own spread smooths them over.
        return Chain(mean, spread, None, eta, maps=lambda x: (each(x), weights), smooth_maps=True)

    def slices(x: Array) -> tuple[Array, Array]:
        return _convolved(each(x), weights, batch)

    return Chain(mean, spread, None, eta, slices=slices)


def is_finite(data: Data) -> bool:
    """Whether there are finitely many different examples."""
    return isinstance(data, Table) or all(d.kind in ("bernoulli", "choice") for d in data.distributions)


def _thinned(examples: Array, weights: Array) -> tuple[Array, Array]:
    """The same law on fewer examples: systematic sampling along the weights, which keeps every marginal's order."""
    order = np.lexsort(examples.T[::-1])
    cumulated = np.cumsum(weights[order])
    at = (np.arange(_MOST_EXAMPLES) + 0.5) / _MOST_EXAMPLES * cumulated[-1]
    chosen = order[np.minimum(np.searchsorted(cumulated, at), len(order) - 1)]
    return examples[chosen], np.full(_MOST_EXAMPLES, 1.0 / _MOST_EXAMPLES)


def distinct_examples(probes: Array, weights: Array) -> tuple[list[list[int]], Array]:
    """Examples grouped by equal maps, and the weight of each group; `probes` (m, examples) are their images."""
    _, first, inverse = np.unique(np.round(probes, 10), axis=1, return_index=True, return_inverse=True)
    groups: list[list[int]] = [[] for _ in first]
    for example, group in enumerate(np.ravel(inverse)):
        groups[int(group)].append(example)
    return groups, np.array([weights[g].sum() for g in groups])


def minibatches(
    groups: list[list[int]], weights: Array, count: int, batch: int, draw: str, most: int
) -> tuple[Array, Array] | None:
    """How often each group is in each different minibatch, (m, groups), and their probabilities; None if too many."""
    from scipy.special import gammaln

    kinds = len(groups)
    if draw == "distinct":
        if batch > count or comb(kinds + batch - 1, batch) > 200_000:
            return None
        sizes = np.array([len(g) for g in groups])
        chosen = [np.bincount(c, minlength=kinds) for c in _multisets(kinds, batch, sizes, most)]
        if not 0 < len(chosen) <= most:
            return None
        counts = np.array(chosen, dtype=float)
        logarithm = np.sum(
            gammaln(sizes + 1) - gammaln(counts + 1) - gammaln(np.maximum(sizes - counts, 0) + 1), axis=1
        )
        probabilities = np.exp(logarithm - logarithm.max())
        return counts, probabilities / probabilities.sum()
    if comb(kinds + batch - 1, batch) > most:
        return None
    counts = np.array(
        [np.bincount(c, minlength=kinds) for c in combinations_with_replacement(range(kinds), batch)],
        dtype=float,
    )
    with np.errstate(divide="ignore"):
        logarithm = gammaln(batch + 1) - np.sum(gammaln(counts + 1), axis=1) + counts @ np.log(weights)
    probabilities = np.exp(logarithm)
    return counts, probabilities / probabilities.sum()


def _multisets(kinds: int, batch: int, sizes: NDArray[np.intp], most: int) -> list[tuple[int, ...]]:
    """Draws without replacement, by group: all multisets that no group is too small for."""
    if np.all(sizes == 1):
        return list(combinations(range(kinds), batch)) if comb(kinds, batch) <= most else []
    return [
        c
        for c in combinations_with_replacement(range(kinds), batch)
        if np.all(np.bincount(c, minlength=kinds) <= sizes)
    ]


def _convolved(images: Array, weights: Array, batch: int) -> tuple[Array, Array]:
    """The law of the mean of `batch` independent images at each point: slices' edges (n, m + 1), masses (n, m).

    Each image is shared between two grid points, which keeps its mean and no mass negative, and the variance is put
    right at the end; the power of the characteristic function is taken by FFT. The grid spans what the sum can reach
    (or twelve deviations of it).
    """
    weights = np.broadcast_to(weights, images.shape)
    centre = np.sum(images * weights, axis=1)
    spread = np.sqrt(np.maximum(np.sum(weights * (images - centre[:, None]) ** 2, axis=1), 1e-300))
    span = np.max(np.abs(images - centre[:, None]), axis=1)
    reach = np.minimum(batch * span, 12 * spread * np.sqrt(batch) + span) * (1 + 1e-9) + 1e-300
    step = 2 * reach / _SLICES
    size = 1 << int(np.ceil(np.log2(_SLICES + 4)))
    position = (images - centre[:, None]) / step[:, None]
    below = np.floor(position).astype(np.intp)
    f = position - below
    count = len(images)
    row = np.arange(count)[:, None] * size
    grid = np.zeros(count * size)
    for shift, share in ((0, 1 - f), (1, f)):
        grid += np.bincount((row + (below + shift) % size).ravel(), (weights * share).ravel(), count * size)
    law = np.fft.irfft(np.fft.rfft(grid.reshape(count, size), axis=1) ** batch, size, axis=1)
    half = _SLICES // 2
    offsets = np.arange(-half, half + 1)
    masses = law[:, offsets % size]
    masses = np.where(masses > _ROUNDING, masses, 0.0)
    masses /= masses.sum(axis=1, keepdims=True)
    # Mass lies evenly in each slice, which widens the law a little: narrow the slices to make up for it.
    middle = masses @ offsets
    found = masses @ offsets**2 - middle**2 + 1 / 12
    factor = np.sqrt(spread**2 * batch / step**2 / np.maximum(found, 1e-300))
    edges = centre[:, None] + (factor * step / batch)[:, None] * (
        np.append(offsets, half + 1) - 0.5 - middle[:, None]
    )
    return edges, masses
