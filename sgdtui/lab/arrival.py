"""Whether every walker has come to a place where nothing moves it any more: no gradient, and no noise."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.budget import TooCostly
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.plain import plain
from sgdtui.predict.numerics.start import start_mean
from sgdtui.predict.numerics.step_constants import learning_rate

_MOVES = 1e-9
"""A step shorter than this share of the way that the walkers came is no motion."""
_ROUNDING = 1e-14
"""Of the noise at the start, what is left where it vanishes and its moments cancel to rounding."""
_LOOKED_AT = 64


def arrived(experiment: Experiment, positions: Array) -> bool:
    """Whether the next step of every walker at `positions` (n, d) is nothing beside the way that it came.

    Looked at for up to 64 walkers that are left; False where none is, or where the noise is too dear to know.
    """
    try:
        return _arrived(experiment, positions)
    except (TooCostly, MemoryError):
        return False


def _arrived(experiment: Experiment, positions: Array) -> bool:
    experiment = plain(experiment)
    rate = learning_rate(experiment)
    if rate is None or not experiment.system.has_fields or not experiment.dynamics.is_plain:
        return False
    system = fields(experiment)
    alive = positions[np.isfinite(positions).all(axis=1)]
    if not len(alive) or system.time_dependent:
        return False
    floor = _ROUNDING * float(np.trace(system.covariance(start_mean(experiment)[None, :])[0]))
    came = float(np.linalg.norm(alive - start_mean(experiment), axis=1).max())
    # One walker first: nearly always it moves, and the rest need not be asked.
    return all(
        bool(np.all(_step(experiment, system, some, rate, floor) <= _MOVES * came))
        for some in (alive[:1], alive[:: max(1, len(alive) // _LOOKED_AT)][:_LOOKED_AT])
    )


def _step(experiment: Experiment, system: Fields, x: Array, rate: float, floor: float) -> Array:
    """The root mean square length of the next step, (n,); a noise whose variance is below `floor` is none."""
    pull = np.linalg.norm(system.gradient(x), axis=1)
    variance = np.trace(system.covariance(x), axis1=1, axis2=2)
    spread = np.sqrt(np.where(variance > floor, variance, 0.0) * experiment.noise_scale)
    if experiment.dynamics.is_sde:
        dt = experiment.dynamics.dt
        return np.asarray(np.hypot(pull * dt, spread * np.sqrt(rate * dt)))
    return np.asarray(rate * np.hypot(pull, spread))
