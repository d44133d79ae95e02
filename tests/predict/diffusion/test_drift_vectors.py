"""The four fields, and that they add up to nothing in equilibrium."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.hops import HopSystem
from sgdtui.predict.diffusion.drift_vectors import drift_vectors
from sgdtui.predict.diffusion.law import fokker_planck
from tests.predict.experiments import DOUBLE_WELL, SQUARE, WINDOW, experiment, on_loss


def test_row_10_linear_noise():
    """Σ = 2 + x: -∇·D is constant, and the mean displacement is -g and no more."""
    e = experiment(on_loss("x**2/2", "5 + x"), Dynamics("sgd", 0.2))
    found = drift_vectors(e, (WINDOW,), None, "measured")
    assert found.noise_induced == pytest.approx(np.full((1, 200), -0.1))
    assert found.gradient[0] == pytest.approx(-found.points[0])
    assert found.velocity is None
    assert found.variance == pytest.approx(5 + found.points[0])


@pytest.mark.parametrize("a", [0.0, 0.5, 1.0])
def test_equilibrium_has_no_velocity(a):
    e = experiment(on_loss(DOUBLE_WELL, "1 + tanh(x)/2"), Dynamics("sde", 0.2, convention=a))
    law = fokker_planck(e, (WINDOW,))
    found = drift_vectors(e, (WINDOW,), law.probability, "fokker-planck")
    middle = slice(60, 140)
    assert np.abs(found.velocity[0, middle]).max() < 0.01
    assert np.abs(found.gradient[0, middle]).max() > 0.3


def test_the_plane_circulates():
    e = experiment(
        on_loss("x**2 + y**2/4", ["1", "0.6", "0.6", "1"], variables=("x", "y")), Dynamics("sde", 0.1)
    )
    law = fokker_planck(e, SQUARE)
    found = drift_vectors(e, SQUARE, law.probability, "fokker-planck")
    near = (slice(None), slice(28, 36), slice(28, 36))
    flux = law.current[near] / law.density[near[1:]]
    assert found.velocity[near] == pytest.approx(flux, abs=0.01 * np.abs(flux).max() + 1e-3)
    assert np.abs(found.velocity[near]).max() > 0.05


def test_forms_without_fields():
    e = experiment(HopSystem(4, parse("1", set())), Dynamics())
    assert drift_vectors(e, (np.arange(5) - 0.5,), None, "measured") is None


@pytest.mark.parametrize(
    ("covariance", "curl"), [(["1", "0.6", "0.6", "1"], 28.125), (["2", "0", "0", "0.5"], 0.0)]
)
def test_the_curl_of_the_force_tells_row_5_from_row_6(covariance, curl):
    """Σ⁻¹ of a linear field: (h₁ - h₂)·(2/η)·Σ₁₂/det Σ, and nothing where Σ = H."""
    system = on_loss("x**2 + y**2/4", covariance, variables=("x", "y"))
    found = drift_vectors(experiment(system, Dynamics("sde", 0.1)), SQUARE, None, "gibbs")
    assert found.curl == pytest.approx(np.full((64, 64), curl), rel=1e-6, abs=1e-6)
