"""One Wiener process drives two coordinates: entropy production is not measured there, and the Gaussian is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.linalg import solve_continuous_lyapunov

from sgdtui.lab.run import run
from sgdtui.preset.load import load_text
from tests.acceptance.held import held_covariance, held_observable

FILE = Path(__file__).with_name("rankone.yaml")
PULLED = """
variables: [a, b]
drift: ["-10*a", "-b"]
noise: {covariance: [["9", "3"], ["3", "1"]]}
dynamics: {kind: sde, eta: 1, dt: 0.002}
run: {walkers: 16384}
"""


def test_rankone():
    document = run(FILE, walkers=16384).document()
    flow = document["flow"]
    assert flow["entropy_production"] is None
    assert flow["entropy_production_se"] is None
    assert flow["area_rate"] is not None
    assert "entropy" not in document["why"]
    # a has forgotten its start after .1 of the 4 units of t: E a² .45 and E ab .3 but for that and 2 % for Euler's step
    held_observable(document, "aa", 0.45, at_most=0.002, slack=0.015)
    held_observable(document, "ab", 0.3, at_most=0.004, slack=0.015)


def test_rankone_where_both_are_pulled():
    document = run(load_text(PULLED)).document()
    exact = solve_continuous_lyapunov(np.diag([10.0, 1.0]), np.array([[9.0, 3.0], [3.0, 1.0]]))
    assert np.allclose(np.diag(exact), [0.45, 0.5])
    law = document["predictions"]["gaussian"]
    assert np.allclose(law["covariance"], exact)
    assert law["agrees"] is True
    # Euler's step of .002 adds 1 % where the pull is 10, and says so.
    held_covariance(document, 0, 0, 0.45 / 0.99, relative=0.002)
    held_covariance(document, 1, 1, 0.5 / 0.999, relative=0.006)
    bias = document["settings"]["dt_bias"]
    assert abs(bias["covariance"][0][0] - (0.45 / 0.98 - 0.45 / 0.99)) < 4.5 * bias["covariance_se"][0][0]
    assert document["flow"]["entropy_production"] is None
