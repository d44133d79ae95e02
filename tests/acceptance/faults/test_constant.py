"""A column of ones beside an intercept: one direction never moves, and the walkers settle in the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("constant.yaml")
ROWS = np.array([[1, -1, 3], [1, 0, 10], [1, 1, 17.5], [1, 2, 24], [1, -2, -4.2]])


def moments(features, target, eta, steps=4000):
    """Mean and covariance of SGD with single draws from the origin, by the exact recursion of both."""
    n, d = features.shape
    mean, second = np.zeros(d), np.zeros((d, d))
    jumps = [np.eye(d) - eta * np.outer(a, a) for a in features]
    shifts = [eta * y * a for a, y in zip(features, target, strict=True)]
    for _ in range(steps):
        moved = [j @ mean for j in jumps]
        second = sum(
            j @ second @ j.T + np.outer(m, s) + np.outer(s, m) + np.outer(s, s)
            for j, m, s in zip(jumps, moved, shifts, strict=True)
        ) / n  # fmt: skip
        mean = sum(m + s for m, s in zip(moved, shifts, strict=True)) / n
    return mean, second - np.outer(mean, mean)


def test_constant():
    mean, covariance = moments(np.column_stack([ROWS[:, :2], np.ones(5)]), ROWS[:, 2], 0.05)
    assert mean == pytest.approx([5.03, 7.09, 5.03], abs=1e-9)
    assert np.diag(covariance) == pytest.approx([5.3144e-4, 1.09469e-3, 5.3144e-4], rel=1e-4)
    document = run(FILE, walkers=4096).document()
    assert document["verdict"] != "no stationary law"
    assert "for ever" not in document["why"]
    exact = document["predictions"]["gaussian"]
    assert exact["mean"] == pytest.approx(mean, abs=1e-9)
    assert np.array(exact["covariance"]) == pytest.approx(covariance, abs=1e-9)
    # Gibbs with T of the two directions that move: T H⁺, H the mean of a aᵀ.
    features = np.column_stack([ROWS[:, :2], np.ones(5)])
    residual = features @ mean - ROWS[:, 2]
    noise = features.T @ (features * residual[:, None] ** 2) / 5
    temperature = 0.05 * np.trace(noise) / 2 / 2
    law = document["predictions"]["gibbs"]
    assert law["temperature"] == pytest.approx(temperature)
    assert np.array(law["covariance"]) == pytest.approx(
        temperature * np.linalg.pinv(features.T @ features / 5), abs=1e-12
    )
    variances, errors = np.diag(document["covariance"]), np.diag(document["covariance_se"])
    assert np.all(np.abs(variances - np.diag(covariance)) < 4.5 * errors)


def test_constant_one_hot(tmp_path):
    """Two groups as columns of their own beside an intercept, walkers away from the origin in what never moves."""
    rows = [[1, 0, 0.5, 1.0], [1, 0, -0.3, 0.4], [0, 1, 0.2, 3.0], [0, 1, 1.1, 2.2], [1, 0, -1.0, 1.4]]
    path = tmp_path / "groups.yaml"
    path.write_text(
        "sample: {model: linear-regression, columns: [one, two, x, y], target: y, intercept: true,\n"
        f"  data: {rows}}}\n"
        "dynamics: {eta: 0.1, batch: 2}\nstart: {at: [2, 2, 0, 1]}\n"
        "run: {walkers: 2048, burn_in: 2000, steps: 2000}\n"
    )
    document = run(path).document()
    assert document["verdict"] != "no stationary law"
    exact = document["predictions"]["gaussian"]
    kept = np.array([1, 1, 0, -1]) / 3**0.5
    assert np.array(exact["mean"]) @ kept == pytest.approx(3 / 3**0.5)
    assert kept @ np.array(exact["covariance"]) @ kept == pytest.approx(0, abs=1e-12)
    for measured, error, told in (
        (document["mean"], document["mean_se"], exact["mean"]),
        (np.diag(document["covariance"]), np.diag(document["covariance_se"]), np.diag(exact["covariance"])),
    ):
        assert np.all(np.abs(np.array(measured) - told) < 4.5 * np.array(error))
