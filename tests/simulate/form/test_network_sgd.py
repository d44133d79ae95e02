"""The kernel of a network: against numpy step by step, against the same network as an expression, and exact laws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.preset.load import load
from sgdtui.simulate.driver import rng
from sgdtui.simulate.ensemble import Ensemble

ROWS = np.round(np.random.default_rng(4).normal(size=(12, 3)), 3)


def network(rows: Array = ROWS, **more: Any) -> Experiment:
    dynamics = {"eta": 0.1, "precision": "double", **more.pop("dynamics", {})}
    run = {"walkers": 40, "burn_in": 0, "steps": 30, "every": 7, **more.pop("run", {})}
    start = more.pop("start", {"init": {"seed": 1, "each": True}})
    columns = [f"c{i}" for i in range(rows.shape[1])]
    section = {"data": rows.tolist(), "columns": columns, "layers": [3, 2], "ridge": 0.05, **more}
    return load(
        {
            "network": section,
            "dynamics": dynamics,
            "run": run,
            "start": start,
            "space": {"domain": [[-3, 3]], "axes": ["w1_1_1"]},
        }
    )


def positions(experiment: Experiment, steps: int, threads: int = 1) -> Array:
    ensemble = Ensemble(experiment, threads=threads)
    ensemble.advance(steps, record=True)
    found = ensemble.positions()
    ensemble.close()
    return found


def drawn_rows(seed: int, walkers: int, draws: int, n: int) -> Array:
    """The rows that the walkers' generators choose with replacement, (draws, walkers)."""
    a, b = rng.streams(seed, walkers).astype(np.uint64)
    mask, found = np.uint64(0xFFFFFFFF), []

    def turned(x: Array, by: int) -> Array:
        return ((x << np.uint64(by)) | (x >> np.uint64(32 - by))) & mask

    for _ in range(draws):
        word = (a * np.uint64(rng.MULTIPLIER)) & mask
        b ^= a
        a = turned(a, 26) ^ b ^ ((b << np.uint64(9)) & mask)
        b = turned(b, 13)
        found.append((word * np.uint64(n)) >> np.uint64(32))
    return np.array(found, dtype=int)


@pytest.mark.parametrize(
    ("activation", "batch", "momentum"),
    [
        ("tanh", 1, 0.0),
        ("relu", 3, 0.5),
        pytest.param("gelu", 1, 0.0, marks=pytest.mark.slow),
        pytest.param("sigmoid", 3, 0.5, marks=pytest.mark.slow),
        pytest.param("linear", 3, 0.5, marks=pytest.mark.slow),
        pytest.param("square", 3, 0.5, marks=pytest.mark.slow),
    ],
)
def test_steps_are_those_of_numpy(activation: str, batch: int, momentum: float) -> None:
    dynamics = {"batch": batch, "momentum": momentum, "eta": 0.03}
    start = {"init": {"seed": 1, "each": True, "scale": 0.3 if activation == "square" else 1.0}}
    experiment = network(activation=activation, dynamics=dynamics, start=start)
    _agrees_with_numpy(experiment, 8, 1e-6 if activation == "gelu" else 1e-9)


@pytest.mark.parametrize(("loss", "classes"), [("logistic", 2), ("softmax", 3)])
def test_steps_of_classifiers_are_those_of_numpy(loss: str, classes: int) -> None:
    rows = ROWS.copy()
    rows[:, -1] = np.arange(12) % classes
    _agrees_with_numpy(network(rows, loss=loss, layers=[3]), 8, 1e-9)


def test_single_precision_is_the_same_to_its_digits() -> None:
    one = positions(network(dynamics={"precision": "single"}), 50)
    two = positions(network(), 50)
    assert 1e-9 < np.abs(one - two).max() < 2e-5


def _agrees_with_numpy(experiment: Experiment, steps: int, close: float) -> None:
    system, dynamics = experiment.system, experiment.dynamics
    assert isinstance(system, NetworkSystem)
    ensemble = Ensemble(experiment, threads=1)
    x = ensemble.positions()
    fields, speed = NetworkFields(system), np.zeros_like(x)
    rows = drawn_rows(experiment.run.seed, len(x), steps * dynamics.batch, len(system.rows))
    for step in range(steps):
        chosen = rows[step * dynamics.batch : (step + 1) * dynamics.batch]
        for walker in range(len(x)):
            some = system.rows[chosen[:, walker]]
            slope = fields.example_gradients(x[walker][None], some)[0].mean(axis=0)
            speed[walker] = dynamics.momentum * speed[walker] - dynamics.eta * slope
        x += speed
    ensemble.advance(steps, record=False)
    np.testing.assert_allclose(ensemble.positions(), x, rtol=0, atol=close)
    ensemble.close()


def test_the_same_network_as_an_expression_steps_alike() -> None:
    """`sample.loss` of a 2-2-1 network: the same seed draws the same rows, so the same numbers come out."""
    hidden = "w2_1_1*tanh(w1_1_1*c0 + w1_1_2*c1 + b1_1) + w2_1_2*tanh(w1_2_1*c0 + w1_2_2*c1 + b1_2) + b2_1"
    of_network = network(layers=[2], ridge=0, start={"init": {"seed": 1}}, dynamics={"batch": 2})
    names = list(of_network.variables)
    start = getattr(of_network.start, "point")  # noqa: B009
    as_sample = load(
        {
            "sample": {
                "loss": f"({hidden} - c2)**2/2",
                "variables": names,
                "columns": ["c0", "c1", "c2"],
                "data": ROWS.tolist(),
            },
            "dynamics": {"eta": 0.1, "batch": 2},
            "run": {"walkers": 40, "burn_in": 0, "steps": 30, "every": 7},
            "start": {"at": list(start)},
            "space": {"domain": [[-3, 3]], "axes": ["w1_1_1"]},
        }
    )
    np.testing.assert_allclose(positions(of_network, 200), positions(as_sample, 200), rtol=0, atol=1e-7)


@pytest.mark.parametrize("draw", ["replacement", "distinct", "reshuffle"])
def test_numbers_do_not_depend_on_threads_or_on_how_steps_are_divided(draw: str) -> None:
    experiment = network(
        draw=draw, run={"walkers": 1500, "every": 7}, dynamics={"batch": 2, "precision": "single"}
    )
    whole = positions(experiment, 150, threads=1)
    ensemble = Ensemble(experiment, threads=2)
    for part in (1, 62, 87):
        ensemble.advance(part, record=True)
    np.testing.assert_array_equal(whole, ensemble.positions())
    ensemble.close()


def test_whole_batches_without_replacement_are_gradient_descent() -> None:
    experiment = network(draw="distinct", dynamics={"batch": 12}, start={"init": {"seed": 2}})
    found = positions(experiment, 20)
    system = experiment.system
    assert isinstance(system, NetworkSystem)
    x = np.array(getattr(experiment.start, "point"))[None]  # noqa: B009
    for _ in range(20):
        x = x - 0.1 * NetworkFields(system).gradient(x)
    np.testing.assert_allclose(found, np.broadcast_to(x, found.shape), atol=1e-9)


def test_a_swarm_is_pulled_to_its_mean() -> None:
    """With a coupling that takes every worker all the way to the mean, workers differ by one step's noise alone."""
    dynamics = {"swarm": {"size": 8, "coupling": 10.0}, "eta": 0.1}
    experiment = network(dynamics=dynamics, start={"init": {"seed": 1, "each": True}})
    found = positions(experiment, 40).reshape(-1, 8, experiment.dimension)
    alone = positions(network(), 40).reshape(-1, 8, experiment.dimension)
    assert found.std(axis=1).mean() < 0.2 * alone.std(axis=1).mean()


def test_only_the_last_layer_moves() -> None:
    experiment = network(train="last", start={"init": {"seed": 1}}, label_noise=0.2)
    system = experiment.system
    assert isinstance(system, NetworkSystem)
    found = positions(experiment, 40)
    start = np.array(getattr(experiment.start, "point"))  # noqa: B009
    np.testing.assert_array_equal(
        found[:, : system.frozen], np.broadcast_to(start, found.shape)[:, : system.frozen]
    )
    assert found[:, system.frozen :].std(axis=0).min() > 0


def test_label_noise_has_the_variance_that_it_should_have() -> None:
    """A linear model without features but its bias: b' = b - η(b - y - σξ), so Var b = ησ²_y/(2 - η)."""
    rows = np.array([[0.0, 1.0], [0.0, -1.0]])
    experiment = network(
        rows,
        layers=[],
        ridge=0,
        label_noise=2.0,
        run={"walkers": 40000},
        start={"init": {}},
        dynamics={"eta": 0.5},
    )
    b = positions(experiment, 60)[:, 1]
    exact = 0.5 * (1.0 + 4.0) / (2 - 0.5)
    assert abs(b.var() - exact) < 4 * exact * np.sqrt(2 / 40000)
    assert abs(b.mean()) < 4 * np.sqrt(exact / 40000)


def test_softmax_keeps_sums_over_outputs_and_ridge_lets_them_decay() -> None:
    rows = ROWS.copy()
    rows[:, -1] = np.arange(12) % 3
    for ridge in (0.0, 0.3):
        experiment = network(rows, loss="softmax", layers=[], ridge=ridge)
        before = Ensemble(experiment, threads=1)
        start = before.positions()
        before.advance(50, record=False)
        sums = before.positions()[:, :6].reshape(-1, 3, 2).sum(axis=1)
        decayed = (1 - 0.1 * ridge) ** 50 * start[:, :6].reshape(-1, 3, 2).sum(axis=1)
        np.testing.assert_allclose(sums, decayed, atol=1e-13)
        before.close()


def test_two_layers_of_one_unit_lose_their_difference() -> None:
    """Scalar u·w: u² - w² shrinks by 1 - η²g² a step, g the residual times the feature."""
    rows = np.array([[1.0, 0.5], [2.0, -1.0], [-1.0, 0.3]])
    experiment = network(rows, layers=[1], activation="linear", bias=False, ridge=0)
    ensemble = Ensemble(experiment, threads=1)
    chosen = drawn_rows(0, 40, 10, 3)
    for step in range(10):
        w, u = ensemble.positions().T
        x, y = rows[chosen[step]].T
        g = (u * w * x - y) * x
        ensemble.advance(1, record=False)
        after = ensemble.positions()
        np.testing.assert_allclose(
            after[:, 1] ** 2 - after[:, 0] ** 2, (u**2 - w**2) * (1 - 0.01 * g**2), atol=1e-12
        )
    ensemble.close()


def test_a_saved_ensemble_goes_on_as_if_nothing_had_happened() -> None:
    experiment = network(dynamics={"momentum": 0.5, "precision": "single"})
    whole = positions(experiment, 90)
    first, second = Ensemble(experiment, threads=1), Ensemble(experiment, threads=1)
    first.advance(33, record=True)
    second.restore(first.state())
    second.advance(57, record=True)
    np.testing.assert_array_equal(whole, second.positions())


def test_turning_a_dial_does_not_recompile() -> None:
    experiment = network()
    ensemble = Ensemble(experiment, threads=1)
    assert ensemble.change(replace(experiment, dynamics=replace(experiment.dynamics, eta=0.2, batch=3)))
