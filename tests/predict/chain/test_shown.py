"""No stationary law only where that is shown; a law wherever walkers come back, however slowly or from however far."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.law import Law
from sgdtui.model.start import At
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.prediction import Absence, Prediction
from tests.predict.experiments import WINDOW, experiment, on_drift, on_loss, on_rows


def law_of(system, dynamics, edges=WINDOW, **more):
    return transfer(experiment(system, dynamics, **more), (edges,))


@pytest.mark.parametrize("slope", [0.02, 0.3, 4.0])
@pytest.mark.parametrize(
    "loss", ["sqrt(1 + x**2)", "abs(x)", "where(x > 0, 3*x, -x)", "exp(x) - x", "log(cosh(x))"]
)
def test_a_bounded_pull_holds_walkers(loss, slope):
    """The window is a few widths of the law: T over the slope."""
    edges = np.linspace(-1, 1, 81) * max(3.0, 1 / slope)
    found = law_of(on_loss(f"{slope}*({loss})"), Dynamics("sgd", 0.1), edges)
    assert isinstance(found, Prediction), found
    assert found.survival_loss is None or found.survival_loss < 1e-9


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_whatever_the_unit_of_length(scale):
    loss = f"{scale}*sqrt({scale**2} + x**2)"
    found = law_of(on_loss(loss, f"{scale**2}"), Dynamics("sgd", 0.1), np.linspace(-3, 3, 61) * scale)
    assert found.covariance[0, 0] == pytest.approx(0.0565880495 * scale**2, rel=1e-6)


@pytest.mark.parametrize(("ratio", "exists"), [(3.0, True), (1.5, True), (0.7, False), (0.3, False)])
def test_a_logarithmic_pull_holds_or_does_not(ratio, exists):
    """The pull -2c·x/(1 + x²) against noise √η: far out p falls like |x|^(-4c/η), normalisable above one."""
    eta = 0.1
    found = law_of(on_loss(f"{ratio * eta / 4}*log(1 + x**2)"), Dynamics("sgd", eta))
    if exists:
        assert isinstance(found, Prediction) or found.reason == "not found", found
    else:
        assert isinstance(found, Absence)
        assert found.reason == "not normalisable"
        assert f"|x|^-{ratio:g}" in found.detail


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        (on_loss("-x**2/2"), "escape"),
        (on_loss("-x"), "away"),
        (on_loss("0"), "does not fall off"),
        (on_loss("x**2/2", "100*x**2"), "away"),
    ],
)
def test_why_there_is_none(system, reason):
    found = law_of(system, Dynamics("sgd", 0.3))
    assert isinstance(found, Absence)
    assert found.reason == "not normalisable"
    assert reason in found.detail


@pytest.mark.parametrize("alpha", [0.8, 1.3, 1.8])
def test_stable_noise_is_held_by_a_spring(alpha):
    found = law_of(on_loss("x**2/2", law=Law("stable", alpha)), Dynamics("sgd", 0.1))
    assert isinstance(found, Prediction)
    assert found.covariance is None


def test_unbounded_noise_on_a_ripple_is_not_called_lawless():
    """A sum of cosines on the line: nothing is shown here, and nothing false is said."""
    found = law_of(on_loss("cos(x) + 0.01*x**2"), Dynamics("sgd", 0.3), np.linspace(-40, 40, 81))
    assert isinstance(found, Prediction)


@pytest.mark.parametrize("z", [4.0, 10.0])
def test_noise_that_vanishes_at_a_point_keeps_walkers_on_their_side(z):
    """Dx = (x - x³)dt + √(η z)·x dW from 1: p ∝ x^(2/s - 2)·exp(-x²/s) on x > 0, with s = η z."""
    eta, dt = 0.1, 0.001
    system = on_drift(["x - x**3"], f"{z}*x**2")
    found = law_of(
        system, Dynamics("sde", eta, dt=dt), np.linspace(-3, 3, 121), start=At((1.0,)), observe={"m2": "x**2"}
    )
    assert isinstance(found, Prediction)
    s = eta * z
    # With u = x²/s a Gamma law of shape 1/s - 1/2.
    assert found.observables["m2"] == pytest.approx(s * (1 / s - 0.5), rel=0.02)
    assert found.distribution[60] == pytest.approx(0, abs=1e-12)


def test_noise_that_is_too_strong_at_a_point_draws_walkers_in():
    system = on_drift(["x - x**3"], "30*x**2")
    found = law_of(system, Dynamics("sde", 0.1, dt=0.002), start=At((1.0,)))
    assert isinstance(found, Prediction)
    assert found.singular
    assert found.mean[0] == 0
    # d ln x = (1 - s/2)dt + … with s = 3.
    assert found.relaxation_time == pytest.approx(2, rel=0.03)


@pytest.mark.parametrize(("first", "second"), [(1.0, 0.0), (3.0, 1.0), (0.4, 0.2)])
def test_rows_of_logistic_regression_that_are_not_separable(first, second):
    rows = [[1, 1], [2, 1], [-1, 0], [0.5, 0], [1.5, second], [-0.5, first > 0.5]]
    system = on_rows("log(1 + exp(w*x)) - y*w*x", ["x", "y"], rows)
    found = law_of(system, Dynamics("sgd", 0.5), np.linspace(-6, 8, 101))
    assert not isinstance(found, Absence) or found.reason != "not normalisable", found


def test_a_wall_behind_a_steep_loss_costs_little():
    """Where no walker gets steps would be folded a million times over: those places are left out."""
    found = law_of(
        on_loss("exp(3*x) - x"), Dynamics("sgd", 0.1), np.linspace(-2, 20, 201), boundary="reflect"
    )
    assert isinstance(found, Prediction)
    open_ended = law_of(on_loss("exp(3*x) - x"), Dynamics("sgd", 0.1), np.linspace(-2, 20, 201))
    assert found.mean[0] == pytest.approx(open_ended.mean[0], abs=1e-6)
    assert found.covariance[0, 0] == pytest.approx(open_ended.covariance[0, 0], rel=1e-5)
