"""Gaussian predictions and counts drawn from them, for the tests of this room."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np

from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts


def edges(half_width: float = 1.6, bins: int = 200) -> np.ndarray:
    return np.linspace(-half_width, half_width, bins + 1)


def gaussian(
    name: str, variance: float, at: np.ndarray | None = None, mean: float = 0.0, **more
) -> Prediction:
    at = edges() if at is None else at
    distribution = np.array([0.5 * (1 + erf((e - mean) / sqrt(2 * variance))) for e in at])
    probability = np.diff(distribution)
    return Prediction(
        name=name,
        edges=(at,),
        probability=probability,
        outside=float(1 - probability.sum()),
        distribution=distribution,
        **more,
    )


def count(positions: np.ndarray, at: tuple[np.ndarray, ...], time_batched: bool = False) -> Counts:
    """Counts of positions (groups, n) or (groups, n, d)."""
    x = positions[..., None] if positions.ndim == 2 else positions
    groups, _, _d = x.shape
    shape = tuple(len(e) - 1 for e in at)
    index = [np.searchsorted(e, x[..., i], side="right") - 1 for i, e in enumerate(at)]
    inside = np.all([(j >= 0) & (j < m) for j, m in zip(index, shape, strict=True)], axis=0)
    histogram = np.zeros((groups, *shape), dtype=np.int64)
    for g in range(groups):
        np.add.at(histogram[g], tuple(j[g][inside[g]] for j in index), 1)
    return Counts(
        edges=at,
        samples=np.full(groups, x.shape[1]),
        histogram=histogram,
        outside=x.shape[1] - inside.sum(axis=1),
        first=x.sum(axis=1),
        second=np.einsum("gni,gnj->gij", x, x),
        observables=(x[..., 0] < 0).sum(axis=1)[:, None].astype(float),
        lost=0,
        time_batched=time_batched,
    )


def drawn(rng: np.random.Generator, groups: int, n: int, prediction: Prediction) -> Counts:
    """Counts of `n` independent draws a group from a 1-D prediction (moments left at zero)."""
    cells = np.maximum(np.append(prediction.probability, prediction.outside), 0)
    histogram = rng.multinomial(n, cells / cells.sum(), size=groups)
    return Counts(
        edges=prediction.edges,
        samples=histogram.sum(axis=1),
        histogram=histogram[:, :-1],
        outside=histogram[:, -1],
        first=np.zeros((groups, 1)),
        second=np.zeros((groups, 1, 1)),
        observables=np.zeros((groups, 0)),
        lost=0,
    )
