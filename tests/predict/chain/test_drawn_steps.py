"""Steps over columns drawn afresh where the loss has kinks: exact at every place; and chains that keep to a lattice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sgdtui.expression import parse
from sgdtui.model.data import Distribution, Fresh
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import RunPlan
from sgdtui.model.law import Law
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.chain import ulam
from sgdtui.predict.chain.drawn_steps import boundaries, drawn_maps
from sgdtui.predict.chain.law import transfer
from tests.predict.experiments import experiment, on_loss, on_rows


def drawn(loss, **columns):
    data = Fresh(tuple(columns), tuple(columns.values()))
    return SampleSystem(data, ("w",), loss=parse(loss, {*columns, "w"}))


def test_boundaries_of_a_loss():
    loss = parse("where(abs(w - a) < 1, max(w, a), sign(a)*w)", {"w", "a"})
    assert {e.text for e in boundaries(loss)} == {"w - a", "abs(w - a) - 1", "a"}


def test_pinball_goes_up_with_the_chance_that_the_column_is_above():
    system = drawn("where(a > w, 0.7*(a - w), 0.3*(w - a))", a=Distribution("exponential", (1.0,)))
    w = np.linspace(0.05, 3, 60)
    images, weights = drawn_maps(system, {}, 0.1)(w)
    up = np.sum(weights * (images > w[:, None]), axis=1)
    assert up == pytest.approx(np.exp(-w), abs=1e-9)
    assert np.sum(weights * images, axis=1) == pytest.approx(w + 0.1 * (np.exp(-w) - 0.3), abs=1e-9)


def test_a_kink_beside_another_column():
    """The mean step of a Huber regression through the origin, against quadrature."""
    system = drawn(
        "where(abs(w*x - y) < 1, (w*x - y)**2/2, abs(w*x - y) - 0.5)",
        x=Distribution("normal", (0.0, 1.0)), y=Distribution("normal", (0.5, 1.0)),
    )  # fmt: skip
    images, weights = drawn_maps(system, {}, 0.1)(np.array([0.4]))

    def over_y(x):
        return quad(
            lambda y: np.clip(0.4 * x - y, -1, 1) * x * norm.pdf(y, 0.5),
            -8,
            8,
            points=[0.4 * x - 1, 0.4 * x + 1],
        )[0]

    slope = quad(lambda x: over_y(x) * norm.pdf(x), -8, 8)[0]
    assert np.sum(weights * images) == pytest.approx(0.4 - 0.1 * slope, abs=2e-4)


def test_a_smooth_loss_needs_no_cuts():
    assert drawn_maps(drawn("(w - a)**2/2", a=Distribution("normal", (0.0, 1.0))), {}, 0.1) is None


@pytest.mark.parametrize("batch", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_median_of_a_normal_column(batch):
    """Against a simulated chain: of one draw a step of ±η, which is followed place by place; of three one of four
    steps, whose law is convolved on a grid of its own, within the error that is stated.
    """
    eta = 0.037
    system = drawn("abs(w - a)", a=Distribution("normal", (0.2, 1.0)))
    found = transfer(experiment(system, Dynamics("sgd", eta, batch=batch)), (np.linspace(-1, 1.4, 61),))
    rng = np.random.default_rng(3)
    w = np.zeros(8192)
    squares = np.zeros((64, 2))
    for step in range(1300):
        w = w - eta * np.sign(w[:, None] - rng.normal(0.2, 1, (len(w), batch))).mean(axis=1)
        if step >= 300:
            squares += np.stack([w, (w - 0.2) ** 2], axis=1).reshape(64, -1, 2).mean(axis=1) / 1000
    mean, variance = squares.mean(axis=0)
    se = squares.std(axis=0, ddof=1) / 8
    spread = variance**0.5
    slack = 3 * found.numerical_error
    assert slack < (1e-6 if batch == 1 else 0.15)
    assert found.mean[0] == pytest.approx(mean, abs=4 * se[0] + slack * spread)
    about = found.covariance[0, 0] + (found.mean[0] - 0.2) ** 2
    assert about == pytest.approx(variance, abs=4 * se[1] + slack * variance)
    assert 4 * se[1] < 0.05 * variance


def test_a_walk_on_a_lattice():
    """abs(x) with coins: from 0.03 steps of -0.1·(sign(x) ± 1) lead to 0.03 - 0.2k; two places share all mass."""
    system = on_loss("abs(x)", law=Law("rademacher"))
    plan = RunPlan(burn_in=100, every=7)
    found = transfer(experiment(system, Dynamics("sgd", 0.1), run=plan), (np.linspace(-1, 1, 41),))
    assert found.singular
    masses = np.diff(found.distribution)
    assert masses[masses > 0] == pytest.approx([0.5, 0.5], abs=1e-9) or masses.max() == pytest.approx(1)


def test_a_law_on_places_is_exact():
    """Steps of +2 and -1 lengths with equal weights, up below 0 and down above: enumerated by hand."""
    rows = [[1.0], [-2.0]]
    system = on_rows("where(w > 0, 2*w, -w)*0.5 + a*w", ["a"], rows)
    found = transfer(experiment(system, Dynamics("sgd", 0.25)), (np.linspace(-6.03, 6.03, 202),))
    if not found.singular:
        pytest.fail("its places were not followed")
    gradients = lambda w: 1.0 if w > 0 else -0.5  # noqa: E731
    places = np.arange(-400, 400) * 0.125
    kernel = np.zeros((800, 800))
    for i, w in enumerate(places):
        for a in (1.0, -2.0):
            j = int(np.clip(round((w - 0.25 * (gradients(w) + a)) / 0.125) + 400, 0, 799))
            kernel[j, i] += 0.5
    mass = np.zeros(800)
    mass[400] = 1
    total = np.zeros(800)
    for step in range(6000):
        mass = kernel @ mass
        if step >= 3000:
            total += mass / 3000
    mean = float(total @ places)
    assert found.mean[0] == pytest.approx(mean, abs=2e-3)
    assert found.covariance[0, 0] == pytest.approx(float(total @ (places - mean) ** 2), rel=2e-3)


def test_what_costs_too_much_is_absent(monkeypatch):
    monkeypatch.setattr(ulam, "MOST_ENTRIES", 2_000)
    system = on_rows("(w*x - y)**2/2", ["x", "y"], [[1, 0.3], [0.5, 1], [2, 1.1]])
    found = transfer(experiment(system, Dynamics("sgd", 0.1)), (np.linspace(-2, 2, 41),))
    assert found.reason == "too costly"
    assert "shares" in found.detail
