"""The constants of one step: the learning rate where it is constant, and what momentum makes of it."""

from __future__ import annotations

import numpy as np

from sgdtui.expression.numeric import evaluate
from sgdtui.model.experiment import Experiment


def learning_rate(experiment: Experiment) -> float | None:
    """eta, or the value of a schedule that names neither `k` nor `t`; None where it changes with time."""
    schedule = experiment.dynamics.schedule
    if schedule is None:
        return experiment.dynamics.eta
    if schedule.names & {"k", "t"}:
        return None
    return float(evaluate(schedule, {**experiment.values, "eta": experiment.dynamics.eta}))


def momentum(experiment: Experiment) -> float:
    """The momentum β of SGD; 0 for an SDE."""
    return 0.0 if experiment.dynamics.is_sde else experiment.dynamics.momentum


def noise_temperature(experiment: Experiment, variance: float) -> float:
    """T of Gibbs for the variance of one example's gradient along a direction.

    T = eta·noise_scale·variance/2, divided by 1 - β under momentum: to first order in eta a heavy ball of step eta
    diffuses as plain SGD of learning rate eta/(1 - β). NaN where no such number exists (a changing learning rate,
    a law without variance).
    """
    eta = learning_rate(experiment)
    law = getattr(getattr(experiment.system, "noise", None), "law", None)
    if eta is None or (law is not None and not law.has_variance):
        return float(np.nan)
    if law is not None and law.kind == "stable":
        variance = 2.0 * variance  # exp(-t²) is the characteristic function of a variance of two
    return eta * experiment.noise_scale * variance / 2 / (1 - momentum(experiment))
