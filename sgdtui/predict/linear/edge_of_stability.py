"""Where a learning rate is past the edge of stability: at the lowest point of the loss, η against 2/λ."""

from __future__ import annotations

import numpy as np

from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.minimum import lowest


def edge_of_stability(experiment: Experiment) -> float | None:
    """The least η (of an SDE: dt) at which steps diverge at the minimum; None where linear theory does not tell.

    The linearised step multiplies a distance by 1 − ηλ, so that it grows where ηλ > 2, with λ the largest curvature
    at the lowest point of the loss on the domain.
    """
    system, dynamics = experiment.system, experiment.dynamics
    if not isinstance(system, GradientSystem) or dynamics.schedule is not None or dynamics.momentum:
        return None
    domain = experiment.space.domain or system.loss.domain
    if domain is None or len(domain) != system.dimension:
        return None
    found = fields(experiment)
    point, _ = lowest(found.loss, domain)
    curvature = float(np.linalg.eigvalsh(found.hessian(np.atleast_2d(point))[0]).max())
    return 2 / curvature if curvature > 0 else None
