"""Linearised laws and exact second moments: rows 5, 28, 29, momentum, swarm, many weights."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.data import Table
from sgdtui.model.dynamics import Dynamics, Swarm
from sgdtui.model.experiment import RunPlan
from sgdtui.model.law import Law
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.numerics.normal_bins import rectangles
from sgdtui.predict.prediction import Absence
from tests.predict.experiments import (
    DOUBLE_WELL,
    ROWS_28,
    SQUARE,
    WINDOW,
    experiment,
    on_drift,
    on_loss,
    on_rows,
)

XY = ("x", "y")
TILTED = ["1", "0.6", "0.6", "1"]


def test_row_5_both_ways():
    chain = gaussian(experiment(on_loss("x**2 + y**2/4", TILTED, variables=XY), Dynamics("sgd", 0.1)), SQUARE)
    assert chain.covariance == pytest.approx(np.array([[0.0277778, 0.025], [0.025, 0.1025641]]), abs=6e-8)
    sde = gaussian(experiment(on_loss("x**2 + y**2/4", TILTED, variables=XY), Dynamics("sde", 0.1)), SQUARE)
    assert sde.covariance == pytest.approx(np.array([[0.025, 0.024], [0.024, 0.1]]), abs=1e-12)


def test_double_well_is_linearised_at_the_minimum_near_the_start():
    from sgdtui.model.start import At

    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.2), start=At((0.4,)))
    found = gaussian(e, (WINDOW,))
    assert found.mean[0] == pytest.approx(1, abs=1e-12)
    assert found.covariance[0, 0] == pytest.approx(0.2 / (2 * (2 - 0.4)), rel=1e-12)


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_momentum(beta):
    """The heavy ball's stationary variance: η(1 + β)σ²/((1 - β)h(2(1 + β) - ηh))."""
    found = gaussian(experiment(on_loss("3*x**2/2"), Dynamics("sgd", 0.1, momentum=beta)), (WINDOW,))
    expected = 0.1 * (1 + beta) / ((1 - beta) * 3 * (2 * (1 + beta) - 0.3))
    assert found.covariance[0, 0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("batch", "draw", "variance"),
    [(1, "replacement", 0.00445815), (2, "replacement", 0.00219788), (2, "distinct", 0.00175340)],
)
def test_row_28(batch, draw, variance):
    system = on_rows("(w*x - y)**2/2", ["x", "y"], ROWS_28, draw)
    found = gaussian(experiment(system, Dynamics("sgd", 0.05, batch=batch)), (WINDOW,))
    assert found.mean[0] == pytest.approx(1.98, abs=1e-12)
    assert found.covariance[0, 0] == pytest.approx(variance, abs=6e-9)


def test_row_28_reshuffled():
    system = on_rows("(w*x - y)**2/2", ["x", "y"], ROWS_28, "reshuffle")
    found = gaussian(experiment(system, Dynamics("sgd", 0.05), run=RunPlan(every=6)), (WINDOW,))
    assert found.mean[0] == pytest.approx(1.977610, abs=6e-7)
    assert found.covariance[0, 0] == pytest.approx(0.000202714, abs=6e-10)


def test_reshuffled_phases_against_a_simulation():
    """Records after every 4th step of epochs of 6 fall on phases 4, 2 and 6; 2e5 walkers, their own error."""
    system = on_rows("(w*x - y)**2/2", ["x", "y"], ROWS_28, "reshuffle")
    found = gaussian(experiment(system, Dynamics("sgd", 0.05), run=RunPlan(every=4)), (WINDOW,))
    rng = np.random.default_rng(11)
    rows = np.array(ROWS_28)
    w, kept = np.full(100_000, 1.98), []
    for epoch in range(24):
        order = rng.permuted(np.tile(np.arange(6), (len(w), 1)), axis=1)
        for step in range(6):
            x, y = rows[order[:, step]].T
            w = w - 0.05 * x * (w * x - y)
            if epoch >= 23 and step + 1 in (2, 4, 6):
                kept.append(w.copy())
    mean = np.mean(kept)
    assert abs(mean - found.mean[0]) < 4 * np.std(kept) / np.sqrt(100_000)
    assert np.var(kept) == pytest.approx(found.covariance[0, 0], rel=0.02)


def test_row_29_second_moment_diverges_past_its_bound():
    system = on_rows("(w*x - y)**2/2", ["x", "y"], ROWS_28)
    assert gaussian(experiment(system, Dynamics("sgd", 0.6389)), (WINDOW,)).covariance[0, 0] > 100
    gone = gaussian(experiment(system, Dynamics("sgd", 0.6391)), (WINDOW,))
    assert isinstance(gone, Absence)
    assert gone.reason == "not normalisable"


def test_many_weights_by_iteration_agree_with_few_by_elimination():
    """Twelve weights are solved by iteration; a block of independent features must give the small problem's answer."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(60, 12))
    target = features @ rng.normal(size=12) + rng.normal(size=60)
    names = tuple(f"c{i}" for i in range(13))
    weights = tuple(f"w{i}" for i in range(12))
    system = SampleSystem(
        Table(names, np.column_stack([features, target])), weights, model="linear-regression", ridge=0.1
    )
    found = gaussian(experiment(system, Dynamics("sgd", 0.01, batch=2)), SQUARE)
    # One step of the recursion, written out example by example, leaves S alone.
    best = found.mean
    s, eta, batch = found.covariance, 0.01, 2
    hessians = features[:, :, None] * features[:, None, :] + 0.1 * np.eye(12)
    residual = features * (features @ best - target)[:, None] + 0.1 * best
    mean = hessians.mean(axis=0)
    spread = np.einsum("eij,jk,ekl->il", hessians, s, hessians) / 60 - mean @ s @ mean
    noise = residual.T @ residual / 60
    step = np.eye(12) - eta * mean
    again = step @ s @ step.T + eta**2 / batch * (spread + noise)
    assert again == pytest.approx(s, abs=1e-12)
    assert np.abs(residual.mean(axis=0)).max() < 1e-10


def test_swarm_of_linear_workers():
    """SDE on x²/2, D = .1: the mean of n workers has T/n, what deviates from it T(1 - 1/n)/(1 + coupling)."""
    e = experiment(on_loss("x**2/2", "2"), Dynamics("sde", 0.1, swarm=Swarm(8, 30.0)))
    assert gaussian(e, (WINDOW,)).covariance[0, 0] == pytest.approx(0.1 / 8 + 0.1 * 7 / 8 / 31, rel=1e-12)


def test_drift_without_a_gradient():
    """An underdamped oscillator, noise on the velocity alone: still a proper normal law."""
    e = experiment(on_drift(["y", "-x - 0.5*y"], ["0", "1"], XY), Dynamics("sde", 0.5))
    assert gaussian(e, SQUARE).covariance == pytest.approx(np.eye(2) * 0.5, abs=1e-12)


def test_rectangles_against_sampling_and_limits():
    covariance = np.array([[1.0, 0.95], [0.95, 1.0]])
    wide = (np.linspace(-9, 9, 37), np.linspace(-9, 9, 31))
    assert rectangles(np.zeros(2), covariance, wide).sum() == pytest.approx(1, abs=1e-12)
    # P(x > 0, y > 0) = ¼ + arcsin(ρ)/2π
    quadrant = rectangles(np.zeros(2), covariance, (np.linspace(0, 9, 10), np.linspace(0, 9, 10))).sum()
    assert quadrant == pytest.approx(0.25 + np.arcsin(0.95) / (2 * np.pi), abs=1e-8)


def test_observables_under_the_normal_law():
    e = experiment(
        on_loss("x**2 + y**2/4", TILTED, variables=XY),
        Dynamics("sde", 0.1),
        observe={"xy": "x*y", "side": "x > 0.1", "both": "x > 0 and y > 0", "constant": "2"},
    )
    found = gaussian(e, SQUARE).observables
    from scipy.special import ndtr

    assert found["xy"] == pytest.approx(0.024, abs=1e-9)
    assert found["side"] == pytest.approx(ndtr(-0.1 / np.sqrt(0.025)), abs=1e-10)
    assert found["both"] == pytest.approx(0.25 + np.arcsin(0.48) / (2 * np.pi), abs=1e-6)
    assert found["constant"] == 2


@pytest.mark.parametrize(
    ("system", "dynamics", "reason"),
    [
        (on_loss("x**4"), Dynamics("sgd", 0.1), "not normalisable"),
        (on_loss("x**2/2"), Dynamics("sgd", 2.1), "not normalisable"),
        (on_loss("x**2/2", "x**2"), Dynamics("sgd", 0.1), "degenerate noise"),
        (on_loss("x**2/2", law=Law("stable", 1.5)), Dynamics("sgd", 0.1), "degenerate noise"),
        (on_loss("x**2/2", "1 + k"), Dynamics("sgd", 0.1), "unsettled"),
        (on_drift(["x"], "1"), Dynamics("sde", 0.1), "not normalisable"),
        (on_loss("x**2/2"), Dynamics("sgd", 0.1, schedule=parse("eta/(1 + k)", {"eta", "k"})), "unsettled"),
    ],
)
def test_absences(system, dynamics, reason):
    found = gaussian(experiment(system, dynamics), (WINDOW,))
    assert isinstance(found, Absence)
    assert found.reason == reason
