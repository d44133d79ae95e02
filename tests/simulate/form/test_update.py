"""Rules of the step in kernels: with noise, over data, at walls; what is remembered is saved, no dial recompiles."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.dynamics import Optimizer
from sgdtui.model.rules.registry import RULES
from sgdtui.model.rules.update import update_of
from sgdtui.model.space import Boundary
from sgdtui.model.start import At
from sgdtui.simulate.ensemble import Ensemble, Unsupported
from tests.model.rules import test_torch_steps
from tests.simulate.systems import assert_mean, counted, experiment, sample, second

ADAM = Optimizer("adam", (("beta1", 0.9), ("beta2", 0.99)))
STORED = json.loads(Path(test_torch_steps.__file__).with_name("adam_moment.json").read_text())


def test_adam_settles_where_an_independent_numpy_run_of_a_thousand_million_steps_does() -> None:
    counts = counted(experiment("x**2/2", "2", optimizer=ADAM, eta=0.05), 1000, 5000)
    found = second(counts)
    value, error = float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))
    assert STORED["walker_steps"] >= 1e9
    assert np.hypot(error, STORED["se"]) < 2e-3 * value
    assert abs(value - STORED["value"]) < 4 * np.hypot(error, STORED["se"])


@pytest.mark.parametrize("rule", ["clip", "sign"])
def test_a_rule_takes_the_noise_as_part_of_the_gradient(rule: str) -> None:
    """From x = 0 one step of the sign is of length eta, and a clipped one no longer than eta·norm; half go each way."""
    ensemble = Ensemble(
        experiment("x**2/2", "4", optimizer=Optimizer(rule), eta=0.1, walkers=20000), threads=1
    )
    ensemble.advance(1, record=False)
    x = ensemble.positions()[:, 0]
    ensemble.close()
    lengths = np.abs(x)
    assert abs(np.mean(x > 0) - 0.5) < 4 * 0.5 / np.sqrt(len(x))
    if rule == "sign":
        assert lengths == pytest.approx(np.full(len(x), 0.1))
    else:
        # |g| has deviation 2: P(|g| > 1) = 0.6171.
        assert lengths.max() <= 0.1
        share = np.mean(lengths > 0.1 * (1 - 1e-5))
        assert abs(share - 0.61708) < 4 * np.sqrt(0.617 * 0.383 / len(x))


def test_over_data_the_rule_acts_on_the_mean_of_the_batch() -> None:
    """Two rows and both in every batch: no noise, so that numpy knows every step."""
    rows = [[1.0, 2.0], [0.5, -1.0]]
    given = experiment(
        system=sample(rows, "(w*x - y)**2/2", draw="distinct"),
        batch=2, optimizer=ADAM, decay=0.1, eta=0.1, start=At((1.5,)), walkers=3,
    )  # fmt: skip
    ensemble = Ensemble(given, threads=1)
    ensemble.advance(30, record=False)
    update = update_of(given.dynamics)
    w = np.array([[1.5]])
    state = {name: np.zeros_like(w) for name in update.state}
    for step in range(30):
        gradient = sum((w * a - y) * a for a, y in rows) / 2
        w, state = update.take(w, gradient, state, 0.1, step)
    assert ensemble.positions() == pytest.approx(np.full((3, 1), w[0, 0]), rel=1e-12)
    ensemble.close()


def test_what_is_remembered_is_saved_and_taken_up_again() -> None:
    given = experiment(
        "x**2/2 + y**2 + x*y/2",
        variables=("x", "y"),
        optimizer=ADAM,
        decay=0.1,
        walkers=500,
        start=At((1.0, 1.0)),
    )
    first, second_ = Ensemble(given, threads=1), Ensemble(given, threads=1)
    first.advance(7, record=False)
    saved = first.state()
    assert saved["walkers"].shape == (2 * (1 + 2), 500)
    first.advance(50, record=False)
    second_.restore(saved)
    second_.advance(50, record=False)
    assert np.array_equal(first.positions(), second_.positions())
    first.close()
    second_.close()


def test_walkers_put_anew_begin_their_rule_anew() -> None:
    """Adam's correction counts a walker's own steps: after a fresh start it goes the same way again."""
    given = experiment("x**2/2", "0", optimizer=ADAM, walkers=1, start=At((1.0,)))
    ensemble = Ensemble(given, threads=1)
    ensemble.advance(9, record=False)
    once = ensemble.positions()
    ensemble.scatter(At((1.0,)))
    ensemble.advance(9, record=False)
    assert ensemble.step == 18
    assert ensemble.positions() == pytest.approx(once, rel=1e-14)
    ensemble.close()


def test_a_dial_of_a_rule_recompiles_nothing() -> None:
    given = experiment("x**2/2", optimizer=ADAM, walkers=64)
    ensemble = Ensemble(given, threads=1)
    slower = replace(given, dynamics=replace(given.dynamics, optimizer=Optimizer("adam", (("beta1", 0.5),))))
    assert ensemble.change(slower)
    other = replace(given, dynamics=replace(given.dynamics, optimizer=Optimizer("rmsprop")))
    assert not ensemble.change(other)
    ensemble.close()


def test_a_wall_turns_round_what_has_a_direction() -> None:
    """A particle that no force slows down comes back from the wall with its velocity, by Nesterov's step too."""
    for rule in ("sgd", "nesterov"):
        given = experiment(
            drift=["where(k == 0, 1, 0)"], noise="0", domain=((0, 1),), boundaries=(Boundary("reflect"),),
            optimizer=Optimizer(rule), momentum=0.5, dampening=0.0, decay=1e-300, eta=0.4, walkers=1,
            start=At((0.5,)),
        )  # fmt: skip
        free = replace(given, space=replace(given.space, boundaries=(Boundary(),)))
        inside, outside = Ensemble(given, threads=1), Ensemble(free, threads=1)
        for _ in range(6):
            inside.advance(1, record=False)
            outside.advance(1, record=False)
            there = outside.positions()[0, 0]
            assert inside.positions()[0, 0] == pytest.approx(2 - there if there > 1 else there)
        assert there > 1
        inside.close()
        outside.close()


def test_a_large_square_loses_nobody() -> None:
    """Squares of a gradient of 10⁷ are beyond where a coordinate counts as lost."""
    given = experiment(
        "1e7*x**2/2", "0", optimizer=Optimizer("adagrad"), eta=0.1, walkers=10, start=At((1.0,))
    )
    ensemble = Ensemble(given, threads=1)
    ensemble.advance(200, record=True)
    assert ensemble.lost == 0
    assert np.abs(ensemble.positions()).max() < 1
    assert ensemble.counts().samples.sum() > 0
    ensemble.close()


def test_momentum_of_the_heavy_ball_is_the_same_by_formula_and_by_hand() -> None:
    """Decay at the edge of nothing takes the other path through the writer: the same law, E x² = eta/((1-β)(2 - …))."""
    eta, beta = 0.2, 0.8
    given = experiment("x**2/2", momentum=beta, decay=1e-300, eta=eta)
    exact = eta * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta))
    assert_mean(second(counted(given, 300, 3000)), exact, sharp=4e-3)


def test_what_is_not_simulated_says_so() -> None:
    with pytest.raises(Unsupported, match="optimisers and decay belong to sgd"):
        Ensemble(experiment("x**2/2", kind="sde", optimizer=ADAM))


def test_every_rule_keeps_its_walkers_near_a_minimum() -> None:
    for rule in RULES:
        momentum = 0.5 if rule.formulas is None else 0.0
        given = experiment(
            "x**2/2 + y**2", variables=("x", "y"), optimizer=Optimizer(rule.name), momentum=momentum, decay=0.01,
            eta=0.02, walkers=512,
        )  # fmt: skip
        counts = counted(given, 300, 100)
        assert counts.lost == 0
        assert 0 < second(counts).mean() < 0.2
