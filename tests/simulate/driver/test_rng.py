"""Random streams and the laws drawn from them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sgdtui.model.law import Law
from sgdtui.simulate.driver import rng
from sgdtui.simulate.ensemble import Ensemble
from tests.simulate.systems import GAUSSIAN, experiment


def draws(law: Law = GAUSSIAN, steps: int = 40, walkers: int = 8192, seed: int = 0) -> np.ndarray:
    """(steps, walkers) draws: with η = 1 and L = x²/2 a walker is minus the last draw."""
    ensemble = Ensemble(experiment("x**2/2", law=law, eta=1.0, walkers=walkers, seed=seed), threads=1)
    found = []
    for _ in range(steps):
        ensemble.advance(1, record=False)
        found.append(ensemble.positions()[:, 0])
    ensemble.close()
    return np.array(found)


@pytest.fixture(scope="module")
def normal() -> np.ndarray:
    return draws(steps=240)


def test_gaussian_moments_to_order_eight(normal: np.ndarray) -> None:
    z = normal.ravel()
    for order in range(1, 9):
        exact = 0.0 if order % 2 else math.prod(range(1, order, 2))
        variance = math.prod(range(1, 2 * order, 2)) - exact**2
        assert abs(np.mean(z**order) - exact) < 4.5 * math.sqrt(variance / z.size), order


def test_gaussian_distribution_function(normal: np.ndarray) -> None:
    assert stats.kstest(normal.ravel(), "norm").pvalue > 1e-4


def test_gaussian_tails_are_there(normal: np.ndarray) -> None:
    z = np.abs(normal.ravel())
    expected = z.size * 2 * stats.norm.sf(4.0)
    assert abs(np.sum(z > 4.0) - expected) < 5 * math.sqrt(expected)


def test_signs_are_fair_and_independent_of_sizes(normal: np.ndarray) -> None:
    n = normal.size
    assert abs(np.mean(np.sign(normal))) < 4.5 / math.sqrt(n)
    assert abs(np.corrcoef(np.sign(normal).ravel(), np.abs(normal).ravel())[0, 1]) < 4.5 / math.sqrt(n)


@pytest.mark.parametrize("lag", [1, 2, 3, 7, 8, 16])
def test_successive_draws_are_independent(normal: np.ndarray, lag: int) -> None:
    early, late = normal[:-lag].ravel(), normal[lag:].ravel()
    bound = 4.5 / math.sqrt(early.size)
    assert abs(np.mean(early * late)) < bound
    assert abs(np.mean((early**2 - 1) * (late**2 - 1)) / 2) < bound
    assert abs(np.mean(np.abs(early) * late)) < bound


@pytest.mark.parametrize("lag", [1, 2, 16, 512])
def test_neighbouring_lanes_are_independent(normal: np.ndarray, lag: int) -> None:
    here, there = normal[:, :-lag].ravel(), normal[:, lag:].ravel()
    bound = 4.5 / math.sqrt(here.size)
    assert abs(np.mean(here * there)) < bound
    assert abs(np.mean((here**2 - 1) * (there**2 - 1)) / 2) < bound


def test_seeds_are_independent() -> None:
    a, b = draws(steps=16, seed=0).ravel(), draws(steps=16, seed=1).ravel()
    assert abs(np.mean(a * b)) < 4.5 / math.sqrt(a.size)


@pytest.mark.parametrize(
    ("law", "frozen"),
    [
        (Law("uniform"), stats.uniform(-math.sqrt(3), 2 * math.sqrt(3))),
        (Law("laplace"), stats.laplace(scale=math.sqrt(0.5))),
        (Law("student-t", 3.0), stats.t(3.0, scale=math.sqrt(1 / 3))),
        (Law("stable", 1.0), stats.cauchy()),
        (Law("stable", 2.0), stats.norm(scale=math.sqrt(2))),
    ],
    ids=["uniform", "laplace", "student-t(3)", "stable(1)", "stable(2)"],
)
def test_every_law_has_its_distribution_function(law: Law, frozen: stats.rv_continuous) -> None:
    z = draws(law, steps=24).ravel()
    assert stats.kstest(z, frozen.cdf).pvalue > 1e-4
    lagged = np.sign(z[:-8192]) * np.sign(z[8192:])
    assert abs(lagged.mean()) < 4.5 / math.sqrt(lagged.size)


def test_stable_law_has_its_characteristic_function() -> None:
    z = draws(Law("stable", 1.5), steps=40).ravel()
    for t in (0.3, 1.0, 2.5):
        assert np.mean(np.cos(t * z)) == pytest.approx(math.exp(-(t**1.5)), abs=4.5 / math.sqrt(2 * z.size))


def test_rademacher_is_a_fair_coin_without_memory() -> None:
    z = draws(Law("rademacher"), steps=64)
    assert set(np.unique(z)) == {-1.0, 1.0}
    assert abs(z.mean()) < 4.5 / math.sqrt(z.size)
    for lag in (1, 2, 3, 5, 8):
        product = z[:-lag] * z[lag:]
        assert abs(product.mean()) < 4.5 / math.sqrt(product.size)


def test_streams_are_different_and_never_zero() -> None:
    words = rng.streams(0, 100_000)
    together = words[0].astype(np.uint64) << np.uint64(32) | words[1]
    assert len(np.unique(together)) == 100_000
    assert together.min() > 0
    assert np.array_equal(words[:, 500:], rng.streams(0, 99_500, first=500))
    for bit in range(32):
        assert abs(np.mean((words >> np.uint32(bit)) & np.uint32(1)) - 0.5) < 4.5 * 0.5 / math.sqrt(200_000)
