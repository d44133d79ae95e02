"""Exact laws: what walkers must settle to, each within its own standard error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from sgdtui.model.dynamics import Swarm
from sgdtui.model.law import Law
from sgdtui.model.space import Boundary
from sgdtui.model.start import Uniform
from tests.simulate.systems import DOUBLE_WELL, REFLECT, assert_mean, average, counted, experiment, second

LAWS = [Law(), Law("rademacher"), Law("uniform"), Law("laplace"), Law("student-t", 9.0)]


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("batch", [1, 3])
def test_variance_of_a_quadratic_under_every_law(law: Law, batch: int) -> None:
    counts = counted(experiment("x**2/2", law=law, eta=0.2, batch=batch), 100, 800)
    assert_mean(second(counts), 0.2 / 1.8 / batch, 0.004)


def test_fourth_moment_tells_a_batch_of_signs_from_a_gaussian() -> None:
    # kurtosis of the mean of B signs is 3 - 2/B; at η = 1 the walker is the noise itself
    counts = counted(
        experiment("x**2/2", law=Law("rademacher"), eta=1.0, batch=4, observe={"m4": "x**4"}, every=1), 5, 200
    )
    assert_mean(average(counts, 0), (3 - 2 / 4) / 16, 0.002)


def test_double_well_of_the_chain_itself() -> None:
    counts = counted(experiment(DOUBLE_WELL, eta=0.2, walkers=32768), 300, 2000)
    assert_mean(second(counts), 0.843645, 0.001)


def test_brownian_motion_spreads_by_eta_a_step() -> None:
    counts = counted(experiment("0", variables=("x", "y"), eta=0.1, every=1, walkers=65536), 999, 1)
    assert_mean(second(counts, 0, 0), 10.0, 0.01)
    assert_mean(second(counts, 1, 1), 10.0, 0.01)
    assert abs(second(counts, 0, 1).mean()) < 4 * 10 / math.sqrt(65536)


def test_correlated_noise_flow_and_entropy_of_the_chain() -> None:
    given = experiment(
        "x**2 + y**2/4",
        ["1", ".6", ".6", "1"],
        variables=("x", "y"),
        domain=((-2, 2), (-2, 2)),
        eta=0.1,
        walkers=32768,
    )
    counts = counted(given, 300, 4000)
    for (i, j), value in {(0, 0): 0.0277778, (0, 1): 0.025, (1, 1): 0.1025641}.items():
        assert_mean(second(counts, i, j), value, 0.003)
    assert counts.flow is not None
    assert_mean(counts.flow.entropy / counts.flow.steps / counts.flow.dt, 0.527344, 0.02)
    assert_mean(counts.flow.area / counts.flow.steps / counts.flow.dt, 0.0375, 0.01)


def test_mean_displacement_by_bin_is_the_drift() -> None:
    counts = counted(experiment("x**2/2", "1 + x**2", eta=0.1, bins=20, domain=((-1, 1),)), 100, 4000)
    assert counts.flow is not None
    middles = 0.5 * (counts.edges[0][1:] + counts.edges[0][:-1])
    visits = np.maximum(counts.flow.visits, 1)
    slope = counts.flow.displacement[:, :, 0] / visits / counts.flow.dt
    for b in (2, 9, 17):
        assert_mean(slope[:, b] + middles[b] + 1, 1.0, 0.1)


def test_noise_that_grows_makes_power_tails() -> None:
    counts = counted(experiment("x**2/2", "1 + x**2", eta=0.2), 200, 3000)
    assert_mean(second(counts), 1 / 8, 0.004)


@pytest.mark.parametrize(("convention", "left"), [(0.0, 0.660964), (0.5, 0.581139), (1.0, 0.5)])
def test_conventions_between_reflecting_walls(convention: float, left: float) -> None:
    given = experiment(
        "0*x",
        "1 + 3*x",
        domain=((0, 1),),
        boundaries=REFLECT,
        start=Uniform(((0, 1),)),
        observe={"left": "x < 0.5"},
        kind="sde",
        eta=0.04,
        dt=0.0025,
        convention=convention,
        walkers=8192,
        every=50,
    )
    assert_mean(average(counted(given, 12000, 12000), 0), left, 0.004)


@pytest.mark.slow
@pytest.mark.parametrize(("convention", "left"), [(0.0, 0.967101), (0.5, 0.945022), (1.0, 0.909463)])
def test_noise_decides_between_equal_wells(convention: float, left: float) -> None:
    given = experiment(
        DOUBLE_WELL,
        "1 + tanh(4*x)/2",
        observe={"left": "x < 0"},
        kind="sde",
        eta=0.2,
        dt=0.005,
        convention=convention,
        every=50,
    )
    assert_mean(average(counted(given, 60_000, 60_000), 0), left, 0.003)


def test_decaying_learning_rate_averages_exactly() -> None:
    counts = counted(experiment("x**2/2", schedule="eta/(k + 1)", eta=1.0, every=1, walkers=65536), 49, 1)
    assert_mean(second(counts), 1 / 50, 0.01)


def test_momentum_widens_the_law() -> None:
    eta, beta = 0.2, 0.8
    step = np.array([[1 - eta, beta], [-eta, beta]])  # x' = x + v', v' = βv - η(x + ξ)
    kick = eta**2 * np.ones((2, 2))
    expected = solve_discrete_lyapunov(step, kick)[0, 0]
    counts = counted(experiment("x**2/2", eta=eta, momentum=beta), 300, 2000)
    assert_mean(second(counts), expected, 0.006)


def test_swarm_is_pulled_to_its_mean() -> None:
    n, coupling, dt, eta = 4, 2.0, 0.05, 0.5
    pull = (1 - dt) * np.eye(n) - dt * coupling * (np.eye(n) - np.ones((n, n)) / n)
    expected = solve_discrete_lyapunov(pull, eta * dt * np.eye(n))[0, 0]
    given = experiment("x**2/2", kind="sde", eta=eta, dt=dt, swarm=Swarm(n, coupling))
    assert_mean(second(counted(given, 300, 3000)), expected, 0.006)


def test_zero_noise_in_one_direction_leaves_it_alone() -> None:
    given = experiment("(x**2 + y**2)/2", ["1", "0"], variables=("x", "y"), eta=0.5, walkers=2048)
    counts = counted(given, 50, 400)
    assert_mean(second(counts, 0, 0), 0.5 / 1.5, 0.02)
    assert np.all(second(counts, 1, 1) == 0.0)


def test_rank_one_covariance_is_factored() -> None:
    # Σ = vvᵀ with v = (1, 2): both coordinates move together, x₂ = 2x₁
    given = experiment("(x**2 + y**2)/2", ["1", "2", "2", "4"], variables=("x", "y"), eta=0.5, walkers=4096)
    counts = counted(given, 50, 400)
    assert_mean(second(counts, 0, 0), 1 / 3, 0.02)
    assert second(counts, 1, 1).mean() == pytest.approx(4 * second(counts, 0, 0).mean(), rel=1e-5)
    assert second(counts, 0, 1).mean() == pytest.approx(2 * second(counts, 0, 0).mean(), rel=1e-5)


def test_circle_with_a_constant_push_has_a_current_and_produces_entropy() -> None:
    given = experiment(
        drift=["f"],
        noise="1",
        parameters={"f": 0.7},
        domain=((0, 1),),
        boundaries=(Boundary("periodic"),),
        kind="sde",
        eta=0.1,
        dt=0.01,
        walkers=32768,
    )
    counts = counted(given, 100, 4000)
    assert counts.flow is not None
    assert_mean(counts.flow.displacement.sum(axis=(1, 2)) / counts.flow.steps / counts.flow.dt, 0.7, 0.01)
    assert_mean(counts.flow.entropy / counts.flow.steps / counts.flow.dt, 0.7**2 / 0.05, 0.01)
    assert counts.outside.sum() == 0


def test_first_passage_by_a_steady_drift() -> None:
    # x' = x + 0.25 without noise passes 2 after the ninth step
    given = experiment(drift=["1"], noise="0", until="x > 2", eta=0.25, walkers=640)
    counts = counted(given, 0, 20)
    assert counts.passage is not None
    assert counts.passage.stopped.sum() == 640
    assert np.all(counts.passage.steps == 9 * counts.passage.stopped)
    assert counts.lost == 0
    assert counts.samples.sum() == 0


def test_first_passage_of_brownian_motion() -> None:
    # from 0 to ±a: a²/σ² steps in the mean, up to the overshoot of about .58 of a step at either side
    given = experiment("0*x", until="abs(x) > 1", eta=0.05, walkers=8192)
    counts = counted(given, 0, 6000)
    passage = counts.passage
    assert passage is not None
    assert passage.stopped.sum() == 8192
    assert_mean(passage.steps / passage.stopped, ((1 + 0.5826 * 0.05) / 0.05) ** 2, 0.012)
