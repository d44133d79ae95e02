"""Why a run has no law to settle into, in one sentence."""

from __future__ import annotations

from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.predict.numerics.step_constants import learning_rate


def never_rests(experiment: Experiment) -> str:
    """The sentence for a run that cannot settle by construction; empty where it may."""
    if experiment.until is not None:
        return (
            "Walkers stop where `until` holds: what is counted is their first passage, and those still on their way "
            "have no stationary law."
        )
    if learning_rate(experiment) is None:
        return "The learning rate changes with time, so that no law is stationary."
    try:
        changing = fields(experiment).time_dependent
    except TypeError:
        return ""
    return "The equations change with time, so that no law is stationary." if changing else ""
