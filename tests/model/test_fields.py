"""The numeric fields against finite differences and against sums written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.data import Distribution, Fresh, Table, weighted_examples
from sgdtui.model.drift import DriftSystem
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.hops import HopSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.parameter import Parameter
from sgdtui.model.sample import SampleSystem

PLANE = ("u", "w")
ROWS = np.array([[1.0, 2.5], [2.0, 3.6], [-1.0, -2.2], [0.5, 1.3], [1.5, 2.4], [-2.0, -4.3]])


def valley(noise: Noise) -> Experiment:
    loss = Loss(parse("(u*w - a)**2/2 + u**4/8", [*PLANE, "a"]), PLANE, domain=((-3, 3), (-3, 3)))
    return Experiment(GradientSystem(loss, noise), parameters=(Parameter("a", 1.2),))


def full_noise() -> Noise:
    entries = tuple(parse(text, "xy") for text in ("1 + y**2", "x*y/2", "x*y/2", "2 + sin(x)"))
    return Noise(entries, form="full")


def logistic(ridge: float) -> SampleSystem:
    rows = np.column_stack([ROWS, np.arange(6) % 2.0])
    return SampleSystem(Table(("a", "b", "y"), rows), PLANE, model="logistic-regression", ridge=ridge)


SYSTEMS = {
    "loss and full noise": valley(full_noise()),
    "noise proportional to the loss": valley(Noise((parse("0.1 + L", "L"),))),
    "drift": Experiment(
        DriftSystem(PLANE, (parse("w - u", PLANE), parse("-u*w", PLANE)), Noise((parse("1 + x*x", "x"),)))
    ),
    "expression over rows": Experiment(
        SampleSystem(Table(("a", "b"), ROWS), PLANE, parse("(u*a + w*u - b)**2/2", [*PLANE, "a", "b"]))
    ),
    "logistic": Experiment(logistic(0.3)),
}


def slope(function, x: np.ndarray, axis: int) -> np.ndarray:
    step = np.zeros(x.shape[1])
    step[axis] = 1e-5
    return (function(x + step) - function(x - step)) / 2e-5


@pytest.mark.parametrize("system", SYSTEMS)
def test_derivatives_are_those_of_the_values(system: str) -> None:
    field: Fields = fields(SYSTEMS[system])
    x = np.random.default_rng(1).uniform(-1.5, 1.5, (40, 2))
    if field.has_loss:
        gradient = np.stack([slope(field.loss, x, axis) for axis in (0, 1)], axis=1)
        np.testing.assert_allclose(field.gradient(x), gradient, rtol=1e-6, atol=1e-7)
    hessian = np.stack([slope(field.gradient, x, axis) for axis in (0, 1)], axis=2)
    np.testing.assert_allclose(field.hessian(x), hessian, rtol=1e-6, atol=1e-7)
    divergence = sum(slope(field.covariance, x, axis)[:, :, axis] for axis in (0, 1))
    np.testing.assert_allclose(field.covariance_divergence(x), divergence, rtol=1e-6, atol=1e-7)


def test_covariance_is_central_not_the_second_moment() -> None:
    field = fields(Experiment(SampleSystem(Table(("a", "b"), ROWS), ("w",), parse("(w*a-b)**2/2", "wab"))))
    w = np.array([[0.4]])
    gradients = (0.4 * ROWS[:, 0] - ROWS[:, 1]) * ROWS[:, 0]
    assert field.gradient(w)[0, 0] == pytest.approx(gradients.mean())
    assert field.covariance(w)[0, 0, 0] == pytest.approx(gradients.var())
    assert field.gradient(np.array([[1.98]]))[0, 0] == pytest.approx(0, abs=1e-12)


def test_loss_in_a_noise_is_measured_from_its_minimum() -> None:
    loss = Loss(parse("(x-1)**2 + 7", "x"), domain=((-3.0, 3.0),))
    field = fields(Experiment(GradientSystem(loss, Noise((parse("L", "L"),)))))
    np.testing.assert_allclose(field.covariance(np.array([[1.0], [3.0]])).ravel(), [0, 4], atol=1e-12)


def test_curvature_in_a_noise_is_the_second_derivative() -> None:
    field = fields(Experiment(GradientSystem(Loss(parse("x**4", "x")), Noise((parse("H/2", "H"),)))))
    assert field.covariance(np.array([[2.0]]))[0, 0, 0] == pytest.approx(24)


def test_time_dependence_is_noticed() -> None:
    assert fields(
        Experiment(GradientSystem(Loss(parse("x**2*(1+k)", "xk")), Noise((parse("1", ""),))))
    ).time_dependent
    assert not fields(SYSTEMS["drift"]).time_dependent


def test_hops_have_no_fields() -> None:
    with pytest.raises(TypeError, match="hops"):
        fields(Experiment(HopSystem(3, parse("1", ""))))


@pytest.mark.parametrize(
    ("kind", "arguments", "mean", "variance"),
    [
        ("normal", (1.0, 2.0), 1.0, 4.0),
        ("uniform", (-1.0, 3.0), 1.0, 16 / 12),
        ("exponential", (2.0,), 2.0, 4.0),
        ("bernoulli", (0.3,), 0.3, 0.21),
        ("choice", (0.5, 1.5, 0.25, 0.75), 1.25, 0.1875),
    ],
)
def test_quadrature_knows_mean_and_variance(kind, arguments, mean, variance) -> None:
    nodes, weights = Distribution(kind, arguments).quadrature()
    assert weights.sum() == pytest.approx(1)
    assert weights @ nodes == pytest.approx(mean)
    assert weights @ (nodes - mean) ** 2 == pytest.approx(variance)


def test_examples_of_fresh_columns_are_a_product() -> None:
    data = Fresh(("a", "b"), (Distribution("normal", (0.0, 1.0)), Distribution("bernoulli", (0.25,))))
    nodes, weights = weighted_examples(data)
    assert weights @ (nodes[:, 0] ** 2 * nodes[:, 1]) == pytest.approx(0.25)


def test_batch_factor_without_replacement() -> None:
    table = Table(("a", "b"), ROWS)
    loss = parse("(w*a-b)**2/2", "wab")
    assert SampleSystem(table, ("w",), loss).batch_factor(2) == pytest.approx(1 / 2)
    assert SampleSystem(table, ("w",), loss, draw="distinct").batch_factor(2) == pytest.approx(4 / 10)
    assert SampleSystem(table, ("w",), loss, draw="distinct").batch_factor(6) == 0


def test_hop_rates_are_blocked_at_the_ends_and_split_in_two() -> None:
    up, down = HopSystem(3, parse("1 + x", "x"), 1.0).hop_rates({})
    np.testing.assert_allclose(up, [1.0, 1.5, 0.0])
    np.testing.assert_allclose(down, [0.0, 0.5, 1.0])
