"""First passages: exact integrals, a known exit time from an interval, Kramers' formula, and where there is none."""

from __future__ import annotations

import math

import pytest

from sgdtui.expression import parse
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.loss import Loss
from sgdtui.model.noise import Noise
from sgdtui.model.space import Boundary, Space
from sgdtui.model.start import At, Uniform
from sgdtui.predict.passage import kramers_time, mean_passage_time


def walk(
    loss: str, until: str | None, start=-1.0, eta=0.2, noise="1", domain=(-2.5, 2.5), wall="open", a=0.0
) -> Experiment:
    return Experiment(
        GradientSystem(Loss(parse(loss, "x")), Noise((parse(noise, "x"),))),
        dynamics=Dynamics(kind="sde", eta=eta, convention=a),
        space=Space((domain,), (Boundary(wall),)),
        start=At((start,)) if isinstance(start, float) else start,
        until=None if until is None else parse(until, "x"),
    )


DOUBLE = "(x**2-1)**2/4"


@pytest.mark.parametrize(("eta", "exact", "kramers"), [(0.2, 66.2686, 54.1254), (0.1, 729.671, 659.3823)])
def test_escape_from_a_well(eta: float, exact: float, kramers: float) -> None:
    experiment = walk(DOUBLE, "x > 1", eta=eta)
    assert mean_passage_time(experiment) == pytest.approx(exact, rel=2e-6)
    assert kramers_time(experiment) == pytest.approx(kramers, rel=5e-6)
    assert kramers == pytest.approx(2 * math.pi / math.sqrt(2) * math.exp(0.25 / (eta / 2)), rel=5e-5)
    mirrored = walk(DOUBLE, "x < -1", start=1.0, eta=eta)
    assert mean_passage_time(mirrored) == pytest.approx(exact, rel=2e-6)
    assert kramers_time(mirrored) == pytest.approx(kramers, rel=5e-6)


def test_leaving_an_interval_by_either_end() -> None:
    experiment = walk("0", "x > 1 or x < -1", start=0.3, eta=1, noise="2")
    assert mean_passage_time(experiment) == pytest.approx((1 - 0.3**2) / 2, rel=1e-7)
    assert kramers_time(experiment) is None


def test_a_reflecting_wall_behind() -> None:
    experiment = walk("0", "x > 1", start=0.25, eta=2, domain=(0.0, 2.0), wall="reflect")
    assert mean_passage_time(experiment) == pytest.approx((1 - 0.25**2) / 2, rel=1e-6)


@pytest.mark.parametrize("a", [0.0, 0.5, 1.0])
def test_conventions_with_growing_noise(a: float) -> None:
    # D = e^x, no force, wall at 0: the scale density is e^(-ax), the speed density e^((a-1)x).
    experiment = walk("0", "x > 1", start=0.0, eta=2, noise="exp(x)", domain=(0.0, 1.5), wall="reflect", a=a)
    steps = 20_000
    exact = inner = 0.0
    for i in range(steps):
        y = (i + 0.5) / steps
        inner = y if a == 1 else (1 - math.exp((a - 1) * y)) / (1 - a)
        exact += math.exp(-a * y) * inner / steps
    assert mean_passage_time(experiment) == pytest.approx(exact, rel=1e-6)


def test_no_number_where_there_is_none() -> None:
    assert mean_passage_time(walk(DOUBLE, None)) is None
    assert mean_passage_time(walk(DOUBLE, "x > 1", start=Uniform(((-1.0, 0.0),)))) is None
    assert mean_passage_time(walk("0", "x > 1")) is None, "a free walker's mean is infinite"
    assert mean_passage_time(walk(DOUBLE, "x > 1", wall="periodic")) is None
    assert mean_passage_time(walk(DOUBLE, "x > -2")) == 0
