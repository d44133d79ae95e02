"""Nine features: the minimum is found downhill, and the law of the chain is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("reg9.yaml")


def exact_law(rows, eta, batch):
    """The minimum, and the covariance of SGD with replacement, by iterating its recursion."""
    features, target = rows[:, :-1], rows[:, -1]
    best = np.linalg.lstsq(features, target, rcond=None)[0]
    n, d = features.shape
    hessian = features.T @ features / n
    residual = features * (features @ best - target)[:, None]
    noise = residual.T @ residual / n
    jump, s = np.eye(d) - eta * hessian, np.zeros((d, d))
    for _ in range(4000):
        seen = np.einsum("ei,ij,ej->e", features, s, features)
        spread = features.T @ (features * seen[:, None]) / n - hessian @ s @ hessian
        s = jump @ s @ jump + eta**2 / batch * (spread + noise)
    return best, s


def test_reg9():
    rows = np.loadtxt(FILE.with_name("reg9.csv"), delimiter=",", skiprows=1)
    best, covariance = exact_law(rows, 0.02, 4)
    document = run(FILE, walkers=4096).document()
    exact = document["predictions"]["gaussian"]
    assert exact["mean"] == pytest.approx(best, abs=1e-8)
    assert np.array(exact["covariance"]) == pytest.approx(covariance, rel=1e-6, abs=1e-10)
    assert document["verdict"] != "no stationary law"
    measured, se = np.diag(document["covariance"]), np.diag(document["covariance_se"])
    assert np.all(np.abs(measured - np.diag(covariance)) < 4.5 * se)
