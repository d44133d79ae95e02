"""The chain's own law on the line: rows 1, 13, 14, 19–22, 28, 33, 34, 36, every noise law, and escape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.hops import HopSystem
from sgdtui.model.law import Law
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.chain.line import quasi_stationary
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.numerics.noise_distribution import mean_of_draws
from sgdtui.predict.prediction import Absence, Prediction
from tests.predict.experiments import DOUBLE_WELL, ROWS_28, UNIT, WINDOW, experiment, on_loss, on_rows


def solved(*args, edges=WINDOW, **kwargs) -> Prediction:
    found = transfer(experiment(*args, **kwargs), (edges,))
    assert isinstance(found, Prediction), found
    return found


def test_row_1_law_and_distances_to_gibbs():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.2), observe={"m2": "x**2"})
    edges = (np.linspace(-3, 3, 3001),)
    found, other = transfer(e, edges), gibbs(e, edges, 0.1, "given")
    assert found.observables["m2"] == pytest.approx(0.843645, abs=6e-7)
    p, q = found.probability, other.probability
    used = p > 0
    assert np.abs(p - q).sum() / 2 == pytest.approx(0.0694, abs=6e-5)
    assert np.sum(p[used] * np.log(p[used] / q[used])) == pytest.approx(0.0199, abs=6e-5)
    gap = np.abs(found.distribution - other.distribution)
    assert gap.max() == pytest.approx(0.0259, abs=6e-5)
    assert gap.sum() * 0.002 == pytest.approx(0.0331, abs=6e-5)


def test_row_1_on_the_bins_of_the_screen():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.2))
    found, other = transfer(e, (WINDOW,)), gibbs(e, (WINDOW,), 0.1, "given")
    assert np.abs(found.probability - other.probability).sum() / 2 == pytest.approx(0.0694, abs=6e-5)
    assert found.numerical_error < 1e-8
    assert found.mean[0] == pytest.approx(0, abs=1e-12)


def test_linear_chain_is_normal():
    found = solved(on_loss("x**2/2"), Dynamics("sgd", 0.3), edges=np.linspace(-2, 2, 101))
    from scipy.special import ndtr

    variance = 0.3 / (2 - 0.3)
    assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-12)
    assert found.distribution == pytest.approx(ndtr(found.edges[0] / np.sqrt(variance)), abs=1e-12)
    assert found.relaxation_time == pytest.approx(-0.3 / np.log(0.7), rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "covariance", "eta", "name", "text", "value"),
    [
        (DOUBLE_WELL, "1 + tanh(4*x)/2", 0.2, "left", "x < 0", 0.964371),
        ("x**2/2", "2*(1 + 0.8*tanh(2*x))", 0.1, "left", "x < 0", 0.5568),
        ("x**2/2", "1 + x**2", 0.2, "variance", "x**2", 0.125),
    ],
)
def test_rows_19_20_22(loss, covariance, eta, name, text, value):
    found = solved(on_loss(loss, covariance), Dynamics("sgd", eta), observe={name: text})
    assert found.observables[name] == pytest.approx(value, abs=6e-5 if value == 0.5568 else 6e-7)


def test_row_22_peak():
    found = solved(on_loss("x**2/2", "1 + x**2"), Dynamics("sgd", 0.2), edges=np.linspace(-3, 3, 6002))
    assert found.density.max() == pytest.approx(1.20700, abs=6e-6)


def test_second_order_towards_fokker_planck():
    """The chain's law tends to the SDE's as η → 0 at constant T, in proportion to η."""
    gaps = []
    for eta in (0.08, 0.04, 0.02):
        e = experiment(on_loss(DOUBLE_WELL, f"{0.2 / eta}"), Dynamics("sgd", eta))
        chain, sde = transfer(e, (WINDOW,)), fokker_planck(e, (WINDOW,))
        gaps.append(np.abs(chain.probability - sde.probability).sum())
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.15)
    assert gaps[1] / gaps[2] == pytest.approx(2, abs=0.08)


def test_euler_chain_tends_to_the_sde():
    gaps = []
    for dt in (0.08, 0.04):
        e = experiment(on_loss(DOUBLE_WELL), Dynamics("sde", 0.2, dt=dt))
        gaps.append(
            np.abs(transfer(e, (WINDOW,)).probability - fokker_planck(e, (WINDOW,)).probability).sum()
        )
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("a", [0.0, 0.5, 1.0])
def test_amplitude_rule_gives_its_convention(a):
    e = experiment(on_loss(DOUBLE_WELL, "1 + tanh(x)/2"), Dynamics("sde", 0.2, dt=0.004, convention=a))
    gap = np.abs(transfer(e, (WINDOW,)).probability - fokker_planck(e, (WINDOW,)).probability).sum()
    assert gap < 0.006
    other = replace(e, dynamics=replace(e.dynamics, convention=1 - a if a != 0.5 else 0.0))
    assert (
        np.abs(transfer(e, (WINDOW,)).probability - fokker_planck(other, (WINDOW,)).probability).sum() > 0.05
    )


LAWS = [Law("uniform"), Law("laplace"), Law("student-t", 5.0), Law("rademacher"), Law("gaussian")]


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("batch", [1, 3])
def test_variance_of_every_law(law, batch):
    """Whatever its shape, unit noise on a linear chain has the variance η/(B(2 - η))."""
    found = solved(on_loss("x**2/2", law=law), Dynamics("sgd", 0.2, batch=batch), observe={"left": "x < 0"})
    assert found.covariance[0, 0] == pytest.approx(0.2 / 1.8 / batch, rel=3e-4)
    assert found.observables["left"] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("kind", ["uniform", "laplace", "rademacher"])
def test_fourth_cumulant_of_the_law(kind):
    """Cumulants add: κ4 of the chain is η⁴κ4(ξ)/(1 - (1 - η)⁴)."""
    excess = {"uniform": -1.2, "laplace": 3.0, "rademacher": -2.0}[kind]
    found = solved(on_loss("x**2/2", law=Law(kind)), Dynamics("sgd", 0.4), observe={"m4": "x**4"})
    variance = 0.4 / 1.6
    expected = 3 * variance**2 + 0.4**4 * excess / (1 - 0.6**4)
    assert found.observables["m4"] == pytest.approx(expected, rel=2e-3)


def test_row_36_stable_scale():
    """A linear chain of stable(1.5) noise is stable again, of scale .360356."""
    found = solved(on_loss("x**2/2", law=Law("stable", 1.5)), Dynamics("sgd", 0.1))
    exact = mean_of_draws(Law("stable", 1.5), 1).distribution(WINDOW / 0.360356)
    assert np.abs(found.distribution - exact).max() < 1e-3
    assert found.covariance is None


def test_sum_of_stable_draws_scales():
    one, many = (mean_of_draws(Law("stable", 1.5), b).distribution for b in (1, 8))
    z = np.linspace(-5, 5, 101)
    assert many(z) == pytest.approx(one(z * 8 ** (1 - 1 / 1.5)), abs=1e-12)


def test_stable_distribution_against_scipy():
    from scipy.stats import levy_stable

    z = np.array([-3.0, -0.4, 0.1, 1.0, 6.0, 40.0])
    for alpha in (0.7, 1.5):
        ours = mean_of_draws(Law("stable", alpha), 1).distribution(z)
        assert ours == pytest.approx(levy_stable.cdf(z, alpha, 0), abs=1e-6)


def test_student_mean_of_four_draws():
    rng = np.random.default_rng(5)
    drawn = np.sort(rng.standard_t(5, (40_000, 4)).mean(axis=1) * np.sqrt(3 / 5))
    law = mean_of_draws(Law("student-t", 5.0), 4).distribution(drawn)
    gap = np.abs(law - (np.arange(40_000) + 0.5) / 40_000).max()
    assert gap * np.sqrt(40_000) < 1.63  # 1 % of the Kolmogorov law


def test_row_34_uniform_and_cantor():
    system = on_rows("(w - y)**2/2", ["y"], [[1], [-1]])
    edges = np.linspace(-1.25, 1.25, 4001)
    half = solved(system, Dynamics("sgd", 0.5), edges=edges)
    assert not half.singular
    assert half.distribution == pytest.approx(np.clip((edges + 1) / 2, 0, 1), abs=1e-6)
    other = gibbs(experiment(system, Dynamics("sgd", 0.5)), (edges,), 0.25, "minimum")
    assert np.abs(half.distribution - other.distribution).max() == pytest.approx(0.091478, abs=2e-6)
    cantor = solved(
        system, Dynamics("sgd", 2 / 3), edges=np.array([-1.1, -0.9, -0.5, -0.1, 0.2, 0.5, 0.8, 1.1])
    )
    assert cantor.singular
    assert cantor.probability is None
    assert cantor.covariance[0, 0] == pytest.approx(0.5, abs=1e-6)
    # Middle gaps: (-1/3, 1/3), then (-7/9, -5/9) and (5/9, 7/9).
    assert cantor.distribution[3] == pytest.approx(0.5, abs=1e-6)
    assert cantor.distribution[4] == pytest.approx(0.5, abs=1e-6)
    assert cantor.distribution[1] == pytest.approx(0.125, abs=1e-2)


def test_cantor_satisfies_its_own_equation():
    """F(x) = ½F(3x + 2) + ½F(3x - 2) at every edge."""
    system = on_rows("(w - y)**2/2", ["y"], [[1], [-1]])
    edges = np.linspace(-1.5, 1.5, 301)
    law = solved(system, Dynamics("sgd", 2 / 3), edges=edges)
    fine = solved(system, Dynamics("sgd", 2 / 3), edges=np.linspace(-7, 7, 140_001))
    at = lambda x: np.interp(x, fine.edges[0], fine.distribution)  # noqa: E731
    assert law.distribution == pytest.approx((at(3 * edges + 2) + at(3 * edges - 2)) / 2, abs=2e-3)


def test_row_28_batches():
    for batch, draw, variance in (
        (1, "replacement", 0.00445815),
        (2, "replacement", 0.00219788),
        (2, "distinct", 0.0017534),
    ):
        system = on_rows("(w*x - y)**2/2", ["x", "y"], ROWS_28, draw)
        found = solved(system, Dynamics("sgd", 0.05, batch=batch), edges=np.linspace(1, 3, 201))
        assert found.mean[0] == pytest.approx(1.98, abs=1e-8)
        assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-4)
    shuffled = experiment(on_rows("(w*x - y)**2/2", ["x", "y"], ROWS_28, "reshuffle"), Dynamics("sgd", 0.05))
    assert transfer(shuffled, (WINDOW,)).reason == "singular law"


def test_row_35_bounded_noise_stays_in_its_well():
    system = on_rows("1 - cos(w) + y*w", ["y"], [[0.95], [-0.95]])
    found = solved(system, Dynamics("sgd", 0.8), observe={"far": "abs(w) > 1.2533"})
    assert found.observables["far"] == 0
    assert found.distribution[0] == 0
    assert found.distribution[-1] == pytest.approx(1, abs=1e-12)


def test_row_33_collapse_or_escape():
    system = on_rows("a*w**2/2", ["a"], [[-1]] * 6 + [[1]] * 4)
    grows = transfer(experiment(system, Dynamics("sgd", 0.38)), (WINDOW,))
    assert isinstance(grows, Absence)
    assert grows.reason == "not normalisable"
    dies = solved(system, Dynamics("sgd", 0.4))
    assert dies.singular
    assert dies.mean[0] == 0
    rate = 0.6 * np.log(1.4) + 0.4 * np.log(0.6)
    assert dies.relaxation_time == pytest.approx(-0.4 / rate, rel=1e-6)


def test_row_23_collapse_at_rate_ln_2():
    found = solved(on_rows("a*w**2/2", ["a"], [[0.5], [1.5]]), Dynamics("sgd", 1.0))
    assert found.relaxation_time == pytest.approx(1 / np.log(2), rel=1e-6)


def test_escape_from_the_double_well():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.5))
    gone = transfer(e, (WINDOW,))
    assert isinstance(gone, Absence)
    assert gone.reason == "not normalisable"
    assert quasi_stationary(e, WINDOW).survival_loss == pytest.approx(0.003167, abs=6e-7)
    stays = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.1))
    assert quasi_stationary(stays, WINDOW).survival_loss is None


@pytest.mark.parametrize(("loss", "eta"), [("0", 0.1), ("x**2/2", 2.1), ("-x**2/2", 0.1), ("x", 0.1)])
def test_no_stationary_chain(loss, eta):
    found = transfer(experiment(on_loss(loss), Dynamics("sgd", eta)), (WINDOW,))
    assert isinstance(found, Absence)
    assert found.reason == "not normalisable"


def test_small_steps_keep_their_digits():
    found = solved(on_loss("x**2/2"), Dynamics("sgd", 1e-3))
    assert found.covariance[0, 0] == pytest.approx(1e-3 / (2 - 1e-3), rel=1e-9)


def test_folding_walls_conserve_and_reflect():
    found = solved(on_loss("0", "1"), Dynamics("sgd", 0.3), boundary="reflect", edges=UNIT)
    assert np.allclose(found.density, 1, atol=1e-10)
    ring = solved(
        on_loss("0", "1", law=Law("uniform")), Dynamics("sgd", 0.3), boundary="periodic", edges=UNIT
    )
    assert np.allclose(ring.density, 1, atol=1e-10)
    row_8 = solved(
        on_loss("0", "1 + 3*x"),
        Dynamics("sde", 1e-2, dt=4e-3),
        boundary="reflect",
        edges=UNIT,
        observe={"left": "x < 0.5"},
    )
    assert row_8.observables["left"] == pytest.approx(0.660964, abs=2e-3)


def test_row_13_birth_death():
    found = transfer(
        experiment(HopSystem(10, parse("2*(1 + x)", {"x"})), Dynamics(), observe={"low": "x < 1"}),
        (np.arange(11) - 0.5,),
    )
    assert found.probability[0] == pytest.approx(0.341417, abs=6e-7)
    assert found.mean[0] == pytest.approx(2.414172, abs=6e-7)
    assert found.observables["low"] == found.probability[0]


@pytest.mark.parametrize("s", [0.0, 0.5, 1.0, 0.3])
def test_row_14_source_or_destination(s):
    found = transfer(experiment(HopSystem(10, parse("1 + x", {"x"}), s), Dynamics()), (np.arange(11) - 0.5,))
    law = (1.0 + np.arange(10)) ** (2 * s - 1)
    assert found.probability == pytest.approx(law / law.sum(), abs=1e-14)


def test_momentum_and_schedule_are_absent():
    assert (
        transfer(experiment(on_loss("x**2"), Dynamics("sgd", 0.1, momentum=0.9)), (WINDOW,)).reason
        == "degenerate noise"
    )
    schedule = parse("eta/(1 + k)", {"eta", "k"})
    assert (
        transfer(experiment(on_loss("x**2"), Dynamics("sgd", 0.1, schedule=schedule)), (WINDOW,)).reason
        == "unsettled"
    )
