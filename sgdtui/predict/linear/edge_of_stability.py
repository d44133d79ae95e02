"""Where a learning rate is past the edge of stability: at the lowest point of the loss, η against 2/λ; over data the η
at which the second moment diverges.
"""

from __future__ import annotations

import numpy as np

from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.minimum import lowest
from sgdtui.predict.linear.mean_square_edge import edge_over_examples


def edge_of_stability(experiment: Experiment) -> float | None:
    """The least η (of an SDE: dt) at which steps diverge at the minimum; None where linear theory does not tell.

    The linearised step multiplies a distance by 1 − ηλ, so that it grows where ηλ > 2, with λ the largest curvature
    at the lowest point of the loss on the domain. A model over rows has the exact edge of its second moment.
    """
    system, dynamics = experiment.system, experiment.dynamics
    if system.each_example_is_a_map:
        plain = dynamics.schedule is None and not dynamics.momentum and not dynamics.is_sde
        return edge_over_examples(experiment) if plain else None
    if system.surface is None or dynamics.schedule is not None or dynamics.momentum:
        return None
    domain = experiment.space.domain or system.surface.domain
    if domain is None or len(domain) != system.dimension:
        return None
    found = fields(experiment)
    point, _ = lowest(found.loss, domain)
    curvature = float(np.linalg.eigvalsh(found.hessian(np.atleast_2d(point))[0]).max())
    return 2 / curvature if curvature > 0 else None
