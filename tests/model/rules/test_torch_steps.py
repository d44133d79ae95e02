"""Every rule goes where torch.optim goes, step by step, by numpy and in a kernel; see make_torch_steps.py."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.dynamics import Dynamics, Optimizer
from sgdtui.model.rules.registry import RULES
from sgdtui.model.rules.update import update_of
from sgdtui.simulate.ensemble import Ensemble
from tests.model.rules.cases import CASES, DRIFT, ETA, START, STEPS, VARIABLES, Case, gradient
from tests.simulate.systems import experiment

TORCH = json.loads(Path(__file__).with_name("torch_steps.json").read_text())
CLOSE = 1e-12


def walked(dynamics: Dynamics) -> np.ndarray:
    """By numpy, (STEPS, 3)."""
    update = update_of(dynamics)
    x = np.array([START])
    state = {name: np.zeros_like(x) for name in update.state}
    path = []
    for step in range(STEPS):
        x, state = update.take(x, gradient(x, step), state, ETA, step)
        path.append(x[0])
    return np.array(path)


def test_every_rule_was_walked_by_torch() -> None:
    assert {case.rule for case in CASES.values()} == set(RULES.names)
    assert TORCH.keys() - {"torch", "made by"} == CASES.keys()
    assert TORCH["torch"].startswith("2.13.0")
    for rule in RULES:
        if rule.carried is not None and rule.name != "sign":
            assert any(case.rule == rule.name and case.momentum for case in CASES.values())


@pytest.mark.parametrize("name", CASES)
def test_numpy_takes_the_steps_of_torch(name: str) -> None:
    assert np.abs(walked(CASES[name].dynamics) - np.array(TORCH[name])).max() < CLOSE


@pytest.mark.parametrize("name", CASES)
def test_a_kernel_takes_the_steps_of_torch(name: str) -> None:
    case: Case = CASES[name]
    given = experiment(
        drift=DRIFT, noise="0", variables=VARIABLES, walkers=2, eta=ETA, momentum=case.momentum,
        optimizer=Optimizer(case.rule, case.numbers), dampening=case.dampening, decay=case.decay,
        domain=((-5, 5), (-5, 5)),
    )  # fmt: skip
    ensemble = Ensemble(given, threads=1)
    ensemble.adopt(np.array([START]))
    for place in TORCH[name]:
        ensemble.advance(1, record=False)
        assert np.abs(ensemble.positions() - place).max() < CLOSE
    ensemble.close()


def test_signum_is_the_sign_of_a_running_mean() -> None:
    found = walked(Dynamics(eta=ETA, momentum=0.5, optimizer=Optimizer("sign")))
    x, mean = np.array(START), np.zeros(3)
    for step in range(STEPS):
        mean = 0.5 * mean + 0.5 * gradient(x, step)
        x = x - ETA * np.sign(mean)
        assert found[step] == pytest.approx(x, abs=CLOSE)


def test_a_rule_without_a_momentum_has_none() -> None:
    with pytest.raises(ValueError, match="Adam has no step with momentum"):
        update_of(Dynamics(momentum=0.9, optimizer=Optimizer("adam")))
    with pytest.raises(ValueError, match="Nesterov's momentum has no step without momentum"):
        update_of(Dynamics(optimizer=Optimizer("nesterov")))
