"""Mean first passage of the chain itself, against a plain matrix of its steps on a fine grid and known limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.start import At, Uniform
from sgdtui.predict.time.chain_passage import OVERSHOOT, chain_passage_time
from sgdtui.predict.time.first_passage import exit_averages, mean_passage_time
from tests.predict.experiments import DOUBLE_WELL, experiment, on_drift, on_loss


def by_cells(mean, spread, live, start, cells):
    """Mean number of Gaussian steps from `start` until outside all of `live`, on cells, extrapolated from two grids."""
    found = []
    for n in (cells, 2 * cells):
        pieces = [np.linspace(low, high, n + 1) for low, high in live]
        x = np.concatenate([(e[1:] + e[:-1]) / 2 for e in pieces])
        sources = np.append(x, start)
        moves = np.concatenate(
            [
                np.diff(ndtr((e[None, :] - mean(sources)[:, None]) / spread(sources)[:, None]), axis=1)
                for e in pieces
            ],
            axis=1,
        )
        times = np.linalg.solve(np.eye(len(x)) - moves[:-1], np.ones(len(x)))
        found.append(1 + moves[-1] @ times)
    return found[1] + (found[1] - found[0]) / 3


def test_euler_steps_out_of_a_band():
    dt = 0.001
    e = experiment(on_loss("x**2/2"), Dynamics("sde", 1.0, dt=dt), until="x > 1.5 or x < -1")
    expected = dt * by_cells(lambda x: x * (1 - dt), lambda x: 0 * x + dt**0.5, [(-1.0, 1.5)], 0.0, 600)
    assert chain_passage_time(e) == pytest.approx(expected, rel=2e-4)
    assert chain_passage_time(e) > 1.04 * mean_passage_time(e)


def test_steps_of_gradient_descent_into_the_other_well():
    eta = 0.2
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", eta), until="x > 1", start=At((-1.0,)))
    expected = eta * by_cells(lambda x: x - eta * (x**3 - x), lambda x: 0 * x + eta, [(-2.6, 1.0)], -1.0, 500)
    assert chain_passage_time(e) == pytest.approx(expected, rel=1e-4)
    assert chain_passage_time(e) == pytest.approx(61.88, abs=0.01)


def test_noise_that_varies():
    eta = 0.1
    e = experiment(on_loss("x**2/2", "1 + x**2"), Dynamics("sgd", eta), until="abs(x) > 1")
    expected = eta * by_cells(
        lambda x: x * (1 - eta), lambda x: eta * np.sqrt(1 + x**2), [(-1.0, 1.0)], 0.0, 600
    )
    assert chain_passage_time(e) == pytest.approx(expected, rel=2e-4)


def test_a_thin_target_is_jumped_over():
    """The path of the SDE meets |x - 1| < .01 as soon as it comes to .99; steps of .3 mostly miss it."""
    e = experiment(on_loss("x**2/2"), Dynamics("sgd", 0.3), until="abs(x - 1) < 0.01")
    live = [(-4.0, 0.99), (1.01, 4.0)]
    expected = 0.3 * by_cells(lambda x: 0.7 * x, lambda x: 0 * x + 0.3, live, 0.0, 300)
    assert chain_passage_time(e) == pytest.approx(expected, rel=1e-4)
    assert chain_passage_time(e) > 2 * mean_passage_time(e)


def test_short_steps_by_exits_moved_out():
    """Brownian motion from 0 out of (-1, 1), σ² = 1: E τ = E S² = (1 + .5826 √dt)² + dt/4, by the overshoot."""
    for dt, allowed in ((1e-3, 1e-5), (1e-7, 1e-6)):
        e = experiment(on_loss("0*x"), Dynamics("sde", 1.0, dt=dt), until="abs(x) > 1")
        assert chain_passage_time(e) == pytest.approx((1 + OVERSHOOT * dt**0.5) ** 2 + dt / 4, rel=allowed)


def test_a_wall_behind_the_start():
    dt = 0.01
    e = experiment(
        on_loss("0*x"), Dynamics("sde", 1.0, dt=dt), until="x > 1", start=At((0.0,)), boundary="reflect",
        domain=((0.0, 3.0),),
    )  # fmt: skip
    assert chain_passage_time(e) == pytest.approx((1 + OVERSHOOT * 0.1) ** 2 + dt / 4, rel=1e-5)


def test_starts_are_averaged():
    dynamics = Dynamics("sde", 1.0, dt=0.01)
    spread = experiment(on_loss("0*x"), dynamics, until="abs(x) > 1", start=Uniform(((-1.0, 1.0),)))
    single = [
        chain_passage_time(experiment(on_loss("0*x"), dynamics, until="abs(x) > 1", start=At((float(x),))))
        for x in np.linspace(-0.975, 0.975, 40)
    ]
    assert chain_passage_time(spread) == pytest.approx(np.mean(single), rel=2e-3)


def test_no_mean_where_walkers_run_away():
    e = experiment(on_drift(["1"], "1"), Dynamics("sde", 1.0), until="x < -1", start=At((0.0,)))
    assert chain_passage_time(e) is None


@pytest.mark.parametrize(("v", "start"), [(0.8, 0.3), (-1.5, -0.2), (0.0, 0.4)])
def test_which_exit(v, start):
    """Dx = v dt + dW from x out of (-1, 1): (1 - exp(-2v(x + 1)))/(1 - exp(-4v)); without drift (x + 1)/2."""
    e = experiment(
        on_drift([str(v)], "1"), Dynamics("sde", 1.0), until="abs(x) > 1", start=At((start,)),
        observe={"upper": "x > 1"},
    )  # fmt: skip
    expected = (1 - np.exp(-2 * v * (start + 1))) / (1 - np.exp(-4 * v)) if v else (start + 1) / 2
    assert exit_averages(e)["upper"] == pytest.approx(expected, rel=1e-9)


def test_the_only_exit_is_taken():
    e = experiment(
        on_loss("x**2/2"), Dynamics("sde", 1.0), until="x > 1", observe={"upper": "x > 1", "square": "x**2"}
    )
    assert exit_averages(e) == pytest.approx({"upper": 1.0, "square": 1.0})
