"""signSGD on a quadratic: the mean of a sign over a normal column is an error function, not a staircase."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from sgdtui.lab.run import run
from tests.acceptance.faults.laws import HERE, boltzmann, row, smooth


def variance(logarithm) -> float:
    weight = lambda w: np.exp(logarithm(w) - logarithm(0.0))  # noqa: E731
    mass, second = (quad(lambda w, n=n: w**n * weight(w), 0, 4, epsabs=1e-14)[0] for n in (0, 2))
    return second / mass


def exact(eta: float) -> tuple[float, float]:
    """Of Fokker–Planck and of Gibbs: g = erf(w/√2), Σ = 1 - g², L = w g + 2 φ(w)."""

    def log_p(w: float) -> float:
        pull = quad(lambda v: 2 / eta * erf(v / 2**0.5) / (1 - erf(v / 2**0.5) ** 2), 0, w, epsabs=1e-13)[0]
        return -pull - np.log(1 - erf(w / 2**0.5) ** 2)

    def log_gibbs(w: float) -> float:
        loss = w * erf(w / 2**0.5) + np.sqrt(2 / np.pi) * np.exp(-w * w / 2)
        return -loss / (eta / 2)

    return variance(log_p), variance(log_gibbs)


@pytest.mark.parametrize("eta", [0.05, 0.2])
def test_sgn(eta):
    smooth_variance, gibbs_variance = exact(eta)
    e = row("sgn", **{"dynamics.eta": eta})
    assert smooth(e, (-1.5, 1.5)).covariance[0, 0] == pytest.approx(smooth_variance, rel=1e-8)
    assert boltzmann(e, (-1.5, 1.5)).covariance[0, 0] == pytest.approx(gibbs_variance, rel=1e-8)
    if eta == 0.05:
        assert smooth_variance == pytest.approx(0.0311917, abs=5e-8)
        assert gibbs_variance == pytest.approx(0.0318328, abs=5e-8)


def test_sgn_as_an_sde():
    """The SDE is simulated with the same means: its variance is Fokker–Planck's up to Euler's own error."""
    dt, curvature = 0.01, np.sqrt(2 / np.pi)
    result = run(
        HERE / "sgn.yaml",
        **{
            "dynamics.kind": "sde", "dynamics.dt": dt, "walkers": 4096, "run.burn_in": 1000, "run.steps": 2000,
            "run.every": 50, "space.domain": [[-1.2, 1.2]],
        },
    )  # fmt: skip
    document = result.document()
    smooth_variance, _ = exact(0.05)
    expected = smooth_variance * (1 + dt * curvature / 2)
    se = document["covariance_se"][0][0]
    assert se < 0.01 * expected
    assert document["covariance"][0][0] == pytest.approx(expected, abs=4 * se)
    assert document["predictions"]["fokker-planck"]["covariance"][0][0] == pytest.approx(
        smooth_variance, rel=1e-7
    )
