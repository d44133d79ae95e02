"""Hops, run-and-tumble and real SGD over data."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from typing import Any

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.data import Distribution, Fresh
from sgdtui.model.experiment import Experiment
from sgdtui.model.hops import HopSystem
from sgdtui.model.space import Space
from sgdtui.model.start import Uniform
from sgdtui.model.tumble import TumbleSystem
from sgdtui.simulate.ensemble import Ensemble, Unsupported
from tests.simulate.systems import (
    REFLECT,
    assert_mean,
    average,
    counted,
    experiment,
    one_step,
    sample,
    second,
)

ROWS = np.column_stack([(1, 2, -1, 0.5, 1.5, -2), (2.5, 3.6, -2.2, 1.3, 2.4, -4.3)])
LOSS = "(w*x - y)**2/2"


def regression(draw: str = "replacement", batch: int = 1, centre: float = 1.98, **given: Any) -> Experiment:
    built = experiment(system=sample(ROWS, LOSS, draw=draw), eta=0.05, batch=batch, domain=((1, 3),), **given)
    return replace(built, observe=(("spread", parse(f"(w - {centre})**2", ["w"])),))


@pytest.mark.parametrize(
    ("draw", "batch", "variance"),
    [("replacement", 1, 0.00445815), ("replacement", 2, 0.00219788), ("distinct", 2, 0.00175340)],
)
def test_variance_of_minibatch_regression(draw: str, batch: int, variance: float) -> None:
    counts = counted(regression(draw, batch), 400, 1000)
    assert_mean(counts.first[:, 0] / counts.samples, 1.98, 0.001)
    assert_mean(average(counts, 0), variance, 0.01)


def test_reshuffled_epochs_are_biased_and_quiet() -> None:
    counts = counted(regression("reshuffle", centre=1.977610, every=6), 600, 1200)
    assert_mean(counts.first[:, 0] / counts.samples, 1.977610, 1e-4)
    assert_mean(average(counts, 0), 0.000202714, 0.01)


def test_reshuffled_epoch_uses_every_row_once() -> None:
    rows = np.arange(1.0, 8.0)[:, None]
    # without curvature a step adds η·row; after an epoch of 7 rows everyone has added 28
    system = sample(rows, "-w*a", columns=("a",), draw="reshuffle")
    built = experiment(system=system, eta=1.0, walkers=256)
    assert np.all(one_step(built, np.zeros((256, 1)), 7) == 28.0)
    assert len(np.unique(one_step(built, np.zeros((256, 1)), 3))) > 5


@pytest.mark.parametrize("batch", [2, 5, 6])
def test_distinct_batches_are_uniform_over_subsets(batch: int) -> None:
    rows = (2.0 ** np.arange(6))[:, None]
    built = experiment(
        system=sample(rows, "-w*a", columns=("a",), draw="distinct"),
        eta=float(batch),
        batch=batch,
        walkers=32768,
    )
    drawn = one_step(built, np.zeros((32768, 1)))[:, 0].astype(int)
    sets, found = np.unique(drawn, return_counts=True)
    assert all(int(s).bit_count() == batch for s in sets)
    assert len(sets) == comb(6, batch)
    expected = 32768 / len(sets)
    assert np.sum((found - expected) ** 2) / expected < len(sets) + 6 * np.sqrt(2 * len(sets))


@pytest.mark.parametrize("model", ["linear-regression", "logistic-regression"])
@pytest.mark.parametrize("weights", [2, 12])
def test_full_batch_of_a_built_in_model_is_gradient_descent(model: str, weights: int) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(40, weights + 1))
    rows[:, -1] = rows[:, -1] > 0
    names = [f"w{i}" for i in range(weights)]
    columns = [*(f"f{i}" for i in range(weights)), "target"]
    system = sample(rows, columns=columns, variables=names, draw="distinct", model=model, ridge=0.1)
    built = experiment(system=system, variables=names, eta=0.3, batch=40, walkers=64)
    points = rng.normal(size=(64, weights))
    score = points @ rows[:, :-1].T
    said = score if model == "linear-regression" else 1 / (1 + np.exp(-score))
    gradient = (said - rows[:, -1]) @ rows[:, :-1] / 40 + 0.1 * points
    assert one_step(built, points) == pytest.approx(points - 0.3 * gradient, rel=1e-9, abs=1e-12)


def test_many_weights_settle_to_the_exact_covariance_with_replacement() -> None:
    rng = np.random.default_rng(5)
    d, n, eta = 10, 30, 0.05
    features = rng.normal(size=(n, d))
    target = features @ np.ones(d) + 0.5 * rng.normal(size=n)
    system = sample(
        np.column_stack([features, target]),
        columns=[*(f"f{i}" for i in range(d)), "y"],
        variables=[f"w{i}" for i in range(d)],
        model="linear-regression",
    )
    hessian = features.T @ features / n
    best = np.linalg.solve(hessian, features.T @ target / n)
    residual = features @ best - target
    products = features[:, :, None] * features[:, None, :]
    steps = np.eye(d) - eta * products
    move = np.einsum("nij,nkl->ikjl", steps, steps).reshape(d * d, d * d) / n
    kick = eta**2 * np.einsum("n,nij->ij", residual**2, products) / n
    expected = np.linalg.solve(np.eye(d * d) - move, kick.ravel()).reshape(d, d)
    counts = counted(experiment(system=system, eta=eta, walkers=4096, start=None), 800, 1200)
    mean = counts.first / counts.samples[:, None]
    for i in (0, 7):
        around = second(counts, i, i) - 2 * best[i] * mean[:, i] + best[i] ** 2
        assert_mean(around, expected[i, i], 0.02)


def test_columns_drawn_afresh_have_their_laws() -> None:
    laws = {
        "a": (Distribution("normal", (1.0, 2.0)), 1.0, 4.0),
        "b": (Distribution("normal", (-1.0, 0.5)), -1.0, 0.25),
        "c": (Distribution("uniform", (2.0, 5.0)), 3.5, 0.75),
        "d": (Distribution("exponential", (3.0,)), 3.0, 9.0),
        "f": (Distribution("bernoulli", (0.3,)), 0.3, 0.21),
        "g": (Distribution("choice", (1.0, 2.0, 6.0, 0.5, 0.25, 0.25)), 2.5, 4.25),
    }
    names = tuple(laws)
    data = Fresh(names, tuple(law for law, _, _ in laws.values()))
    loss = " + ".join(f"-w_{n}*{n}" for n in names)
    variables = tuple(f"w_{n}" for n in names)
    built = experiment(
        system=sample(data, loss, variables=variables), variables=variables, eta=1.0, walkers=100_000
    )
    drawn = one_step(built, np.zeros((100_000, 6)))
    for i, (_, mean, variance) in enumerate(laws.values()):
        column = drawn[:, i]
        assert column.mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / 1e5))
        assert column.var() == pytest.approx(variance, rel=0.05)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(6)).max() < 5 / np.sqrt(1e5)


def test_sde_over_data_has_the_datas_own_noise() -> None:
    given = regression(batch=1)
    given = replace(given, dynamics=replace(given.dynamics, kind="sde", eta=0.1, dt=0.02))
    x, y = ROWS.T
    curvature, spread = (x**2).mean(), ((1.98 * x - y) ** 2 * x**2).mean()
    # dw = -h(w - θ)dt + sqrt(ηΣ(w))dW, Σ = E(r x)² - (E r x)²: second moments close, Euler steps included
    fourth = (x**4).mean() - curvature**2
    cross = (x**3 * (1.98 * x - y)).mean()
    assert abs(cross) < 0.5
    h, eta, dt = curvature, 0.1, 0.02
    matrix_mean = 0.0  # E(w - θ) stays 0
    variance = eta * dt * (spread + 2 * cross * matrix_mean) / (1 - (1 - h * dt) ** 2 - eta * dt * fourth)
    assert_mean(average(counted(given, 1000, 3000), 0), variance, 0.02)


def test_sde_over_afresh_columns_needs_few_nodes_and_no_accuracy() -> None:
    data = Fresh(("y",), (Distribution("normal", (1.0, 1.0)),))
    system = sample(data, "(u*w - y)**2/2", variables=("u", "w"))
    built = experiment(system=system, variables=("u", "w"), kind="sde", eta=0.1)
    assert len(Ensemble(built)._program.rows) == 2


def hops(weight: float) -> Experiment:
    system = HopSystem(10, parse("2*(1 + x)", ["x"]), weight)
    return experiment(
        system=system,
        domain=((-0.5, 9.5),),
        bins=10,
        dt=0.05,
        observe={"first": "x < 0.5", "x": "x"},
        walkers=8192,
        every=20,
    )


@pytest.mark.parametrize(("weight", "first"), [(0.0, 0.341417), (0.5, 0.1)])
def test_hops_settle_where_hopping_is_rare(weight: float, first: float) -> None:
    counts = counted(hops(weight), 1500, 2500)
    assert_mean(average(counts, 0), first, 0.01)
    assert counts.outside.sum() == 0


def test_run_and_tumble_lingers_where_it_is_slow() -> None:
    names = ["x"]
    system = TumbleSystem(parse("1 + 3*x", names), parse("1", names))
    given = experiment(
        system=system,
        domain=((0, 1),),
        boundaries=REFLECT,
        start=Uniform(((0, 1),)),
        observe={"left": "x < 0.5"},
        dt=0.005,
    )
    assert_mean(average(counted(given, 1500, 3000), 0), 0.660964, 0.003)


def test_what_is_not_built_is_refused_in_a_sentence() -> None:
    with pytest.raises(Unsupported, match="momentum"):
        Ensemble(experiment("x**2/2", kind="sde", momentum=0.5))
    with pytest.raises(Unsupported, match="distinct"):
        Ensemble(experiment(system=sample(ROWS, LOSS, draw="distinct"), batch=7))
    with pytest.raises(Unsupported, match="convention"):
        Ensemble(
            experiment(
                "x**2 + y**2",
                ["1 + x**2", "x/2", "x/2", "1 + x**2"],
                variables=("x", "y"),
                kind="sde",
                convention=0.5,
            )
        )
    wide = sample(
        np.ones((3, 66)),
        columns=[f"f{i}" for i in range(66)],
        variables=[f"w{i}" for i in range(65)],
        model="linear-regression",
    )
    with pytest.raises(Unsupported, match="weights"):
        Ensemble(experiment(system=wide))
    without_window = replace(experiment("x**2/2"), space=Space(None))
    with pytest.raises(ValueError, match="domain"):
        Ensemble(without_window)
