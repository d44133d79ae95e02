"""The independent simulation is right where the law is known, and finds a wrong factor ½."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tests.fuzz.numpy_walkers import Simulation

CUTS = np.array([-0.4, -0.1, 0.0, 0.1, 0.4])
SETTINGS = {
    "variables": ["x"], "axes": ["x"], "domain": [[-9, 9]], "boundary": ["open"], "parameters": {}, "kind": "sgd",
    "eta": 0.2, "batch": 1, "momentum": 0.0, "schedule": None, "convention": 0.0, "dt": None, "start": {"at": [0.0]},
    "burn_in": 100, "steps": 200, "every": 10,
}  # fmt: skip

ROWS = {"sample": {"loss": "(x - a)**2/2", "columns": ["a"], "data": [[-1.0], [1.0]]}}
LOSS = {"loss": "x**2/2", "noise": {"covariance": "1", "law": "gaussian"}}
DRIFT = {"drift": ["-x"], "noise": {"covariance": "1", "law": "gaussian"}}


def z(document, variance, **changes):
    """How many standard errors the shares are off those of a normal law, at most."""
    seen = Simulation(document, {**SETTINGS, **changes}, 4000, 1).seen(CUTS)
    error = seen.shares.std(axis=0, ddof=1) / np.sqrt(len(seen.shares))
    below = norm.cdf(CUTS, scale=np.sqrt(variance))
    return np.abs(seen.shares.mean(axis=0) - np.diff([0, *below, 1])).max() / error.max()


@pytest.mark.parametrize(
    ("document", "variance", "changes"),
    [
        (LOSS, 0.2 / 1.8, {}),
        (LOSS, 0.2 / 1.8 / 4, {"batch": 4}),
        (DRIFT, 0.1 / (1 - 0.05 / 2), {"kind": "sde", "dt": 0.05}),
        (LOSS, 0.2 / (2 * 1.5 - 0.2) * 1.5 / 0.5, {"momentum": 0.5}),
    ],
)
def test_a_quadratic(document, variance, changes):
    if "momentum" in changes:  # of heavy-ball SGD: eta (1 + b) / ((1 - b) (2 (1 + b) - eta))
        variance = 0.2 * 1.5 / (0.5 * (2 * 1.5 - 0.2))
    assert z(document, variance, **changes) < 4.5
    assert z(document, variance / 2, **changes) > 10


def test_rows_are_drawn_evenly():
    run = Simulation(ROWS, {**SETTINGS, "eta": 1.0}, 4000, 2)
    run.step()
    assert set(np.unique(run.x.round(6))) == {-1.0, 1.0}
    assert abs(run.x.mean()) < 4 / np.sqrt(4000)


def test_walls_fold():
    run = Simulation(LOSS, {**SETTINGS, "eta": 4.0, "domain": [[0, 1]], "boundary": ["reflect"]}, 500, 3)
    for _ in range(20):
        run.step()
        assert run.x.min() >= 0
        assert run.x.max() <= 1
