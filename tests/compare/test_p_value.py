import numpy as np
import pytest

from sgdtui.compare.p_value import p_value
from sgdtui.predict.prediction import Prediction
from tests.compare.drawn_laws import count, drawn, edges, gaussian


def exact_walks(rng, seeds, groups, walkers, records, gap, variance):
    """Ornstein–Uhlenbeck walkers by their exact transition, recorded every `gap`: (seeds, groups, n)."""
    decay = np.exp(-gap)
    x = np.sqrt(variance) * rng.standard_normal((seeds, groups, walkers))
    out = np.empty((seeds, groups, walkers, records))
    for i in range(records):
        x = decay * x + np.sqrt(variance * (1 - decay**2)) * rng.standard_normal(x.shape)
        out[..., i] = x
    return out.reshape(seeds, groups, -1)


def test_a_law_against_itself_gives_uniform_p_values():
    law = gaussian("gibbs", 0.05)
    rng = np.random.default_rng(11)
    p = []
    for _ in range(10):
        for walks in exact_walks(rng, 100, 64, 4, 40, 0.3, 0.05):
            p.append(p_value(count(walks, law.edges), law))
    p = np.array(p)
    assert len(p) == 1000
    assert abs(np.sum(p < 0.05) - 50) <= 21  # three standard errors
    assert abs(np.sum(p < 0.5) - 500) <= 48
    assert np.sum(p < 0.001) <= 6


@pytest.mark.parametrize(("groups", "n"), [(64, 4), (16, 30), (8, 50), (5, 200)])
def test_few_samples_keep_the_level(groups, n):
    law = gaussian("gibbs", 0.05)
    rng = np.random.default_rng(12)
    p = np.array([p_value(drawn(rng, groups, n, law), law) for _ in range(600)])
    assert np.sum(p < 0.05) <= 30 + 4 * 5.3
    assert np.sum(p < 0.001) <= 4


def test_five_percent_of_variance_is_seen_with_many_samples():
    gibbs, chain = gaussian("gibbs", 0.05), gaussian("transfer", 0.1 / 1.9)
    counts = drawn(np.random.default_rng(13), 64, 20_000, chain)
    assert p_value(counts, gibbs) < 1e-6
    assert p_value(counts, chain) > 1e-3


def test_two_classes_see_the_spread_of_a_symmetric_law():
    law, wider = gaussian("gibbs", 0.05), gaussian("wider", 0.2)
    assert p_value(drawn(np.random.default_rng(14), 6, 50, wider), law) < 0.01


def test_too_little_gives_no_p_value():
    law = gaussian("gibbs", 0.05)
    rng = np.random.default_rng(15)
    assert p_value(drawn(rng, 64, 0, law), law) is None
    assert p_value(drawn(rng, 4, 1000, law), law) is None
    assert p_value(drawn(rng, 10, 3, law), law) is None


def test_atoms_and_empty_classes():
    at = np.arange(11) - 0.5
    geometric = 0.5 ** np.arange(1, 11)
    law = Prediction("transfer", (at,), geometric / geometric.sum())
    rng = np.random.default_rng(16)
    p = np.array([p_value(drawn(rng, 64, 100, law), law) for _ in range(400)])
    assert abs(np.sum(p < 0.05) - 20) <= 4 * 4.4


def test_a_law_in_one_bin():
    mass = np.zeros(200)
    mass[100] = 1.0
    law = Prediction("transfer", (edges(),), mass)
    elsewhere = Prediction("other", (edges(),), np.roll(mass, 3))
    rng = np.random.default_rng(17)
    assert p_value(drawn(rng, 64, 100, law), law) == 1.0
    assert p_value(drawn(rng, 64, 100, elsewhere), law) == 0.0


def test_a_class_that_no_walker_visits():
    law = gaussian("gibbs", 0.05)
    half = np.where(np.arange(200) < 100, law.probability, 0)
    only_left = Prediction("left", law.edges, half / half.sum())
    assert p_value(drawn(np.random.default_rng(18), 64, 50, only_left), law) < 1e-12


def test_a_singular_law_is_tested_by_its_distribution_function():
    # Row 34, η = 2/3: the Cantor law, binned by its distribution function.
    rng = np.random.default_rng(19)
    at = np.linspace(-1.2, 1.2, 201)
    digits = rng.integers(0, 2, size=(64, 4000, 40)) * 2 - 1
    x = (digits * (2 / 3) * (1 / 3) ** np.arange(40)).sum(axis=2)

    def cantor(u):
        total, weight = np.zeros_like(u), 0.5
        alive = np.ones_like(u, dtype=bool)
        for _ in range(40):
            u = u * 3
            middle = alive & (u >= 1) & (u <= 2)
            right = alive & (u > 2)
            total += weight * (middle | right)
            alive &= ~middle
            u = np.where(right, u - 2, u)
            weight /= 2
        return total

    distribution = cantor(np.clip((at + 1) / 2, 0, 1))
    law = Prediction("transfer", (at,), None, 0.0, distribution, singular=True)
    assert p_value(count(x, (at,)), law) > 1e-3
    assert p_value(count(x * 1.02, (at,)), law) < 1e-6


def test_two_dimensions():
    at = np.linspace(-4, 4, 65)
    axis = gaussian("axis", 1.0, at).probability
    law = Prediction("gibbs", (at, at), np.multiply.outer(axis, axis), 1 - axis.sum() ** 2)
    rng = np.random.default_rng(20)
    p = np.array([p_value(count(rng.standard_normal((48, 60, 2)), (at, at)), law) for _ in range(200)])
    assert abs(np.sum(p < 0.05) - 10) <= 4 * 3.1
    x = rng.standard_normal((48, 4000, 2))
    x[..., 1] = 0.2 * x[..., 0] + np.sqrt(1 - 0.04) * x[..., 1]
    assert p_value(count(x, (at, at)), law) < 1e-6
