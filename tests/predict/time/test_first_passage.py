"""First passage: row 37, textbook cases, and when there is no mean."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.start import At, Normal, Uniform
from sgdtui.predict.time.first_passage import kramers_time, mean_passage_time
from tests.predict.experiments import DOUBLE_WELL, experiment, on_drift, on_loss, on_rows


@pytest.mark.parametrize(
    ("temperature", "exact", "kramers"), [(0.1, 66.2686, 54.1254), (0.05, 729.671, None)]
)
def test_row_37(temperature, exact, kramers):
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sde", 2 * temperature), until="x > 1", start=At((-1.0,)))
    assert mean_passage_time(e) == pytest.approx(exact, rel=1e-6)
    if kramers is not None:
        assert kramers_time(e) == pytest.approx(kramers, rel=1e-6)


def test_kramers_meets_the_integral_in_the_cold():
    """Their ratio tends to one like T."""
    ratios = []
    for temperature in (0.02, 0.01):
        e = experiment(
            on_loss(DOUBLE_WELL), Dynamics("sde", 2 * temperature), until="x > 1", start=At((-1.0,))
        )
        ratios.append(mean_passage_time(e) / kramers_time(e) - 1)
    assert ratios[0] / ratios[1] == pytest.approx(2, abs=0.25)


def test_brownian_exits():
    """From an interval of half-width a, D = .1: (a² - x²)/2D; from one wall, reflecting the other, likewise."""
    flat = on_loss("0")
    both = {"until": "abs(x) > 1"}
    for start, expected in ((0.0, 5.0), (0.5, 3.75), (-0.9, 0.95)):
        e = experiment(flat, Dynamics("sde", 0.2), start=At((start,)), **both)
        assert mean_passage_time(e) == pytest.approx(expected, rel=1e-9)
    uniform = experiment(flat, Dynamics("sde", 0.2), start=Uniform(((-1.0, 1.0),)), **both)
    assert mean_passage_time(uniform) == pytest.approx(10 / 3, rel=1e-9)
    spread = experiment(flat, Dynamics("sde", 0.2), start=Normal((0.0,), (0.1,)), **both)
    assert mean_passage_time(spread) == pytest.approx(5 - 0.01 / 0.2, rel=1e-9)
    wall = experiment(
        flat, Dynamics("sde", 0.2), until="x > 1", start=At((0.0,)), boundary="reflect", domain=((0.0, 2.0),)
    )
    assert mean_passage_time(wall) == pytest.approx(5, rel=1e-9)


@pytest.mark.parametrize("a", [0.0, 0.5, 1.0])
def test_conventions(a):
    """No force, D = .1(1 + 3x), from the wall at 0: ∫ D^-a ∫ D^(a-1), by hand with an independent quadrature."""
    from scipy.integrate import dblquad

    e = experiment(
        on_loss("0", "1 + 3*x"),
        Dynamics("sde", 0.2, convention=a),
        until="x > 1",
        start=At((0.0,)),
        boundary="reflect",
        domain=((0.0, 2.0),),
    )
    strength = lambda x: 0.1 * (1 + 3 * x)  # noqa: E731
    expected = dblquad(lambda z, y: strength(y) ** -a * strength(z) ** (a - 1), 0, 1, 0, lambda y: y)[0]
    assert mean_passage_time(e) == pytest.approx(expected, rel=1e-8)


def test_row_35_washboard():
    """The SDE of the two samples first reaches ±π after 558.666 steps of t = .8."""
    system = on_rows("1 - cos(w) + y*w", ["y"], [[0.95], [-0.95]])
    e = experiment(system, Dynamics("sde", 0.8), until="abs(w) > pi")
    assert mean_passage_time(e) / 0.8 == pytest.approx(558.666, abs=6e-4)


def test_already_there():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sde", 0.2), until="x > -2", start=At((-1.0,)))
    assert mean_passage_time(e) == 0
    assert kramers_time(e) is None


@pytest.mark.parametrize(
    ("system", "until"),
    [
        (on_loss("0"), "x > 1"),
        (on_loss("x"), "x > 1"),
        (on_loss("x**2"), "x > 1e13"),
        (on_loss("x**2 + y**2", variables=("x", "y")), "x > 1"),
        (on_loss("x**2", "x**2"), "x > 1"),
    ],
)
def test_no_finite_mean(system, until):
    e = experiment(system, Dynamics("sde", 0.2), until=until)
    assert mean_passage_time(e) is None


def test_downhill_run():
    """A strong constant drift: the time is distance over speed, the diffusive correction exponentially small."""
    e = experiment(on_drift(["2"], "1"), Dynamics("sde", 1e-3), until="x > 3")
    assert mean_passage_time(e) == pytest.approx(1.5, rel=1e-9)
    assert kramers_time(e) is None
    assert np.isfinite(mean_passage_time(e))
