"""Relaxation times against exact spectra."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.dynamics import Dynamics, Swarm
from sgdtui.model.hops import HopSystem
from sgdtui.model.tumble import TumbleSystem
from sgdtui.predict.time.relaxation import relaxation_time
from tests.predict.experiments import DOUBLE_WELL, experiment, on_loss

WIDE = ((-3.0, 3.0),)
XY = ("x", "y")


@pytest.mark.parametrize(
    ("text", "dynamics", "boundary", "domain", "expected"),
    [
        ("x**2/2", Dynamics("sde", 0.1), "open", WIDE, 1.0),
        ("3*x**2/2", Dynamics("sgd", 0.1), "open", WIDE, -0.1 / np.log(0.7)),
        ("0", Dynamics("sde", 0.1), "reflect", ((0.0, 1.0),), 1 / (0.05 * np.pi**2)),
        ("0", Dynamics("sde", 0.1), "periodic", ((0.0, 1.0),), 1 / (0.05 * 4 * np.pi**2)),
    ],
)
def test_exact_gaps(text, dynamics, boundary, domain, expected):
    e = experiment(on_loss(text), dynamics, boundary=boundary, domain=domain)
    assert relaxation_time(e) == pytest.approx(expected, rel=1e-3)


def test_barrier_sets_the_time():
    """Cold double well: the slowest rate is that of hopping both ways, twice one over the passage to the top."""
    from sgdtui.model.start import At
    from sgdtui.predict.time.first_passage import mean_passage_time

    e = experiment(on_loss(DOUBLE_WELL), Dynamics("sde", 0.08), domain=WIDE, until="x > 0", start=At((-1.0,)))
    assert relaxation_time(e) == pytest.approx(mean_passage_time(e), rel=0.02)


@pytest.mark.parametrize("kind", ["sgd", "sde"])
def test_an_empty_well_that_the_start_leads_to_counts(kind):
    """Nearly all of the law is on the quiet left, but who starts on the right stays there for ages."""
    from sgdtui.model.start import At

    system = on_loss(DOUBLE_WELL, ["1 + tanh(4*x)/2"])
    at = {x: experiment(system, Dynamics(kind, 0.02), domain=WIDE, start=At((x,))) for x in (-1.0, 0.0, 1.0)}
    times = {x: relaxation_time(e) for x, e in at.items()}
    assert times[-1.0] < 5
    assert times[1.0] > 1e6
    assert times[0.0] == pytest.approx(times[1.0], rel=0.2)


def test_an_empty_well_on_the_plane_counts_too():
    from sgdtui.model.start import At

    system = on_loss("(x**2 - 1)**2/4 + y**2/2 + x/4", ["1"], variables=XY)
    e = experiment(system, Dynamics("sde", 0.02), domain=((-2.0, 2.0), (-2.0, 2.0)), start=At((1.0, 0.0)))
    assert relaxation_time(e) > 1e3


def test_the_plane():
    system = on_loss("x**2 + y**2/4", ["1", "0.6", "0.6", "1"], variables=XY)
    e = experiment(system, Dynamics("sde", 0.1), domain=((-2.0, 2.0), (-2.0, 2.0)))
    assert relaxation_time(e) == pytest.approx(2, rel=0.2)


def test_momentum_and_many_dimensions_by_linearisation():
    heavy = experiment(on_loss("x**2/2"), Dynamics("sgd", 0.1, momentum=0.9), domain=WIDE)
    assert relaxation_time(heavy) == pytest.approx(-0.1 / np.log(np.sqrt(0.9)), rel=1e-9)
    many = experiment(
        on_loss("x**2 + y**2 + z**2/8", variables=("x", "y", "z")), Dynamics("sde", 0.1), domain=WIDE * 2
    )
    assert relaxation_time(many) == pytest.approx(4, rel=1e-6)


def test_hops_and_tumbling():
    two = experiment(HopSystem(2, parse("1", set())), Dynamics())
    assert relaxation_time(two) == pytest.approx(1)
    ring = TumbleSystem(parse("1", {"x"}), parse("0.01", {"x"}))
    slow = experiment(ring, Dynamics(), boundary="periodic", domain=((0.0, 1.0),))
    assert relaxation_time(slow) == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(
    ("text", "dynamics"),
    [
        ("0", Dynamics("sde", 0.1)),
        ("0", Dynamics("sgd", 0.1)),
        ("x**2/2", Dynamics("sde", 0.1, swarm=Swarm(8, 30.0))),
        ("x**2/2", Dynamics("sgd", 0.1, schedule=parse("eta/(1 + k)", {"eta", "k"}))),
    ],
)
def test_unknown(text, dynamics):
    assert relaxation_time(experiment(on_loss(text), dynamics, domain=WIDE)) is None
