"""The Gibbs law exp(-L/T)/Z at a temperature that the caller chose and that is always shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.numerics.conserved import conserved_directions
from sgdtui.predict.numerics.step_constants import learning_rate
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.rule import why_no_law

NAME = "gibbs"


def gibbs(
    experiment: Experiment, edges: tuple[Array, ...], temperature: float, rule: str
) -> Prediction | Absence:
    """exp(-L/T)/Z on bins `edges`, one array of edges a drawn axis.

    Args:
        temperature: T, in units of the loss.
        rule: how T was chosen: "minimum", "average", "best-kl" or "given".
    """
    unknown = why_no_law(experiment, NAME)
    if unknown is not None:
        return unknown
    if not experiment.system.has_fields:
        return Absence(NAME, "no loss", "these jumps follow from rates, not from a loss")
    system = fields(experiment)
    if not system.has_loss:
        return Absence(NAME, "no loss", "the drift is given as a velocity, not as the gradient of a loss")
    if learning_rate(experiment) is None or system.time_dependent:
        return Absence(NAME, "unsettled", "the equations change with time: there is no one temperature")
    if not np.isfinite(temperature):
        return Absence(NAME, "degenerate noise", "the noise has no variance that would set a temperature")
    if temperature <= 0:
        return Absence(NAME, "degenerate noise", "the temperature is zero")
    if experiment.dimension == 1:
        from sgdtui.predict.gibbs.line import gibbs_on_the_line

        found = gibbs_on_the_line(experiment, system, edges[0], temperature)
    elif experiment.dimension == 2 and not conserved_directions(experiment).size:
        from sgdtui.predict.gibbs.plane import gibbs_on_the_plane

        found = gibbs_on_the_plane(experiment, system, edges, temperature)
    else:
        from sgdtui.predict.gibbs.importance_sampling import gibbs_by_sampling

        found = gibbs_by_sampling(experiment, system, edges, temperature)
    if isinstance(found, Absence):
        return found
    return replace(found, temperature=temperature, rule=rule)
