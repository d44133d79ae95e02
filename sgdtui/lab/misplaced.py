"""Where on the line a prediction is most wrong: the interval in which the walkers have most more, or most fewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts


@dataclass(frozen=True, slots=True)
class Share:
    """An interval of x with the share of the walkers in it, its standard error, and the share that was predicted.

    `low` or `high` is None where the interval reaches the end of the window. `se` is None where one group of walkers
    alone was counted.
    """

    low: float | None
    high: float | None
    measured: float
    se: float | None
    predicted: float


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Of one prediction: the interval where the walkers have most `more`, and the one where most `fewer`."""

    more: Share
    fewer: Share


def misplaced(counts: Counts, predictions: Mapping[str, Prediction]) -> dict[str, Misplaced]:
    """By prediction's name, on the line only; a law without a density, or on other bins, is left out.

    The interval is the one whose sum of (measured − predicted) is largest of all intervals (Kadane 1984), so that
    noise from bin to bin does not cut it into pieces.
    """
    if len(counts.edges) != 1 or not counts.total:
        return {}
    masses = counts.histogram.sum(axis=0) / counts.total
    found = {}
    for name, prediction in predictions.items():
        predicted = prediction.probability
        if predicted is None or predicted.shape != masses.shape:
            continue
        difference = masses - predicted
        found[name] = Misplaced(
            _share(counts, predicted, *largest_interval(difference)),
            _share(counts, predicted, *largest_interval(-difference)),
        )
    return found


def largest_interval(values: Array) -> tuple[int, int]:
    """The half-open range of indices with the largest sum of `values` (n,), never empty."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    lowest = np.minimum.accumulate(sums)[:-1]
    end = int(np.argmax(sums[1:] - lowest)) + 1
    begin = int(np.argmin(sums[:end]))
    return begin, end


def _share(counts: Counts, predicted: Array, begin: int, end: int) -> Share:
    inside = counts.histogram[:, begin:end].sum(axis=1)
    share = float(inside.sum() / counts.total)
    groups = int((counts.samples > 0).sum())
    se = None
    if groups > 1:
        residual = inside - share * counts.samples
        se = float(np.sqrt((residual**2).sum() * groups / (groups - 1)) / counts.total)
    edges = counts.edges[0]
    return Share(
        float(edges[begin]) if begin > 0 else None,
        float(edges[end]) if end < len(edges) - 1 else None,
        share,
        se,
        float(predicted[begin:end].sum()),
    )
