"""Rules of the step whose law is not known: every prediction is absent then, and says why."""

from __future__ import annotations

from sgdtui.model.experiment import Experiment
from sgdtui.model.rules.registry import RULES
from sgdtui.predict.prediction import Absence


def why_no_law(experiment: Experiment, name: str) -> Absence | None:
    """Why the prediction `name` knows nothing of the rule of this experiment's step; None where it does.

    What is written for plain SGD, its SDE and its heavy ball is wrong for any other rule, not nearly right.
    """
    dynamics = experiment.dynamics
    if dynamics.is_plain:
        return None
    rule = RULES[dynamics.optimizer.name]
    return Absence(name, "not found" if rule.settles else "unsettled", rule.why)
