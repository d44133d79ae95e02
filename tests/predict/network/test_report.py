"""What is foretold of a network beside its law, each against steps or sums of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.network_quantities import balance
from sgdtui.predict.network.report import network_report
from sgdtui.predict.network.valley import Valley, valley
from sgdtui.predict.prediction import Absence
from sgdtui.preset.load import load

ROWS = np.round(np.random.default_rng(4).normal(size=(12, 3)), 3)


def network(
    start: Any = None, walkers: int = 2048, steps: int = 400, every: int = 100, **more: Any
) -> Experiment:
    dynamics = {"eta": 0.02, **more.pop("dynamics", {})}
    observe = more.pop("observe", {})
    section = {"data": ROWS.tolist(), "columns": ["a", "b", "y"], "layers": [2], "ridge": 0.1, **more}
    return load(
        {
            "network": section,
            "start": start or {"minimum": "best"},
            "dynamics": dynamics,
            "space": {"domain": [[-3, 3]], "axes": ["w1_1_1"]},
            "run": {"walkers": walkers, "burn_in": 0, "steps": steps, "every": every},
            "observe": observe,
        }
    )


def fields(experiment: Experiment) -> NetworkFields:
    assert isinstance(experiment.system, NetworkSystem)
    return NetworkFields(experiment.system)


def test_what_the_document_says_of_a_network_is_what_its_fields_say() -> None:
    experiment = network(walkers=64)
    told = run(experiment, threads=1).document()["network"]
    place = np.array(getattr(experiment.start, "point"))[None]  # noqa: B009
    hessian, noise = fields(experiment).hessian(place)[0], fields(experiment).covariance(place)[0]
    values, vectors = np.linalg.eigh(hessian)
    np.testing.assert_allclose(told["spectrum"]["hessian"], values[::-1], rtol=1e-6)
    np.testing.assert_allclose(
        told["spectrum"]["noise"], np.diag(vectors.T @ noise @ vectors)[::-1], rtol=1e-4, atol=1e-9
    )
    assert told["weights"] == 9
    assert told["trH"] == pytest.approx(np.trace(hessian), rel=1e-6)
    assert told["excess_loss"] == pytest.approx(0.02 * np.trace(noise) / 4, rel=1e-6)
    size = np.linalg.norm(noise) * np.linalg.norm(hessian)
    assert told["cosine"]["hessian"] == pytest.approx((noise * hessian).sum() / size, rel=1e-6)
    assert told["cosine"]["identity"] == pytest.approx(np.trace(noise) / np.linalg.norm(noise) / 3, rel=1e-6)
    assert set(told["why_not"]) == {"valley", "balance"}


def test_other_systems_have_nothing_there() -> None:
    small = load({"loss": "x**2/2", "run": {"walkers": 64, "burn_in": 0, "steps": 10}})
    assert run(small, threads=1).document()["network"] is None


@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_balance_moves_as_foretold(activation: str) -> None:
    """One step from one place: the average over all draws of a row, exactly."""
    experiment = network(start={"init": {"seed": 2}}, activation=activation, layers=[3, 2], ridge=0.1)
    found, eta = fields(experiment), experiment.dynamics.eta
    place = np.array(getattr(experiment.start, "point"))  # noqa: B009
    ahead = place - eta * found.example_gradients(place[None], found.examples)[0]
    report = network_report(experiment)
    assert report is not None
    assert report.balance is not None
    for layer in (1, 2):
        before = balance(found.system, layer, place[None])[0]
        moved = (balance(found.system, layer, ahead).mean() - before) / eta
        assert report.balance[layer - 1] == pytest.approx(moved, rel=1e-9)


def in_valley(**more: Any) -> Experiment:
    """Five rows, thirteen weights, fitted exactly."""
    return network(
        data=ROWS[:5].tolist(), layers=[3], ridge=0, label_noise=0.2, observe=["trH"], **more
    )  # fmt: skip


def test_label_noise_lets_the_trace_of_the_hessian_fall_as_foretold() -> None:
    """512 copies, t = 100 at η = .01: what was foretold to first order in η, and 4 standard errors."""
    experiment = in_valley(walkers=512, steps=10_000, every=1000, dynamics={"eta": 0.01})
    result = run(experiment, threads=2)
    way = result.document()["network"]["valley"]
    series = result.snapshot.series
    assert series is not None
    seen = series.observables["trH"]
    fall, error = seen[0] - seen[-1], series.observables_se["trH"][-1]
    assert way["fall"] > 0.15
    assert abs(fall / way["fall"] - 1) < 0.1 + 4 * error / way["fall"]
    assert series.time[-1] == pytest.approx(way["time"][-1])


def test_a_swarm_drifts_more_slowly_and_its_rate_is_that_of_its_spread() -> None:
    """For κ → ∞ workers move as one, with 1/n of the noise; for κ = 0 each by itself."""
    ways = [
        valley(e, fields(e), np.array(getattr(e.start, "point")))  # noqa: B009
        for e in (
            in_valley(dynamics={"eta": 1e-4}, steps=100),
            in_valley(dynamics={"eta": 1e-4, "swarm": {"size": 4, "coupling": 0}}, steps=100),
            in_valley(dynamics={"eta": 1e-4, "swarm": {"size": 4, "coupling": 8000}}, steps=100),
            in_valley(dynamics={"eta": 1e-4, "batch": 4}, steps=100),
        )
    ]
    rates = [way.rate for way in ways if isinstance(way, Valley)]
    assert rates[0] == pytest.approx(rates[1])
    assert rates[2] == pytest.approx(rates[3], rel=0.05)
    assert rates[0] < rates[2] < 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label_noise": 0}, "there is no label noise"),
        ({"ridge": 0.1}, "a ridge pulls along the valley too"),
        ({"data": ROWS.tolist()}, "the rows are not fitted exactly"),
        ({"dynamics": {"schedule": "eta/(1 + k)"}}, "the learning rate changes with time"),
    ],
)
def test_where_there_is_no_drift_a_sentence_says_why(changes: dict[str, Any], said: str) -> None:
    whole = {"data": ROWS[:5].tolist(), "layers": [2], "ridge": 0, "label_noise": 0.2, **changes}
    experiment = network(**whole)
    place = fields(experiment).minimum_near(np.array(getattr(experiment.start, "point")))  # noqa: B009
    absent = valley(experiment, fields(experiment), place)
    assert isinstance(absent, Absence)
    assert said in absent.detail
