"""The plane: rows 5 and 6, walls, conventions, positivity, and an exact Gaussian at 200 × 200."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.start import At
from sgdtui.predict.diffusion.curl import curl
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.diffusion.plane import box_of_process, cells_for, solve_plane
from sgdtui.predict.diffusion.sde import diffusion
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.numerics.boundaries import walls
from sgdtui.predict.numerics.normal_bins import rectangles
from sgdtui.predict.prediction import Absence
from tests.predict.experiments import SQUARE, experiment, on_drift, on_loss

BOWL = "x**2 + y**2/4"
XY = ("x", "y")
TILTED = ["1", "0.6", "0.6", "1"]
UNIT_SQUARE = (np.linspace(0, 1, 33),) * 2


def row_5():
    return experiment(
        on_loss(BOWL, TILTED, variables=XY), Dynamics("sde", 0.1), observe={"xy": "x*y", "half": "x + y > 0"}
    )


def test_row_5_not_identity():
    found = fokker_planck(row_5(), SQUARE)
    assert found.covariance == pytest.approx(np.array([[0.025, 0.024], [0.024, 0.1]]), abs=2e-5)
    assert found.entropy_production == pytest.approx(0.50625, rel=5e-6)
    assert found.observables["xy"] == pytest.approx(0.024, abs=5e-6)
    assert found.observables["half"] == pytest.approx(0.5, abs=1e-6)
    exact = rectangles(np.zeros(2), np.array([[0.025, 0.024], [0.024, 0.1]]), SQUARE)
    assert np.abs(found.probability - exact).sum() < 1e-3
    assert np.abs(found.probability - exact).sum() / 2 < found.numerical_error
    assert found.numerical_error < 1e-3
    assert found.notes == ()


def test_row_5_current_is_that_of_the_gaussian():
    """For a linear drift J = (-H + D S⁻¹) x p: compared bin by bin."""
    found = fokker_planck(row_5(), SQUARE)
    centres = [(e[1:] + e[:-1]) / 2 for e in SQUARE]
    grid = np.stack(np.meshgrid(*centres, indexing="ij"), axis=-1)
    spread = np.array([[0.025, 0.024], [0.024, 0.1]])
    strength = 0.05 * np.array([[1, 0.6], [0.6, 1]])
    velocity = grid @ (-np.diag([2.0, 0.5]) + strength @ np.linalg.inv(spread)).T
    flux = np.moveaxis(velocity, -1, 0) * found.density
    assert np.abs(found.current - flux).max() < 0.01 * np.abs(flux).max()


def test_two_hundred_squared_is_within_a_thousandth_of_the_gaussian():
    """The scheme alone, on one grid of 200² cells, with its second order: four times better for half the width."""
    process = diffusion(row_5(), "fokker-planck")
    sides = walls(row_5(), SQUARE)
    box = box_of_process(process, sides)
    spread = np.array([[0.025, 0.024], [0.024, 0.1]])
    errors = []
    for cells in (50, 100, 200):
        found = solve_plane(process, sides, box, cells_for(process, box, cells))
        exact = rectangles(np.zeros(2), spread, found.law.edges)
        errors.append(np.abs(found.law.mass - exact).sum())
        assert found.clipped < 1e-9
    assert found.clipped == 0
    assert errors[2] < 1e-3
    assert 3.3 < errors[0] / errors[1] < 4.7
    assert 3.5 < errors[1] / errors[2] < 4.5


def test_row_6_solvable_has_no_current():
    e = experiment(on_loss(BOWL, ["2", "0", "0", "0.5"], variables=XY), Dynamics("sde", 0.1))
    found = fokker_planck(e, SQUARE)
    assert np.abs(found.current).max() < 1e-10
    assert abs(found.entropy_production) < 1e-10
    assert found.covariance == pytest.approx(np.diag([0.05, 0.05]), abs=1e-6)
    assert np.abs(curl(e, SQUARE)).max() < 1e-6
    # F = -Σ⁻¹(2g/η): for row 5 its curl is constant, (20·.5 - 20·2)·(-.6)/(1 - .36).
    assert curl(row_5(), SQUARE) == pytest.approx(np.full((64, 64), 28.125), rel=1e-6)


@pytest.mark.parametrize(("a", "left"), [(0.0, 0.660964), (0.5, 0.581139), (1.0, 0.5)])
@pytest.mark.parametrize("covariance", [["1 + 3*x"], ["1 + 3*x", "0.3", "0.3", "1 + y"]])
def test_conventions_between_walls(a, left, covariance):
    """Row 8 as a plane; the second time with a cross term, whose marginal along x is the same."""
    e = experiment(
        on_loss("0", covariance, variables=XY),
        Dynamics("sde", 0.1, convention=a),
        boundary="reflect",
        observe={"left": "x < 0.5"},
    )
    found = fokker_planck(e, UNIT_SQUARE)
    assert found.observables["left"] == pytest.approx(left, abs=2e-6)
    assert found.probability.sum() == pytest.approx(1, abs=1e-12)


def test_row_31_anisotropic_noise_is_uniform():
    """D = diag(f(y), g(x)) has a flat law, though its determinant varies."""
    e = experiment(on_loss("0", ["1 + y", "1 + x"], variables=XY), Dynamics("sde", 0.1), boundary="periodic")
    assert np.allclose(fokker_planck(e, UNIT_SQUARE).density, 1, atol=1e-10)


def test_jump_of_isotropic_noise():
    """Row 16 along x beside an independent y: P(x > 0) = 1/3 in Itô, though D jumps."""
    system = on_drift(["-x", "-y"], ["2*(1 + 3*step(x))", "1"], XY)
    edges = (np.linspace(-9, 9, 61), np.linspace(-4, 4, 41))
    e = experiment(system, Dynamics("sde", 1.0), observe={"positive": "x > 0"})
    assert fokker_planck(e, edges).observables["positive"] == pytest.approx(1 / 3, abs=3e-3)


def test_circulating_drift_keeps_its_law():
    """A rotation added to a round bowl changes nothing but the current: E = ω²⟨r²⟩/D."""
    system = on_drift(["-x - 2*y", "-y + 2*x"], "1", XY)
    e = experiment(system, Dynamics("sde", 0.2))
    edges = (np.linspace(-1.5, 1.5, 65),) * 2
    found = fokker_planck(e, edges)
    assert found.covariance == pytest.approx(np.eye(2) * 0.1, abs=1e-5)
    assert found.entropy_production == pytest.approx(4 * 0.2 / 0.1, rel=1e-3)


def test_strong_correlation_that_varies_stays_positive():
    system = on_loss("(x**2 - 1)**2/4 + y**2/2", ["1 + x**2", "0.9*x*y", "0.9*x*y", "1 + y**2"], variables=XY)
    found = fokker_planck(experiment(system, Dynamics("sde", 0.2)), (np.linspace(-3, 3, 65),) * 2)
    assert found.probability.min() >= 0
    assert found.numerical_error < 1e-3
    assert abs(found.mean[0]) < 1e-6  # symmetric in x though the cross term is not


def test_one_drawn_axis_of_two():
    from dataclasses import replace

    from sgdtui.model.space import Boundary, Space

    e = replace(row_5(), space=Space(boundaries=(Boundary(),), axes=(1,)))
    edges = (np.linspace(-2, 2, 101),)
    found, exact = fokker_planck(e, edges), gaussian(e, edges)
    assert np.abs(found.probability - exact.probability).sum() < 1e-4
    assert np.abs(found.distribution - exact.distribution).max() < 1e-4


@pytest.mark.parametrize(
    ("loss", "covariance", "reason"),
    [
        ("0", ["1"], "not normalisable"),
        ("x**2/2", ["1"], "not normalisable"),
        ("x**2 + y**2", ["1", "0"], "degenerate noise"),
        ("x**2 + y**2", ["1", "1", "1", "1"], "degenerate noise"),
        ("x**2 + y**2", ["x**2 + y**2"], "degenerate noise"),
    ],
)
def test_absences(loss, covariance, reason):
    system = on_loss(loss, covariance, variables=XY)
    found = fokker_planck(experiment(system, Dynamics("sde", 0.1), start=At((0.3, -0.4))), SQUARE)
    assert isinstance(found, Absence)
    assert found.reason == reason


def test_three_dimensions_are_too_many():
    system = on_loss("x**2 + y**2 + z**2", "1", variables=("x", "y", "z"))
    found = fokker_planck(experiment(system, Dynamics("sde", 0.1)), SQUARE)
    assert found.reason == "not one- or two-dimensional"
