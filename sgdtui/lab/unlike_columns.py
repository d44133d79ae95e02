"""Columns of data whose sizes differ by orders of magnitude: no one learning rate suits them."""

from __future__ import annotations

import numpy as np

from sgdtui.compare import why
from sgdtui.model.data import Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem

_UNLIKE = 100.0
"""Times one column is larger than another: the curvatures then differ by its square."""


def advice_on_columns(experiment: Experiment) -> str:
    """A sentence for a built-in model whose feature columns are of unlike size; empty where they are not."""
    system = experiment.system
    if not isinstance(system, SampleSystem) or system.model is None or not isinstance(system.data, Table):
        return ""
    features = system.data.rows[:, :-1]
    sizes = np.sqrt(np.mean(features**2, axis=0))
    if not len(sizes) or sizes.min() <= 0 or sizes.max() <= _UNLIKE * sizes.min():
        return ""
    large, small = int(np.argmax(sizes)), int(np.argmin(sizes))
    names = [_told(system, column, features[:, column]) for column in (large, small)]
    return why.unlike_columns((names[0], float(sizes[large])), (names[1], float(sizes[small])))


def _told(system: SampleSystem, column: int, values: np.ndarray) -> str:
    """The column's name; the column of ones that an intercept adds is called by what it is."""
    if np.ptp(values) == 0 and column == len(system.data.columns) - 2:
        return "the intercept's column"
    return system.data.columns[column]
