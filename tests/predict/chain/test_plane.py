"""The chain's own law on the plane."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.law import Law
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.numerics.noise_quadrature import atoms_of
from tests.predict.experiments import SQUARE, experiment, on_loss

BOWL = "x**2 + y**2/4"
XY = ("x", "y")
TILTED = ["1", "0.6", "0.6", "1"]


@pytest.mark.parametrize("eta", [0.3, 0.1, 0.02])
def test_row_5_chain_is_the_exact_gaussian(eta):
    e = experiment(on_loss(BOWL, TILTED, variables=XY), Dynamics("sgd", eta), observe={"xy": "x*y"})
    found, exact = transfer(e, SQUARE), gaussian(e, SQUARE)
    assert found.covariance == pytest.approx(exact.covariance, rel=1e-6)
    assert np.abs(found.probability - exact.probability).sum() < 3e-5
    assert found.observables["xy"] == pytest.approx(exact.covariance[0, 1], rel=1e-3)


def test_bistable_chain_tends_to_fokker_planck():
    gaps = []
    for eta in (0.1, 0.05):
        covariance = [
            f"{0.2 / eta}*(1 + x**2/2)",
            f"{0.2 / eta}*0.3*x*y",
            f"{0.2 / eta}*0.3*x*y",
            f"{0.2 / eta}",
        ]
        system = on_loss("(x**2 - 1)**2/4 + y**2/2", covariance, variables=XY)
        e = experiment(system, Dynamics("sgd", eta))
        edges = (np.linspace(-2.5, 2.5, 49),) * 2
        gaps.append(np.abs(transfer(e, edges).probability - fokker_planck(e, edges).probability).sum())
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.3)


@pytest.mark.parametrize("law", [Law("rademacher"), Law("uniform"), Law("laplace")], ids=str)
def test_other_laws_keep_mean_and_covariance(law):
    e = experiment(on_loss(BOWL, TILTED, law=law, variables=XY), Dynamics("sgd", 0.1, batch=2))
    found, exact = transfer(e, SQUARE), gaussian(e, SQUARE)
    assert found.covariance == pytest.approx(exact.covariance, rel=1e-3)
    assert found.mean == pytest.approx(np.zeros(2), abs=1e-6)


def test_few_examples_are_followed_one_by_one():
    rng = np.random.default_rng(3)
    features = rng.normal(size=(30, 2))
    rows = np.column_stack([features, features @ [0.5, -0.3] + 0.5 * rng.normal(size=30)])
    system = SampleSystem(Table(("a", "b", "c"), rows), ("u", "v"), model="linear-regression")
    e = experiment(system, Dynamics("sgd", 0.05))
    found, exact = transfer(e, SQUARE), gaussian(e, SQUARE)
    assert found.mean == pytest.approx(exact.mean, abs=1e-4)
    assert found.covariance == pytest.approx(exact.covariance, rel=5e-3)


def test_walls_fold():
    e = experiment(on_loss("0", "1", variables=XY), Dynamics("sgd", 0.15), boundary=("reflect", "periodic"))
    found = transfer(e, (np.linspace(0, 1, 33),) * 2)
    assert np.allclose(found.density, 1, atol=1e-3)


@pytest.mark.parametrize("law", [Law("uniform"), Law("laplace"), Law("rademacher")], ids=str)
@pytest.mark.parametrize("batch", [1, 2, 9])
def test_atoms_have_the_moments_of_the_mean(law, batch):
    values, weights = atoms_of(law, batch)
    excess = {"uniform": -1.2, "laplace": 3.0, "rademacher": -2.0}[law.kind]
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert weights @ values**2 == pytest.approx(1 / batch, rel=1e-9)
    assert weights @ values**4 == pytest.approx((3 + excess / batch) / batch**2, rel=1e-8)
    assert weights.min() > 0


def test_unstable_steps_have_no_law():
    e = experiment(on_loss(BOWL, TILTED, variables=XY), Dynamics("sgd", 1.05))
    assert transfer(e, SQUARE).reason == "not normalisable"
