"""What the walkers have more or fewer of than a prediction says, on the cells of a picture, and whether it is seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.lab.snapshot import Snapshot
from sgdtui.predict.prediction import Prediction

SIGMAS = 3.0
"""Standard errors within which nothing is seen."""

Seen = tuple[NDArray[np.float64], NDArray[np.bool_]]


def on_columns(snapshot: Snapshot, prediction: Prediction, columns: int) -> Seen:
    """The difference of densities averaged over equal columns, (columns,), and where it is beyond `SIGMAS` errors."""
    bins = len(snapshot.density)
    predicted = prediction.density
    if predicted is None or predicted.shape != snapshot.density.shape:
        return np.full(columns, np.nan), np.zeros(columns, bool)
    difference, se = snapshot.density - predicted, _errors(snapshot, predicted, np.diff(snapshot.edges[0]))
    if bins <= columns:
        nearest = np.minimum((np.arange(columns) + 0.5) / columns * bins, bins - 1).astype(int)
        return difference[nearest], np.abs(difference[nearest]) > SIGMAS * se[nearest]
    of_bin = np.minimum(((np.arange(bins) + 0.5) / bins * columns).astype(int), columns - 1)
    count = np.maximum(np.bincount(of_bin, minlength=columns), 1)
    total = np.bincount(of_bin, np.nan_to_num(difference), columns)
    error = np.sqrt(np.bincount(of_bin, se**2, columns))
    return total / count, np.abs(total) > SIGMAS * error


def on_cells(snapshot: Snapshot, prediction: Prediction, columns: int, rows: int) -> Seen:
    """The same on equal cells of the plane, (rows, columns), the first row at the largest y."""
    predicted = prediction.density
    if predicted is None or predicted.shape != snapshot.density.shape:
        return np.full((rows, columns), np.nan), np.zeros((rows, columns), bool)
    nx, ny = predicted.shape
    se = _errors(
        snapshot, predicted, np.multiply.outer(np.diff(snapshot.edges[0]), np.diff(snapshot.edges[1]))
    )
    columns_, rows_ = min(columns, nx), min(rows, ny)
    i = np.minimum(((np.arange(nx) + 0.5) / nx * columns_).astype(int), columns_ - 1)
    j = np.minimum(((np.arange(ny) + 0.5) / ny * rows_).astype(int), rows_ - 1)
    cell = (i[:, None] * rows_ + j[None, :]).ravel()

    def added(values: np.ndarray) -> NDArray[np.float64]:
        sums = np.bincount(cell, np.nan_to_num(values).ravel(), columns_ * rows_)
        return np.asarray(sums.reshape(columns_, rows_), dtype=np.float64)

    total, error = added(snapshot.density - predicted), np.sqrt(added(se**2))
    count = np.maximum(added(np.ones_like(predicted)), 1)
    a = np.minimum((np.arange(columns) + 0.5) / columns * columns_, columns_ - 1).astype(int)
    b = np.minimum((np.arange(rows) + 0.5) / rows * rows_, rows_ - 1).astype(int)
    grid = np.ix_(a, b)
    difference, seen = (total / count)[grid], (np.abs(total) > SIGMAS * error)[grid]
    return difference.T[::-1], seen.T[::-1]


def _errors(snapshot: Snapshot, predicted: np.ndarray, volume: np.ndarray) -> NDArray[np.float64]:
    """The standard error of each bin, but no less than the prediction itself would give it at this sample size: a bin
    in which nobody was ever seen has none of its own.
    """
    least = np.sqrt(np.maximum(predicted, 0.0) / (max(snapshot.effective_samples, 1.0) * volume))
    return np.asarray(np.maximum(np.nan_to_num(snapshot.density_se), least), dtype=np.float64)
