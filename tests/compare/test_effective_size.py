import numpy as np
import pytest

from sgdtui.compare.effective_size import cumulative_effective_samples, effective_samples, standard_errors
from tests.compare.drawn_laws import count, edges


def ar1(rng, groups, walkers, steps, correlation, every=1):
    """Stationary unit-variance AR(1) chains, (groups, walkers*steps)."""
    x = rng.standard_normal((groups, walkers))
    out = []
    for _ in range(steps):
        for _ in range(every):
            x = correlation * x + np.sqrt(1 - correlation**2) * rng.standard_normal(x.shape)
        out.append(x)
    return np.stack(out, axis=2).reshape(groups, -1)


def test_independent_samples_count_in_full():
    rng = np.random.default_rng(3)
    counts = count(rng.standard_normal((64, 500)), (edges(5),))
    assert effective_samples(counts) == pytest.approx(32_000, rel=0.05)
    assert effective_samples(counts) <= 32_000


def test_repeated_records_count_once():
    rng = np.random.default_rng(4)
    counts = count(np.repeat(rng.standard_normal((64, 100)), 20, axis=1), (edges(5),))
    assert effective_samples(counts) == pytest.approx(6_400, rel=0.1)


def test_the_cumulative_size_of_a_chain_is_that_of_its_slow_mode():
    # P(x < c) of an AR(1) chain with correlation r decays slower than a narrow bin does: fewer samples.
    rng = np.random.default_rng(5)
    counts = count(ar1(rng, 64, 4, 1000, 0.95), (edges(5),))
    slow, fast = cumulative_effective_samples(counts), effective_samples(counts)
    # ∫ (P(X<c, Y<c) - F(c)²) dc = (1 - √(1 - ρ))/√π for a pair of correlation ρ; the ratio of few degrees of
    # freedom has about a seventh of relative error.
    rho = 0.95 ** np.arange(1, 400)
    assert slow < fast
    assert slow == pytest.approx(256_000 / (1 + 2 * np.sum(1 - np.sqrt(1 - rho))), rel=0.5)


def test_bounds():
    one = count(np.zeros((1, 100)), (edges(5),))
    assert effective_samples(one) == 1
    frozen = count(np.repeat(np.linspace(-1, 1, 8)[:, None], 1000, axis=1), (edges(5),))
    assert effective_samples(frozen) == pytest.approx(8, rel=0.01)


def test_standard_errors_are_the_spread_over_seeds():
    estimates, errors = [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        x = ar1(rng, 32, 2, 60, 0.8)
        e = standard_errors(count(np.stack([x, 2 + 0.5 * x], axis=2), (edges(5, 20), edges(8, 20))))
        estimates.append([*e.mean, *e.covariance.ravel(), *e.observables, e.density[10, 10]])
        errors.append([*e.mean_se, *e.covariance_se.ravel(), *e.observables_se, e.density_se[10, 10]])
    spread = np.std(estimates, axis=0)
    # The standard deviation of 150 estimates has a relative error of 6 %.
    assert np.sqrt(np.mean(np.square(errors), axis=0)) == pytest.approx(spread, rel=0.2)
    assert np.mean(estimates, axis=0)[:2] == pytest.approx([0, 2], abs=4 * spread[0] / np.sqrt(150))


def test_neighbouring_stretches_of_time_are_merged():
    rng = np.random.default_rng(7)
    estimates, errors = [], []
    for _ in range(200):
        x = ar1(rng, 1, 1, 2048, 0.9).reshape(64, 32)  # stretches of 32 steps, correlated over 20
        e = standard_errors(count(x, (edges(5),), time_batched=True))
        estimates.append(e.mean[0])
        errors.append(e.mean_se[0])
    # Without merging the errors would be short by a quarter; sixteen groups leave them 5 % short.
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(estimates), rel=0.15)


def test_one_group_leaves_the_errors_unknown():
    e = standard_errors(count(np.ones((1, 10)), (edges(5),)))
    assert np.isnan(e.mean_se).all()
    assert e.mean == pytest.approx([1.0])


def test_nothing_recorded():
    empty = count(np.ones((4, 0)), (edges(5),))
    assert effective_samples(empty) == 0
    assert np.isnan(standard_errors(empty).mean).all()
