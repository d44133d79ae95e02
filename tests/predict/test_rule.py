"""Under a rule whose law is not known every prediction is absent and says why; a wrong one is the worst of faults."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.model.dynamics import Dynamics, Optimizer
from sgdtui.model.rules.registry import RULES
from sgdtui.predict.prediction import Absence
from sgdtui.predict.question import Question
from sgdtui.predict.registry import PREDICTIONS
from sgdtui.predict.time.relaxation import relaxation_time
from tests.predict.experiments import experiment, on_loss

EDGES = (np.linspace(-3, 3, 61),)


@pytest.mark.parametrize("rule", [rule for rule in RULES.names if rule != "sgd"])
def test_no_law_is_predicted_of_a_rule_that_is_not_sgd(rule: str) -> None:
    momentum = 0.5 if RULES[rule].formulas is None else 0.0
    given = experiment(on_loss("x**2/2"), Dynamics(momentum=momentum, optimizer=Optimizer(rule)))
    for kind in PREDICTIONS:
        found = kind.law(Question(given, EDGES, {}, None))
        assert isinstance(found, Absence), kind.name
        assert found.reason == ("unsettled" if rule == "adagrad" else "not found")
        assert found.detail == RULES[rule].why
    assert relaxation_time(given) is None


def test_a_run_under_adam_says_what_gibbs_means_there() -> None:
    given = experiment(on_loss("x**2/2"), Dynamics(eta=0.05, optimizer=Optimizer("adam")))
    result = run(replace(given, run=replace(given.run, walkers=2048, burn_in=500, steps=200)))
    document = result.document()
    assert document["predictions"] == {}
    assert document["verdict"] == "undecided"
    assert "means nothing" in document["why_not_detail"]["gibbs"]
    assert document["settings"]["optimizer"] == {"adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}}
