"""The claims notice when the engine is wrong: each mutation makes at least three named rows fail.

With an eighth of the walkers, so a claim counts as failing only if it does by more than six standard errors.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sgdtui.claims.check import check
from sgdtui.lab.run import run
from sgdtui.model.drift import DriftSystem
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.gibbs import temperature
from sgdtui.preset.change import changed
from sgdtui.preset.load import load
from sgdtui.simulate import ensemble

pytestmark = pytest.mark.slow


def uphill(experiment):
    """The drift with the wrong sign."""
    system = experiment.system
    if isinstance(system, GradientSystem):
        system = replace(system, loss=replace(system.loss, expression=-system.loss.expression))
    elif isinstance(system, DriftSystem):
        system = replace(system, velocity=tuple(-v for v in system.velocity))
    elif isinstance(system, SampleSystem) and system.loss is not None:
        system = replace(system, loss=-system.loss)
    return replace(experiment, system=system)


def wrong_convention(experiment):
    """Anti-Itô where Itô is asked for, and the other way round."""
    dynamics = experiment.dynamics
    return replace(experiment, dynamics=replace(dynamics, convention=1 - dynamics.convention))


def twice_the_batch(experiment):
    """Noise averaged over twice the batch."""
    return replace(experiment, dynamics=replace(experiment.dynamics, batch=2 * experiment.dynamics.batch))


def stepping(monkeypatch, mutated):
    """Step the mutated system, and predict the true one."""
    true = ensemble.program
    monkeypatch.setattr(ensemble, "program", lambda experiment: true(mutated(experiment)))


def failures(name):
    """The claims of a row that fail far beyond chance."""
    experiment = load(name)
    fewer = changed(experiment, {"run.walkers": experiment.run.walkers // 8})
    claims = check(experiment, run(fewer).document())
    return [claim for claim in claims if not claim.holds and (claim.z is None or abs(claim.z) > 6)]


def failing(rows):
    return [name for name in rows if failures(name)]


ROWS = ["stationary-law", "label-noise", "time-is-eta"]


@pytest.mark.parametrize("name", [*ROWS, "flat-or-quiet", "langevin", "pollen", "rock-pile"])
def test_the_rows_hold_without_a_mutation(name):
    assert failures(name) == []


def test_the_sign_of_the_drift(monkeypatch):
    stepping(monkeypatch, uphill)
    assert failing(ROWS) == ROWS


def test_the_half_in_the_temperature(monkeypatch):
    true = temperature.noise_temperature
    monkeypatch.setattr(temperature, "noise_temperature", lambda *arguments: 2 * true(*arguments))
    rows = ["stationary-law", "label-noise", "langevin"]
    assert failing(rows) == rows


def test_ito_for_anti_ito(monkeypatch):
    stepping(monkeypatch, wrong_convention)
    rows = ["pollen", "rock-pile", "flat-or-quiet"]
    assert failing(rows) == rows


def test_the_effect_of_the_batch(monkeypatch):
    stepping(monkeypatch, twice_the_batch)
    assert failing(ROWS) == ROWS
