"""Where a learning rate is past the edge of stability: at the lowest point of the loss, η against 2/λ."""

from __future__ import annotations

import numpy as np

from sgdtui.model.experiment import Experiment
from sgdtui.tui.draw.scale import number


def warning_of(experiment: Experiment) -> str:
    """One sentence where discrete SGD at this η diverges at the minimum, or an SDE's dt is that long; else "".

    The linearised step multiplies a distance by 1 − ηλ, so that it grows where ηλ > 2, with λ the largest curvature
    at the lowest point of the loss on the domain (the edge of stability).
    """
    from sgdtui.model.fields import fields
    from sgdtui.model.gradient import GradientSystem
    from sgdtui.model.minimum import lowest

    system, dynamics = experiment.system, experiment.dynamics
    if not isinstance(system, GradientSystem) or dynamics.schedule is not None or dynamics.momentum:
        return ""
    domain = experiment.space.domain or system.loss.domain
    if domain is None or len(domain) != system.dimension:
        return ""
    found = fields(experiment)
    point, _ = lowest(found.loss, domain)
    curvature = float(np.linalg.eigvalsh(found.hessian(np.atleast_2d(point))[0]).max())
    if not curvature > 0:
        return ""
    step, name = (dynamics.dt, "dt") if dynamics.is_sde else (dynamics.eta, "η")
    edge = 2 / curvature
    if step >= edge:
        return f"{name} is past 2/λ = {number(edge)}: the steps diverge at the minimum"
    return ""
