"""Laws on the line for systems that strangers posed: exact values from closed forms and scipy, not from the package."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammainc, gammaincc, ndtr

from sgdtui.lab.run import run
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.load import load_text
from tests.acceptance.faults.laws import boltzmann, row, smooth

WINDOW = (-3.0, 3.0)


def drift(
    velocity: str, noise: str, start: float, *, convention: float = 0.0, window=(0.0, 8.0), wall="open"
):
    return load_text(
        f"variables: [x]\ndrift: ['{velocity}']\nnoise: '{noise}'\nstart: {{at: [{start}]}}\n"
        f"dynamics: {{kind: sde, eta: 1, convention: {convention}}}\n"
        f"space: {{domain: [[{window[0]}, {window[1]}]], boundary: {wall}}}\nobserve: {{low: 'x < 0.5', m2: 'x**2'}}"
    )


# --- rows of the table whose chains are tested elsewhere


def test_lin2_and_lin3_are_gibbs():
    absolute = row("lin2")
    for predicted in (smooth, boltzmann):
        assert predicted(absolute, WINDOW).covariance[0, 0] == pytest.approx(2 * 0.05**2, rel=1e-11)
    c, t = 0.5, 0.05
    loss = lambda x: x * x / 2 if abs(x) < c else c * abs(x) - c * c / 2  # noqa: E731
    mass, second = (
        quad(lambda x, n=n: x**n * np.exp(-loss(x) / t), 0, 12, points=[c, 1, 3], epsabs=1e-15)[0]
        for n in (0, 2)
    )
    for predicted in (smooth, boltzmann):
        assert predicted(row("lin3"), WINDOW).covariance[0, 0] == pytest.approx(second / mass, rel=1e-10)


@pytest.mark.parametrize("q", [0.7, 0.25])
def test_lin5(q):
    """With F the distribution function of the column: g = F - q and Σ = F(1 - F)."""
    eta = 0.05
    centre = -np.log(1 - q)

    def pull(w):
        return quad(
            lambda v: (1 - np.exp(-v) - q) / ((1 - np.exp(-v)) * np.exp(-v)), centre, w, epsabs=1e-13
        )[0]

    def weight(w):
        f = 1 - np.exp(-w)
        return np.exp(-2 / eta * pull(w)) / (f * (1 - f))

    low, high = max(centre - 0.12 * 8, 1e-9), centre + 0.14 * 9
    moments = [
        quad(lambda w, n=n: (w - centre) ** n * weight(w), low, high, points=[centre], epsabs=1e-12)[0]
        for n in range(3)
    ]
    shift = moments[1] / moments[0]
    found = smooth(row("lin5", q=q), (-1.0, 4.0))
    assert found.mean[0] == pytest.approx(centre + shift, abs=1e-8)
    assert found.covariance[0, 0] == pytest.approx(moments[2] / moments[0] - shift**2, rel=1e-7)
    if q == 0.7:
        assert (found.mean[0], found.covariance[0, 0]) == pytest.approx((1.212654, 0.0173495), abs=5e-7)


def test_poisson():
    for predicted in (smooth, boltzmann):
        found = predicted(row("poisson_one"), WINDOW)
        assert found.mean[0] == pytest.approx(-0.0252083, abs=5e-8)
        assert found.covariance[0, 0] == pytest.approx(0.0512708, abs=5e-8)
    data = np.array([[0.2, 1], [0.5, 2], [1, 2], [1.2, 5], [0.8, 1], [0.1, 0]])
    loss = lambda w: np.mean(np.exp(w * data[:, 0]) - data[:, 1] * w * data[:, 0])  # noqa: E731
    found = boltzmann(row("poisson"), (-200.0, 300.0))
    weight = lambda w: np.exp(-(loss(w) - loss(1.0)) / found.temperature)  # noqa: E731
    mass, first = (
        quad(lambda w, n=n: w**n * weight(w), -8, 6, points=[0, 1, 2], epsabs=1e-13)[0] for n in (0, 1)
    )
    assert found.mean[0] == pytest.approx(first / mass, rel=1e-9)


@pytest.mark.parametrize("s2", [4.0, 1.0, 11.0])
def test_cir_violated(s2):
    shape = 2 / s2
    found = smooth(row("cir_violated", s2=s2), (-1.0, 12.0))
    assert found.mean[0] == pytest.approx(1, rel=1e-9)
    assert found.covariance[0, 0] == pytest.approx(1 / shape, rel=1e-9)
    assert found.observables["low"] == pytest.approx(gammainc(shape, shape * 0.05), abs=1e-9)
    if s2 == 4:
        assert found.observables["low"] == pytest.approx(0.176937, abs=5e-7)


def test_igbm():
    found = smooth(row("igbm"))
    assert (found.mean[0], found.covariance[0, 0]) == pytest.approx((1, 2 / 3), rel=1e-10)
    assert found.observables["low"] == pytest.approx(gammaincc(3.5, 5), abs=1e-11)


@pytest.mark.parametrize(("convention", "a"), [("ito", 0.0), ("stratonovich", 0.5), ("anti-ito", 1.0)])
def test_psgld_nogamma(convention, a):
    """Log p = -x²/2 - (a - 1)·log(1 + x²)."""
    mass, second = (
        quad(
            lambda x, n=n: x**n * np.exp(-x * x / 2) * (1 + x * x) ** (1 - a),
            -15,
            15,
            points=[0],
            epsabs=1e-13,
        )[0]
        for n in (0, 2)
    )
    found = smooth(row("psgld_nogamma", **{"dynamics.convention": convention}), WINDOW)
    assert found.observables["m2"] == pytest.approx(second / mass, rel=1e-10)
    assert found.observables["m2"] == pytest.approx({0.0: 2, 0.5: 1.417038, 1.0: 1}[a], abs=5e-7)


# --- ends of the line


@pytest.mark.parametrize("start", [3.0, -3.0, 0.0])
def test_walkers_are_carried_over_a_zero_of_the_noise(start):
    """At 0 the drift pushes to the right: whoever starts left of it crosses, and nobody comes back."""
    found = smooth(drift("1 - x", "0.8*x**2", start, window=(-4.0, 8.0)))
    assert found.mean[0] == pytest.approx(1, rel=1e-10)
    assert found.observables["low"] == pytest.approx(gammaincc(3.5, 5), abs=1e-11)


@pytest.mark.parametrize("a", [0.0, 0.5, 1.0])
def test_an_end_that_is_not_zero(a):
    """CIR about x0: Gamma of shape kb/s + a in x - x0, whether walkers start on it or where there is no noise."""
    for start in (1.0, -2.0, 0.6):
        found = smooth(drift("0.5*(1.4 - x)", "1.2*max(x - 0.6, 0)", start, convention=a))
        shape = 0.5 * 0.8 / 0.6 + a
        assert found.mean[0] == pytest.approx(0.6 + shape * 0.6 / 0.5, rel=1e-8)
        assert found.covariance[0, 0] == pytest.approx(shape * (0.6 / 0.5) ** 2, rel=1e-8)


def test_a_zero_that_is_crossed_both_ways():
    """Σ = √|x| is weak enough at 0 to be crossed, and not so weak that walkers stay."""
    found = smooth(drift("-x", "0.4*sqrt(abs(x))", 1.0, window=(-3.0, 3.0)))
    weight = lambda u: u * np.exp(-(u**3) / 0.3)  # noqa: E731  # x = u², D = .2 u, p ∝ exp(-x^1.5/.3)/u
    mass, second = (
        quad(lambda u, n=n: u ** (2 * n) * weight(u) / u * 2, 0, 3, epsabs=1e-14)[0] for n in (0, 2)
    )
    assert found.mean[0] == pytest.approx(0, abs=1e-10)
    assert found.covariance[0, 0] == pytest.approx(second / mass, rel=1e-8)


@pytest.mark.parametrize(
    ("velocity", "noise", "start", "reason", "word"),
    [
        ("-x", "0.5*abs(x)", 1.0, "degenerate noise", "at 0"),  # absorbed at an exit
        ("-x", "0.5*x**2", 1.0, "degenerate noise", "at 0"),  # never there, but ever nearer
        ("0.25*x", "0.5*x**2", 1.0, "not normalisable", "piles up"),  # as likely to grow as to shrink
        ("x**3", "(1 + x**2)**2", 0.0, "not normalisable", "finite time"),  # runs away to infinity
        ("x", "1", 0.0, "not normalisable", "far away"),
        ("sqrt(x) - x", "1", 1.0, "not normalisable", "at 0"),  # comes to where √x is no number
        ("0*x", "step(x)", -1.0, "degenerate noise", "start"),
    ],
)
def test_no_law_for_its_true_reason(velocity, noise, start, reason, word):
    found = smooth(drift(velocity, noise, start, window=(-4.0, 8.0)))
    assert isinstance(found, Absence)
    assert (found.reason, word in found.detail) == (reason, True), found


def test_a_start_on_both_sides_of_a_zero():
    text = "loss: 'x**4/4 - x**2/2'\nnoise: '3*x**2'\ndynamics: {kind: sde, eta: 0.1}\nstart: {uniform: [[-1, 1]]}"
    found = smooth(load_text(text), WINDOW)
    assert isinstance(found, Absence)
    assert "parts the line" in found.detail


# --- finding the mass


def test_a_well_between_two_bins_of_a_wide_window():
    width, depth, c, t = 1e-4, 3.0, 2.0137, 0.1
    text = f"loss: 'x**2/2 - {depth}*exp(-(x - {c})**2/{width**2!r})'\ndynamics: {{eta: {2 * t}}}"
    bulk = np.sqrt(2 * np.pi * t)
    dip = quad(
        lambda u: np.exp(-(c**2) / 2 / t) * width * (np.exp(depth / t * np.exp(-u * u)) - 1), -7, 7, points=[0],
        epsabs=1e-14,
    )[0]  # fmt: skip
    for predicted in (smooth, boltzmann):
        found = predicted(load_text(text), (-50.0, 50.0))
        assert found.mean[0] == pytest.approx(c * dip / (bulk + dip), rel=1e-3)
        assert 0.1 < found.mean[0] / c < 0.9


def test_two_wells_far_apart():
    """The barrier is four million kT high: rounding leaves ten digits of the shares, and says so."""
    text = "loss: 'min(50*(x - 700)**2, (x + 3)**2 + 0.001)'\ndynamics: {eta: 0.2}\ntemperature: 0.1"
    near, far = np.sqrt(np.pi * 0.1) * np.exp(-0.01), np.sqrt(np.pi * 0.1 / 50)
    for predicted in (smooth, boltzmann):
        found = predicted(load_text(text), (-10.0, 10.0))
        share = (found.mean[0] + 3) / 703
        assert share == pytest.approx(far / (near + far), abs=3 * found.numerical_error)
        assert found.numerical_error < 1e-6


@pytest.mark.parametrize("loss", ["cos(x)", "cos(x) + 0.2*sin(7*x)"])
def test_up_and_down_for_ever_is_no_law(loss):
    for predicted in (smooth, boltzmann):
        found = predicted(load_text(f"loss: '{loss}'\ndynamics: {{eta: 0.2}}"), WINDOW)
        assert isinstance(found, Absence)
        assert found.reason == "not normalisable"


def test_jumps_of_the_noise_and_of_the_loss():
    e = load_text("loss: 'x**2/2 + 0.1*step(x - 0.31)'\nnoise: '1'\ndynamics: {eta: 0.2}")
    mass = [ndtr(0.31 / 0.1**0.5), (1 - ndtr(0.31 / 0.1**0.5)) * np.exp(-1)]
    density = np.exp(-(0.31**2) / 0.2) / np.sqrt(2 * np.pi * 0.1)
    # E x = -T·(jump of the density across 0.31)
    exact = -0.1 * density * (1 - np.exp(-1)) / sum(mass)
    assert boltzmann(e, WINDOW).mean[0] == pytest.approx(exact, rel=1e-10)
    assert smooth(e, WINDOW).mean[0] == pytest.approx(0, abs=1e-12)  # a step of the loss pulls nowhere
    many = load_text("loss: 'x**2/2'\nnoise: '1 + floor(3*x)**2'\ndynamics: {kind: sde, eta: 0.2}")
    assert isinstance(smooth(many, WINDOW), Prediction)


def test_a_run_says_the_same():
    document = run(
        "tests/acceptance/faults/cir_verhulst.yaml", walkers=1024, **{"run.burn_in": 500, "run.steps": 500}
    ).document()
    assert document["predictions"]["fokker-planck"]["observables"]["low"] == pytest.approx(0.323324, abs=1e-6)
    assert "fokker-planck" not in document["why_not"]
