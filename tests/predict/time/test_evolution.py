"""Laws on their way: exact transients, conservation, and the stationary law at the end."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.hops import HopSystem
from sgdtui.model.start import At
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.numerics.normal_bins import rectangles
from sgdtui.predict.time.evolution import evolve
from tests.predict.experiments import DOUBLE_WELL, UNIT, WINDOW, experiment, on_loss

EDGES = np.linspace(-2, 5, 141)


def normal_bins(mean, variance, edges=EDGES):
    from scipy.special import ndtr

    return np.diff(ndtr((edges - mean) / np.sqrt(variance)))


def test_row_2_chain_from_a_point():
    """Mean (1 - η)^k·3, variance η/(2 - η)(1 - (1 - η)^2k)."""
    e = experiment(on_loss("x**2/2"), Dynamics("sgd", 0.2), start=At((3.0,)))
    times = np.array([0.2, 1.0, 3.0, 100.0])
    laws = evolve(e, (EDGES,), times)[0]
    for time, law in zip(times, laws, strict=True):
        shrink = 0.8 ** round(time / 0.2)
        exact = normal_bins(3 * shrink, 0.2 / 1.8 * (1 - shrink**2))
        assert np.abs(law - exact).sum() / 2 < 2e-3
        assert law.sum() == pytest.approx(1, abs=1e-6)


def test_ornstein_uhlenbeck_from_a_point():
    e = experiment(on_loss("x**2/2"), Dynamics("sde", 0.2), start=At((3.0,)))
    times = np.array([0.3, 1.0, 4.0, 30.0])
    for time, law in zip(times, evolve(e, (EDGES,), times)[0], strict=True):
        exact = normal_bins(3 * np.exp(-time), 0.1 * (1 - np.exp(-2 * time)))
        assert np.abs(law - exact).sum() / 2 < 4e-3
        assert law.sum() == pytest.approx(1, abs=1e-4)


def test_row_9_uniform_start_has_no_hurry_inside():
    """D ∝ 1 + 3x, Itô: ∂p/∂t = D″p = 0 inside at first; x = 0 fills and x = 1 drains."""
    e = experiment(on_loss("0", "1 + 3*x"), Dynamics("sde", 0.1), boundary="reflect")
    start = np.full(200, 1 / 200)
    early, late = evolve(e, (UNIT,), np.array([0.02, 400.0]), start)[0]
    inside = slice(70, 90)
    assert early[inside] == pytest.approx(start[inside], rel=1e-3)
    assert early[0] > 1.05 * start[0]
    assert early[-1] < 0.97 * start[-1]
    assert np.abs(late - fokker_planck(e, (UNIT,)).probability).sum() < 1e-4


def test_chain_ends_at_its_own_law():
    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sgd", 0.2), start=At((-1.0,)))
    early, late = evolve(e, (WINDOW,), np.array([1.0, 2000.0]))[0]
    law = transfer(e, (WINDOW,)).probability
    assert np.abs(late - law).sum() / 2 < 1e-3
    assert early[:100].sum() > 0.99


def test_ring_carries_its_law_round():
    from tests.predict.experiments import on_drift

    e = experiment(on_drift(["1"], "1"), Dynamics("sde", 0.02), boundary="periodic", start=At((0.5,)))
    start, once = evolve(e, (UNIT,), np.array([1e-3, 1.0]))[0]
    centres = (UNIT[1:] + UNIT[:-1]) / 2
    assert centres[np.argmax(start)] == pytest.approx(0.5, abs=0.01)
    assert centres[np.argmax(once)] == pytest.approx(0.5, abs=0.02)
    assert once.sum() == pytest.approx(1, abs=1e-6)


def test_the_plane():
    edges = (np.linspace(-1, 1, 41), np.linspace(-2, 2, 41))
    system = on_loss("x**2 + y**2/4", ["1", "0.6", "0.6", "1"], variables=("x", "y"))
    e = experiment(system, Dynamics("sde", 0.1), start=At((0.5, 0.5)))
    first, last = evolve(e, edges, np.array([0.5, 30.0]))[0]
    h, noise = np.diag([2.0, 0.5]), 0.1 * np.array([[1, 0.6], [0.6, 1]])
    rates = h.diagonal()[:, None] + h.diagonal()[None, :]
    exact = rectangles(0.5 * np.exp(-0.5 * h.diagonal()), noise * (1 - np.exp(-rates * 0.5)) / rates, edges)
    assert np.abs(first - exact).sum() / 2 < 0.04
    assert np.abs(last - fokker_planck(e, edges).probability).sum() / 2 < 2e-3


def test_hops():
    e = experiment(HopSystem(2, parse("2", set())), Dynamics())
    law = evolve(e, (np.array([-0.5, 0.5, 1.5]),), np.array([0.3]))[0]
    assert law[0, 0] == pytest.approx((1 + np.exp(-0.6)) / 2, abs=1e-12)


def test_unknown_ways_are_none():
    many = on_loss("x**2 + y**2 + z**2", variables=("x", "y", "z"))
    assert evolve(experiment(many, Dynamics("sde", 0.1)), (UNIT, UNIT), np.array([1.0])) is None
