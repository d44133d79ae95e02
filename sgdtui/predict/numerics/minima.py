"""The lowest minima of a loss."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.model.loss import FALLBACK_INTERVAL
from sgdtui.model.minimum import local_minima, lowest

_TIE = 1e-6


def lowest_minima(experiment: Experiment, system: Fields) -> Array:
    """The lowest minima of the loss in the domain, (m, d): all that tie, to a millionth of the loss's range."""
    dimension = experiment.dimension
    box = search_box(experiment)
    if dimension == 1:
        found = local_minima(lambda x: system.loss(x), box[0])[:, None]
        values = system.loss(found)
        grid = system.loss(np.linspace(*box[0], 257)[:, None])
        span = float(np.ptp(grid[np.isfinite(grid)])) if np.isfinite(grid).any() else 0.0
        return np.asarray(found[values <= values.min() + _TIE * span])
    if dimension == 2:
        return _lowest_in_the_plane(system, box)
    return lowest(system.loss, box)[0][None, :]


def search_box(experiment: Experiment) -> list[tuple[float, float]]:
    """Where minima are looked for, one interval a coordinate: the domain, the loss's own, or a wide one."""
    system = experiment.system
    loss = getattr(system, "loss", None)
    own = getattr(loss, "domain", None) or getattr(system, "domain", None)
    if own is not None and len(own) == experiment.dimension:
        box = [tuple(interval) for interval in own]
    else:
        box = [FALLBACK_INTERVAL] * experiment.dimension
    if experiment.space.domain is not None:
        for axis, interval in zip(experiment.space.axes, experiment.space.domain, strict=True):
            box[axis] = (float(interval[0]), float(interval[1]))
    return [(float(low), float(high)) for low, high in box]


def _lowest_in_the_plane(system: Fields, box: list[tuple[float, float]]) -> Array:
    """Every local minimum of a grid that ties with the lowest, each sharpened."""
    count = 129
    axes = [np.linspace(low, high, count) for low, high in box]
    points = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=1)
    values = np.where(np.isnan(v := system.loss(points)), np.inf, v).reshape(count, count)
    padded = np.pad(values, 1, constant_values=np.inf)
    shifts = [(i, j) for i in (0, 1, 2) for j in (0, 1, 2) if (i, j) != (1, 1)]
    neighbours = np.min([padded[i : i + count, j : j + count] for i, j in shifts], axis=0)
    candidates = np.argwhere((values <= neighbours) & np.isfinite(values))
    order = np.argsort(values[tuple(candidates.T)])[:16]
    step = [axis[1] - axis[0] for axis in axes]
    found = []
    for i, j in candidates[order]:
        centre = (axes[0][i], axes[1][j])
        around = [
            (max(c - h, low), min(c + h, high)) for c, h, (low, high) in zip(centre, step, box, strict=True)
        ]
        found.append(lowest(system.loss, around))
    least = min(value for _, value in found)
    finite = values[np.isfinite(values)]
    span = float(np.ptp(finite)) if len(finite) else 0.0
    return np.stack([point for point, value in found if value <= least + _TIE * span])
