"""Noise that is tied to the learning rate."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.model.fields import fields
from sgdtui.preset.change import changed
from sgdtui.preset.load import load_text
from sgdtui.preset.text.problem import PresetError

LANGEVIN = """
loss: x**2/2
noise: "2*T/eta"
parameters: {T: 0.3}
dynamics: {eta: 0.05}
space: {domain: [[-3, 3]]}
run: {walkers: 16384, burn_in: 200, steps: 1000, seed: 4}
"""


def test_it_follows_the_dial() -> None:
    experiment = load_text(LANGEVIN)
    assert fields(experiment).covariance(np.zeros((1, 1)))[0, 0, 0] == pytest.approx(12)
    turned = changed(experiment, {"eta": 0.2})
    assert fields(turned).covariance(np.zeros((1, 1)))[0, 0, 0] == pytest.approx(3)


def test_and_the_schedule() -> None:
    experiment = load_text(LANGEVIN.replace("{eta: 0.05}", "{eta: 0.05, schedule: eta/(1 + k)}"))
    assert fields(experiment, k=3.0).covariance(np.zeros((1, 1)))[0, 0, 0] == pytest.approx(48)


def test_the_temperature_of_langevin_dynamics_is_that_of_the_noise() -> None:
    for eta in (0.05, 0.2):
        result = run(load_text(LANGEVIN), eta=eta)
        assert result.predictions["gibbs"].temperature == pytest.approx(0.3)
        se = result.snapshot.covariance_se[0, 0]
        assert abs(result.covariance[0, 0] - 0.3 / (1 - eta / 2)) < 4.5 * se
        assert abs(result.covariance[0, 0] - 0.15) > 50 * se


def test_no_parameter_is_called_eta() -> None:
    with pytest.raises(PresetError, match="learning rate"):
        load_text("{loss: x**2, noise: eta, parameters: {eta: 1}}")
