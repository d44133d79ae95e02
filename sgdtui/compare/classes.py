"""A few classes of equal predicted mass, into which the bins are merged for the one test that is fixed beforehand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.predict.prediction import Prediction

LARGEST = 16
"""Classes at most: enough to see a shift, a spread and a tail, few enough to keep the power."""


def masses(prediction: Prediction) -> Array:
    """The predicted mass of every bin and, last, of everything outside: (bins + 1,), summing to one.

    A singular law has masses too, the increments of its distribution function.

    Raises:
        ValueError: the prediction has neither masses nor a distribution function.
    """
    if prediction.probability is not None:
        window, outside = np.ravel(prediction.probability), prediction.outside
    elif prediction.distribution is not None:
        window = np.diff(prediction.distribution)
        outside = 1.0 - float(window.sum())
    else:
        raise ValueError(f"{prediction.name} has neither masses nor a distribution function")
    cells = np.maximum(np.append(window, outside), 0.0)
    return np.asarray(cells / cells.sum())


def how_many(groups: int, n_eff: float) -> int:
    """How many classes the test may use: few against the groups, and thirty expected samples in each.

    1 means that there is too little for a test.
    """
    return int(max(1, min(LARGEST, 1 + (groups - 1) // 4, n_eff // 30)))


def assign(prediction: Prediction, classes: int) -> tuple[NDArray[np.intp], Array]:
    """The class of every bin and, last, of the outside (bins + 1,), and the predicted mass of each class.

    Classes are as equal as the bins allow. In 1-D they are intervals; with two classes, the densest half against
    the rest, which sees the spread where halves left and right do not. In 2-D strips along the first axis are cut
    along the second. A law that sits in one bin is split into where it is and where it is not.
    """
    cells = masses(prediction)
    shape = tuple(len(axis_edges) - 1 for axis_edges in prediction.edges)
    if classes == 2:
        order = np.argsort(-cells, kind="stable")
        position = np.empty(len(cells))
        position[order] = _middles(cells[order])
        label = (position >= 0.5).astype(np.intp)
    elif len(shape) == 1:
        order = np.append(len(cells) - 1, np.arange(len(cells) - 1))
        label = np.empty(len(cells), dtype=np.intp)
        label[order] = _slices(cells[order], classes)
    else:
        label = np.append(_cut_twice(cells[:-1].reshape(shape), classes), 0)
    if len(np.unique(label[cells > 0])) < 2:
        label = (cells <= 0).astype(np.intp)
    if not (label == label[0]).all():
        _, label = np.unique(label, return_inverse=True)
    return label, np.bincount(label, weights=cells).astype(np.float64)


def _middles(cells: Array) -> Array:
    total = cells.sum()
    return np.asarray((np.cumsum(cells) - cells / 2) / (total if total > 0 else 1.0))


def _slices(cells: Array, classes: int) -> NDArray[np.intp]:
    return np.minimum((_middles(cells) * classes).astype(np.intp), classes - 1)


def _cut_twice(window: Array, classes: int) -> NDArray[np.intp]:
    strips = max(2, int(classes**0.5))
    pieces = max(1, classes // strips)
    strip = _slices(window.sum(axis=1), strips)
    label = np.empty(window.shape, dtype=np.intp)
    for number in range(strips):
        rows = strip == number
        mass = window[rows].sum(axis=0)
        if mass.sum() > 0:
            label[rows] = number * pieces + _slices(mass, pieces)[None, :]
        else:
            label[rows] = number * pieces
    return label.ravel()
