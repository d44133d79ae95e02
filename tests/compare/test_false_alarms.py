"""A true law is not called false, and one off by twice the floor is: a share of `tests.compare.false_alarms`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.compare.agreement import between
from sgdtui.predict.numerics.normal_bins import normal_prediction
from tests.compare.false_alarms import SYSTEMS, prepared, said

SEEDS = 4
"""Of each of the systems, forty in all; at p < .001 a true law is refused in one of a thousand."""


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_true_law_is_not_refused_and_another_is(name):
    system = SYSTEMS[name]
    experiment, foresight = prepared(system.text)
    assert set(system.true) <= set(foresight.predictions)
    for agrees in said(experiment, foresight, range(SEEDS)):
        for prediction, answer in agrees.items():
            assert answer is (prediction in system.true), f"{prediction} of {name}"


SHORT_STEPS = """
variables: [x, y, z]
loss: "x**2 + y**2/4 + z**2/2"
dynamics: {kind: sde, eta: 0.5, dt: 0.01}
space: {domain: [[-1.6, 1.6], [-3.2, 3.2]]}
run: {walkers: 4096, burn_in: 1000, steps: 40000, every: 50, bins: 24}
"""
FLOOR, BIAS = 0.0031, 0.0026
"""Of the distance from these runs to the law, and of dt (half of 1 % of the variance along x, times .484)."""


@pytest.mark.parametrize("how", ["wider", "narrower", "moved", "turned"])
def test_a_law_off_by_twice_the_floor_is_refused_beside_a_run_at_two_dt(how):
    experiment, foresight = prepared(SHORT_STEPS)
    right = foresight.predictions["gaussian"]

    def off(by):
        mean, covariance = right.mean.copy(), right.covariance.copy()
        if how == "moved":
            mean[0] += by * np.sqrt(covariance[0, 0])
        elif how == "turned":
            covariance[0, 1] = covariance[1, 0] = by * np.sqrt(covariance[0, 0] * covariance[1, 1])
        else:
            covariance[:2] *= np.sqrt(1 + by if how == "wider" else 1 - by)
            covariance[:, :2] *= np.sqrt(1 + by if how == "wider" else 1 - by)
        return normal_prediction("gibbs", experiment, right.edges, mean, covariance)

    # Where the bias points the same way it hides as much.
    wanted = 2 * FLOOR + (BIAS if how == "wider" else 0.0)
    by = 0.05
    for _ in range(8):
        by *= wanted / between(right, off(by))
    wrong = replace(foresight.with_law(off(by)), absences={})
    answers = list(said(experiment, wrong, range(6)))
    assert [a["gibbs"] for a in answers].count(False) >= 5
    assert [a["gaussian"] for a in answers].count(False) == 0
