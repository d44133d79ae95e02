"""Where the walkers start."""

from __future__ import annotations

from itertools import product

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Normal, Uniform


def start_mean(experiment: Experiment) -> Array:
    """The mean position of the walkers at the start, (d,)."""
    start = experiment.start
    if isinstance(start, At):
        mean = np.array(start.point, dtype=float)
    elif isinstance(start, Uniform):
        mean = np.mean(np.array(start.box, dtype=float), axis=1)
    else:
        mean = np.array(start.mean, dtype=float)
    return np.resize(mean, experiment.dimension)


def starts(experiment: Experiment) -> Array:
    """Points that stand for the start, (n, d)."""
    start, count = experiment.start, 33 if experiment.dimension == 1 else 7
    match start:
        case At(point):
            return np.array([point], dtype=float)
        case Uniform(box):
            axes = [np.linspace(low, high, count) for low, high in box]
        case Normal(mean, deviation):
            axes = [m + s * np.linspace(-3, 3, count) for m, s in zip(mean, deviation, strict=True)]
    return np.array(list(product(*axes)), dtype=float)
