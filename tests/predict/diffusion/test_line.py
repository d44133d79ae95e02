"""The line: exact values of CLAIMS rows 1, 8, 11, 15, 16, 20, 21, 22, and laws that do not exist."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.tumble import TumbleSystem
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.prediction import Absence, Prediction
from tests.predict.experiments import DOUBLE_WELL, UNIT, WINDOW, experiment, on_drift, on_loss

CONVENTIONS = {0.0: "ito", 0.5: "stratonovich", 1.0: "anti-ito"}


def solved(*args, edges=WINDOW, **kwargs) -> Prediction:
    found = fokker_planck(experiment(*args, **kwargs), (edges,))
    assert isinstance(found, Prediction), found
    return found


def test_row_1_langevin_is_gibbs():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sde", 0.2), observe={"m2": "x**2"})
    found = fokker_planck(e, (np.linspace(-3, 3, 6001),))
    assert isinstance(found, Prediction)
    assert found.observables["m2"] == pytest.approx(0.871363, abs=5e-7)
    assert found.density is not None
    assert found.density[2999:3001].mean() == pytest.approx(0.065919, abs=5e-7)
    same = gibbs(e, found.edges, 0.1, "given")
    assert np.abs(same.probability - found.probability).sum() < 1e-13
    assert found.entropy_production == 0
    assert found.probability.sum() + found.outside == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(("a", "left"), [(0.0, 0.967101), (0.5, 0.945022), (1.0, 0.909463)])
def test_row_20_noise_decides(a, left):
    found = solved(
        on_loss(DOUBLE_WELL, "1 + tanh(4*x)/2"), Dynamics("sde", 0.2, convention=a), observe={"left": "x < 0"}
    )
    assert found.observables["left"] == pytest.approx(left, abs=6e-7)


@pytest.mark.parametrize(("a", "left"), [(0.0, 0.660964), (0.5, 0.581139), (1.0, 0.5)])
def test_rows_8_and_11_between_walls(a, left):
    found = solved(
        on_loss("0", "1 + 3*x"),
        Dynamics("sde", 0.1, convention=a),
        boundary="reflect",
        observe={"left": "x < 0.5"},
        edges=UNIT,
    )
    assert found.observables["left"] == pytest.approx(left, abs=6e-7)
    assert found.distribution[100] == pytest.approx(left, abs=6e-7)
    if a == 1:
        assert np.allclose(found.density, 1, atol=1e-12)


def test_row_18_tumbling():
    system = TumbleSystem(parse("1 + 3*x", {"x"}), parse("1 + x**2", {"x"}))
    e = experiment(system, Dynamics(), boundary="reflect", observe={"left": "x < 0.5"})
    found = fokker_planck(e, (UNIT,))
    assert found.observables["left"] == pytest.approx(0.660964, abs=6e-7)
    still = experiment(TumbleSystem(parse("1", {"x"}), parse("0", {"x"})), Dynamics(), boundary="reflect")
    assert fokker_planck(still, (UNIT,)).reason == "unsettled"


@pytest.mark.parametrize(
    ("resistor", "diode", "a", "current"),
    [(1, 1, 1.0, 0.0), (1, 0, 1.0, 0.398942), (0.25, 1, 1.0, -0.320261), (1, 1, 0.0, 0.478731)],
)
def test_row_15_diode_jump_of_the_noise(resistor, diode, a, current):
    system = on_drift(["-(1 + 3*step(V))*V"], f"2*({resistor} + {diode}*3*step(V))", ("V",))
    found = solved(system, Dynamics("sde", 1.0, convention=a), edges=np.linspace(-8, 8, 201))
    assert -found.mean[0] == pytest.approx(current, abs=6e-7)


def test_row_16_zero_mean_skewed():
    system = on_drift(["-V"], "2*(1 + 3*step(V))", ("V",))
    found = solved(
        system,
        Dynamics("sde", 1.0),
        observe={"positive": "V > 0", "part": "max(V, 0)"},
        edges=np.linspace(-8, 8, 173),
    )
    assert found.mean[0] == pytest.approx(0, abs=1e-12)
    assert found.observables["positive"] == pytest.approx(1 / 3, abs=1e-12)
    assert found.observables["part"] == pytest.approx(0.531923, abs=6e-7)


def test_row_21_sharp_and_flat():
    """The table's .999548 takes the sharp basin for all of x < 0; with `min` the flat parabola returns left of -2/3."""
    steep = "where(x < 0, 4*(x + 0.25)**2, 0.25*(x - 1)**2)"
    found = solved(on_loss(steep, "H"), Dynamics("sde", 0.2), observe={"flat": "x > 0"})
    assert found.observables["flat"] == pytest.approx(0.999548, abs=6e-7)
    both = "min(4*(x + 0.25)**2, 0.25*(x - 1)**2)"
    found = solved(on_loss(both, "H"), Dynamics("sde", 0.2), observe={"flat": "x > 0"})
    from scipy.integrate import quad

    # p = exp(-∫L'/D)/D by hand: D = .05 on the flat parabola, .8 between its two crossings with the sharp one.
    right = quad(lambda x: np.exp(5 * (1 - (x - 1) ** 2)) / 0.05, 0, 12, epsabs=1e-12)[0]
    sharp = quad(lambda x: np.exp(5 * (0.0625 - (x + 0.25) ** 2)) / 0.8, -2 / 3, 0, epsabs=1e-12)[0]
    level = 5 * (0.0625 - (2 / 3 - 0.25) ** 2) + 5 * (5 / 3) ** 2
    far = quad(lambda x: np.exp(level - 5 * (x - 1) ** 2) / 0.05, -12, -2 / 3, epsabs=1e-12)[0]
    assert found.observables["flat"] == pytest.approx(right / (right + sharp + far), abs=1e-9)
    assert found.observables["flat"] == pytest.approx(0.999319, abs=6e-7)


def test_row_22_label_noise_has_algebraic_tails():
    found = solved(
        on_loss("x**2/2", "1 + x**2"),
        Dynamics("sde", 0.2),
        observe={"tenth": "x**10", "twelfth": "x**12"},
        edges=np.linspace(-3, 3, 60_001),
    )
    assert found.density.max() == pytest.approx(1.293450, abs=6e-7)
    assert found.covariance[0, 0] == pytest.approx(1 / 9, abs=1e-12)
    assert "twelfth" not in found.observables  # p falls like x^-12: this average does not exist
    assert found.observables["tenth"] == pytest.approx(1, abs=1e-6)


def test_row_22_two_metrics_disagree():
    e = experiment(on_loss("x**2/2", "1 + x**2"), Dynamics("sde", 0.2))
    edges = (np.linspace(-8, 8, 4001),)
    p = fokker_planck(e, edges).probability
    figures = []
    for temperature in (0.1, 1 / 9):
        q = gibbs(e, edges, temperature, "given").probability
        figures.append((np.sum(p * np.log(p / q)), np.abs(p - q).sum() / 2))
    assert figures[0] == pytest.approx((0.010367, 0.021040), abs=2e-6)
    assert figures[1] == pytest.approx((0.007492, 0.034713), abs=2e-6)


def test_ring_with_a_winding_current():
    """A tilted ring: constant D and force f give a flat law, J = f/ℓ and entropy production f²/D."""
    found = solved(
        on_drift(["0.7"], "1"), Dynamics("sde", 0.4), boundary="periodic", edges=np.linspace(0, 2, 41)
    )
    assert np.allclose(found.density, 0.5, atol=1e-12)
    assert found.current[0] == pytest.approx(np.full(40, 0.35), abs=1e-12)
    assert found.entropy_production == pytest.approx(0.49 / 0.2, rel=1e-10)


@pytest.mark.parametrize("a", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("sign", ["", "-"])
def test_ring_obeys_its_equation(a, sign):
    """J = f p - D^a ∂(D^(1-a) p) is the same everywhere, whichever way it winds."""
    edges = np.linspace(0, 2 * np.pi, 4001)
    system = on_drift([f"{sign}(0.5 + sin(x))"], "1 + cos(x)/2")
    found = solved(system, Dynamics("sde", 0.5, convention=a), boundary="periodic", edges=edges)
    x = (edges[1:] + edges[:-1]) / 2
    drift = (-1 if sign else 1) * (0.5 + np.sin(x))
    strength = 0.25 * (1 + np.cos(x) / 2)
    q = strength ** (1 - a) * found.density
    slope = (np.roll(q, -1) - np.roll(q, 1)) / (2 * (x[1] - x[0]))
    flux = drift * found.density - strength**a * slope
    assert flux == pytest.approx(found.current[0], abs=2e-6)
    assert abs(found.current[0, 0]) > 1e-3
    assert np.sign(found.current[0, 0]) == (-1 if sign else 1)
    # Entropy is produced at the rate ∫ J²/(D p).
    assert found.entropy_production == pytest.approx(
        np.sum(flux**2 / strength / found.density) * (x[1] - x[0]), rel=1e-4
    )


@pytest.mark.parametrize("loss", ["0", "x", "-x**2/2", "0.04*log(1 + x**2)"])
def test_no_law_on_the_open_line(loss):
    found = fokker_planck(experiment(on_loss(loss), Dynamics("sde", 0.2)), (WINDOW,))
    assert isinstance(found, Absence)
    assert found.reason == "not normalisable"


def test_heavy_tails_keep_what_exists():
    """P ∝ (1 + x²)^-0.9 is a law without a mean."""
    found = solved(on_loss("0.09*log(1 + x**2)"), Dynamics("sde", 0.2), observe={"left": "x < 0"})
    assert found.mean is None
    assert found.covariance is None
    assert found.observables["left"] == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("covariance", ["x**2", "L", "0", "step(x)"])
def test_vanishing_noise_is_degenerate(covariance):
    found = fokker_planck(experiment(on_loss("x**2/2", covariance), Dynamics("sde", 0.2)), (WINDOW,))
    assert isinstance(found, Absence)
    assert found.reason == "degenerate noise"


def test_window_away_from_the_law():
    """Moments and observables are over all space, wherever the window is."""
    found = solved(
        on_loss("50*(x - 7)**2"), Dynamics("sde", 0.2), edges=np.linspace(-3, 3, 31), observe={"far": "x > 6"}
    )
    assert found.outside == pytest.approx(1, abs=1e-12)
    assert found.mean[0] == pytest.approx(7, abs=1e-10)
    assert found.covariance[0, 0] == pytest.approx(0.001, rel=1e-9)
    assert found.observables["far"] == pytest.approx(1, abs=1e-12)


def test_a_schedule_never_settles():
    e = experiment(on_loss("x**2/2"), Dynamics("sgd", 0.2, schedule=parse("eta/(1 + k)", {"eta", "k"})))
    assert fokker_planck(e, (WINDOW,)).reason == "unsettled"


def test_kink_and_jump_at_odd_places_do_not_cost_digits():
    """|x - c| has the Laplace law; its variance 2T² comes out to rounding though no edge is at c."""
    found = solved(on_loss("abs(x - 0.123456)"), Dynamics("sde", 0.2))
    assert found.mean[0] == pytest.approx(0.123456, abs=1e-10)
    assert found.covariance[0, 0] == pytest.approx(0.02, abs=1e-10)
