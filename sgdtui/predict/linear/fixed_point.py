"""The point about which a system is linearised: the lowest minimum of its loss, or a stable zero of its drift."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields
from sgdtui.predict.numerics.minima import lowest_minima, search_box, search_width
from sgdtui.predict.numerics.newton import is_stable, newton
from sgdtui.predict.numerics.start import start_mean

_SEEDS = 24


def fixed_point(experiment: Experiment, system: Fields) -> Array | None:
    """The point (d,), sharpened by Newton's method; None where none is found.

    Of minima that tie the nearest to the start is taken. A drift that is no gradient is searched from the start,
    the middle of the domain and seeded random places; the stable zero nearest to the start wins.
    """
    start = start_mean(experiment)
    if system.has_loss:
        minima = lowest_minima(experiment, system)
        if len(minima) == 0:
            return None
        nearest = minima[np.argmin(np.linalg.norm(minima - start, axis=1))]
        sharpened = newton(system, nearest)
        box = np.array(search_box(experiment))
        close = np.all(np.abs(sharpened - nearest) <= 1e-3 * (box[:, 1] - box[:, 0]))
        rounding = 1e-9 * (box[:, 1] - box[:, 0])
        at_edge = np.any((nearest <= box[:, 0] + rounding) | (nearest >= box[:, 1] - rounding))
        return sharpened if close or at_edge else nearest
    box = np.array(search_box(experiment))
    rng = np.random.default_rng(0)
    seeds = [start, box.mean(axis=1), *rng.uniform(box[:, 0], box[:, 1], size=(_SEEDS, len(box)))]
    found = [newton(system, seed) for seed in seeds]
    stable = [x for x in found if is_stable(system, x, search_width(experiment))]
    if not stable:
        return None
    return min(stable, key=lambda x: float(np.linalg.norm(x - start)))
