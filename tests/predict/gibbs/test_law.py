"""Gibbs in one, two and many dimensions, and its temperatures."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.data import Table
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.hops import HopSystem
from sgdtui.model.law import Law
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.gibbs.temperature import average_temperature, best_fit_temperature, minimum_temperature
from tests.predict.experiments import (
    DOUBLE_WELL,
    SQUARE,
    UNIT,
    WINDOW,
    experiment,
    on_drift,
    on_loss,
    on_rows,
)

XY = ("x", "y")


def test_row_1_values():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.2), observe={"m2": "x**2", "left": "x < 0.3"})
    found = gibbs(e, (WINDOW,), 0.1, "minimum")
    from scipy.integrate import quad

    weight = lambda x: np.exp(-((x**2 - 1) ** 2) / 0.4)  # noqa: E731
    total = quad(weight, -6, 6, epsabs=1e-14)[0]
    assert found.observables["m2"] == pytest.approx(0.871363, abs=6e-7)
    assert found.observables["left"] == pytest.approx(
        quad(weight, -6, 0.3, epsabs=1e-14)[0] / total, abs=1e-11
    )
    assert (found.temperature, found.rule) == (0.1, "minimum")
    assert found.probability[120] == pytest.approx(
        quad(weight, WINDOW[120], WINDOW[121])[0] / total, abs=1e-13
    )


def test_cold_law_in_one_bin():
    found = gibbs(experiment(on_loss("(x - 0.011)**2/2"), Dynamics()), (WINDOW,), 1e-8, "given")
    assert found.covariance[0, 0] == pytest.approx(1e-8, rel=1e-9)
    assert found.probability[100] == pytest.approx(1, abs=1e-12)


def test_flat_loss_is_uniform_between_walls_only():
    flat = on_loss("0")
    assert np.allclose(gibbs(experiment(flat, Dynamics(), boundary="reflect"), (UNIT,), 0.1, "x").density, 1)
    assert gibbs(experiment(flat, Dynamics()), (UNIT,), 0.1, "x").reason == "not normalisable"


def test_the_plane():
    e = experiment(on_loss("x**2 + y**2/4 + x*y/5", variables=XY), Dynamics(), observe={"half": "x > 0"})
    found = gibbs(e, SQUARE, 0.05, "given")
    exact = 0.05 * np.linalg.inv(np.array([[2.0, 0.2], [0.2, 0.5]]))
    assert found.covariance == pytest.approx(exact, rel=1e-5)
    assert found.observables["half"] == pytest.approx(0.5, abs=1e-6)
    assert found.numerical_error < 1e-4
    assert (
        gibbs(experiment(on_loss("x**2", variables=XY), Dynamics()), SQUARE, 0.05, "x").reason
        == "not normalisable"
    )


def test_many_dimensions_quadratic_is_exact_and_logistic_is_sampled():
    rng = np.random.default_rng(2)
    features = rng.normal(size=(80, 3))
    columns = ("a", "b", "c", "y")
    target = features @ [1.0, -0.5, 0.2] + rng.normal(size=80)
    linear = SampleSystem(
        Table(columns, np.column_stack([features, target])), ("u", "v", "w"), model="linear-regression"
    )
    found = gibbs(experiment(linear, Dynamics()), SQUARE, 0.01, "given")
    assert found.covariance == pytest.approx(0.01 * np.linalg.inv(features.T @ features / 80), rel=1e-9)
    labels = (rng.uniform(size=80) < 1 / (1 + np.exp(-features[:, 0]))).astype(float)
    logistic = SampleSystem(
        Table(columns, np.column_stack([features, labels])), ("u", "v", "w"), model="logistic-regression"
    )
    e = experiment(logistic, Dynamics(), observe={"positive": "u > 0"})
    cold = gibbs(e, SQUARE, 1e-4, "given")
    from sgdtui.model.fields import fields

    curvature = fields(e).hessian(cold.mean[None, :])[0]
    assert cold.covariance == pytest.approx(1e-4 * np.linalg.inv(curvature), rel=0.03, abs=1e-5)
    assert "sampled" in cold.notes[0]


@pytest.mark.parametrize(
    ("system", "temperature", "reason"),
    [
        (on_drift(["-x"], "1"), 0.1, "no loss"),
        (HopSystem(4, parse("1", set())), 0.1, "no loss"),
        (on_loss("x**2"), 0.0, "degenerate noise"),
        (on_loss("x**2"), np.nan, "degenerate noise"),
        (on_loss("-x**2"), 0.1, "not normalisable"),
    ],
)
def test_absences(system, temperature, reason):
    assert gibbs(experiment(system, Dynamics()), (WINDOW,), temperature, "given").reason == reason


def test_minimum_temperature():
    assert minimum_temperature(experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.2))) == pytest.approx(0.1)
    # The two wells tie: their noises .5 and 1.5 are averaged.
    tied = experiment(on_loss(DOUBLE_WELL, "1 + step(x)"), Dynamics("sgd", 0.2, batch=2))
    assert minimum_temperature(tied) == pytest.approx(0.2 * 1.5 / 4)
    plane = experiment(on_loss("x**2 + y**2/4", ["2", "0", "0", "0.5"], variables=XY), Dynamics("sde", 0.1))
    assert minimum_temperature(plane) == pytest.approx(0.1 * 2.5 / 4)
    heavy_ball = experiment(on_loss("x**2"), Dynamics("sgd", 0.1, momentum=0.9))
    assert minimum_temperature(heavy_ball) == pytest.approx(0.5)
    assert np.isnan(minimum_temperature(experiment(on_loss("x**2", law=Law("stable", 1.5)), Dynamics())))
    assert np.isnan(minimum_temperature(experiment(on_drift(["-x"], "1"), Dynamics())))


def test_momentum_temperature_is_the_first_order_of_the_exact_law():
    from sgdtui.predict.linear.law import gaussian

    e = experiment(on_loss("x**2/2"), Dynamics("sgd", 1e-4, momentum=0.9))
    assert gaussian(e, (WINDOW,)).covariance[0, 0] == pytest.approx(minimum_temperature(e), rel=1e-4)
    assert fokker_planck(e, (WINDOW,)).covariance[0, 0] == pytest.approx(minimum_temperature(e), rel=1e-9)


def test_average_temperature():
    """Row 22: trace Σ averaged over the chain's own law is 1 + var = 1.125."""
    e = experiment(on_loss("x**2/2", "1 + x**2"), Dynamics("sgd", 0.2))
    found = transfer(e, (WINDOW,))
    centres = ((WINDOW[1:] + WINDOW[:-1]) / 2)[:, None]
    assert average_temperature(e, centres, found.probability) == pytest.approx(0.1125, abs=2e-5)


def test_best_fit():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sde", 0.2))
    temperature, left = best_fit_temperature(e, (WINDOW,), fokker_planck(e, (WINDOW,)).probability)
    assert temperature == pytest.approx(0.1, rel=1e-4)
    assert left == pytest.approx(0, abs=1e-9)
    drift = experiment(on_drift(["-x"], "1"), Dynamics())
    assert np.all(np.isnan(best_fit_temperature(drift, (WINDOW,), np.full(200, 0.005))))


def test_row_6_best_fit_residual():
    """Σ = H = diag(2, .5): no temperature fits; the best leaves ln 1.25, for the chain .247661."""
    system = on_loss("x**2 + y**2/4", ["2", "0", "0", "0.5"], variables=XY)
    edges = (np.linspace(-1.6, 1.6, 201), np.linspace(-1.6, 1.6, 201))
    from sgdtui.predict.linear.law import gaussian

    for kind, residual in (("sde", 0.223144), ("sgd", 0.247661)):
        e = experiment(system, Dynamics(kind, 0.1))
        _, left = best_fit_temperature(e, edges, gaussian(e, edges).probability)
        assert left == pytest.approx(residual, abs=3e-4)


def test_row_34_temperature():
    e = experiment(on_rows("(w - y)**2/2", ["y"], [[1], [-1]]), Dynamics("sgd", 0.5))
    assert minimum_temperature(e) == pytest.approx(0.25)
