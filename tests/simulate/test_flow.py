"""What is measured of the flow, and what is not: what was not measured is absent, never zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sgdtui.lab.estimators import added, flow_report
from sgdtui.model.space import Boundary
from tests.simulate.systems import assert_mean, counted, experiment

SPIRAL: dict[str, Any] = {
    "drift": ["-x - y", "x - y"],
    "noise": "1 + (x**2 + y**2)/4",
    "variables": ("x", "y"),
    "domain": ((-6, 6), (-6, 6)),
    "kind": "sde",
    "eta": 1.0,
    "every": 1,
}


@pytest.mark.parametrize("convention", [0.0, 0.5, 1.0])
def test_entropy_of_a_spiral_in_every_convention(convention: float) -> None:
    # The radius has the law D^(a-1) exp(-∫r/D), D = (1 + r²/4)/2, and turning at speed r makes E[r²/D] = 8/(5 - a).
    rates = []
    for dt in (0.02, 0.01):
        counts = counted(experiment(**SPIRAL, dt=dt, convention=convention, walkers=16384), 600, 1600)
        assert counts.flow is not None
        assert counts.flow.entropy is not None
        rates.append(counts.flow.entropy / counts.flow.steps / dt)
    # Euler's bias is proportional to dt. Each rate is known to √(2·rate/time): ±.008 with 16384 walkers for 400·dt.
    assert_mean(2 * rates[1] - rates[0], 8 / (5 - convention), 0.02)


def test_no_entropy_in_equilibrium_though_the_noise_changes_within_a_step() -> None:
    # Both axes are lines of their own: F is a gradient, so the mean of its integral along a step is zero. On a grid of
    # 1041 places the force at the middle of each step alone gives .049, at three places 1e-4 (four-rooms: -.025, 1e-7).
    given = experiment(
        "(x**2 + y**2)/2", ["1 + tanh(4*x)/2", "0", "0", "1 + tanh(4*y)/2"], variables=("x", "y"), eta=0.2,
        every=1, walkers=16384,
    )  # fmt: skip
    counts = counted(given, 100, 600)
    assert counts.flow is not None
    assert counts.flow.entropy is not None
    rates = counts.flow.entropy / counts.flow.steps / counts.flow.dt
    error = float(rates.std(ddof=1) / np.sqrt(len(rates)))
    assert error < 0.005
    assert abs(rates.mean()) < 4 * error


@pytest.mark.parametrize(
    "given",
    [
        experiment("x**2 + y**2/4", ["1", ".6", ".6", "1"], variables=("x", "y"), momentum=0.5),
        experiment(
            drift=["-10*x", "-y"], noise=["9", "3", "3", "1"], variables=("x", "y"), kind="sde", dt=0.01
        ),
        experiment(drift=["-x", "-y"], noise=["0.09", "0.03", "0.03", "0.01"], variables=("x", "y")),
        experiment(drift=["y", "-x - y"], noise=["0", "1"], variables=("x", "y"), kind="sde", dt=0.01),
        experiment("x**2 + y**2/4", "where(x > 0, 1, 0)", variables=("x", "y")),
        experiment("x**2/2"),
    ],
    ids=[
        "momentum",
        "one Wiener process",
        "rank one but for rounding",
        "noise in one",
        "none in half",
        "line",
    ],
)
def test_entropy_that_is_not_measured_is_absent(given: Any) -> None:
    report = flow_report(counted(given, 50, 200).flow, 0.7)
    assert report is not None
    assert report.entropy_production.value is None
    assert report.entropy_production.se is None
    assert report.predicted_entropy_production == 0.7
    assert (report.area_rate.value is None) == (given.dimension == 1)


def test_a_stretch_more_of_what_is_not_measured_is_not_measured() -> None:
    counts = counted(experiment("x**2/2", boundaries=(Boundary("reflect"),), domain=((-1, 1),)), 50, 200)
    both = added(counts, counts)
    assert both.flow is not None
    assert both.flow.entropy is None
    assert both.flow.area is None
    assert both.flow.steps.sum() == 2 * counts.flow.steps.sum()  # type: ignore[union-attr]
