"""Standard errors of distances, against the spread of the distances themselves over many drawn samples."""

import numpy as np
import pytest

from sgdtui.compare.distance import distance_errors, distances
from sgdtui.compare.distances.values import Distances

EDGES = np.linspace(-3, 3, 41)
GROUPS, EACH = 64, 500
NOTHING = Distances(tv=0.0, kl=0.0, hellinger=0.0, ks=0.0, w1=0.0)
NAMES = ("tv", "kl", "hellinger", "ks", "w1")


def law(mean, sd):
    centres = (EDGES[1:] + EDGES[:-1]) / 2
    p = np.exp(-(((centres - mean) / sd) ** 2) / 2)
    return p / p.sum()


def errors(shares, q, floor=NOTHING, edges=(EDGES,), distribution=None):
    samples = np.full(len(shares), float(EACH))
    pooled = shares.mean(axis=0)
    window = pooled[:-1].reshape([len(axis) - 1 for axis in edges])
    found = distances(window, pooled[-1], q, 0.0, edges, distribution)
    return found, distance_errors(samples, shares, q, 0.0, edges, found, floor, distribution)


def drawn(rng, p, sticky=1):
    """Shares of groups; `sticky` copies of each draw make the samples worth so many times less."""
    counts = rng.multinomial(EACH // sticky, np.append(p.ravel(), 0.0), size=GROUPS)
    return counts / counts.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("sticky", [1, 10])
def test_they_are_the_spread_of_the_distances_however_slowly_walkers_mix(sticky):
    rng = np.random.default_rng(7)
    true, predicted = law(0.3, 0.8), law(0.0, 1.0)
    runs = [errors(drawn(rng, true, sticky), predicted) for _ in range(300)]
    for name in NAMES:
        spread = np.std([getattr(found, name) for found, _ in runs])  # known to 4 %
        told = np.mean([getattr(error, name) for _, error in runs])
        assert told == pytest.approx(spread, rel=0.15), name


def test_near_zero_they_are_at_least_the_floor():
    rng = np.random.default_rng(8)
    p = law(0.0, 1.0)
    floor = Distances(tv=0.02, kl=0.002, hellinger=0.02, ks=0.01, w1=0.02)
    found, error = errors(drawn(rng, p), p, floor)
    for name in NAMES:
        if getattr(found, name) < 2 * getattr(floor, name):
            assert getattr(error, name) >= getattr(floor, name)


def test_on_the_plane():
    rng = np.random.default_rng(9)
    true, predicted = np.outer(law(0.3, 0.8), law(0.0, 1.0)), np.outer(law(0.0, 1.0), law(0.0, 1.0))
    runs = [errors(drawn(rng, true), predicted, edges=(EDGES, EDGES)) for _ in range(120)]
    for name in ("ks", "w1"):
        spread = np.std([getattr(found, name) for found, _ in runs])  # known to 6.5 %
        told = np.mean([getattr(error, name) for _, error in runs])
        assert told == pytest.approx(spread, rel=0.25), name


def test_a_singular_law_has_two():
    rng = np.random.default_rng(10)
    distribution = np.concatenate([[0.0], np.cumsum(law(0.0, 1.0))])
    found, error = errors(drawn(rng, law(0.3, 0.8)), None, distribution=distribution)
    assert (error.tv, error.kl, error.hellinger) == (None, None, None)
    assert 0 < error.ks < 0.02
    assert 0 < error.w1 < 0.05
    assert found.ks > 5 * error.ks
