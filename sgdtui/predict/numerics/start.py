"""Where the walkers start."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Uniform


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
