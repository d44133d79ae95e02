import numpy as np
import pytest

from sgdtui.compare.distance import distances, floors
from sgdtui.compare.distances.registry import DISTANCES
from tests.compare.drawn_laws import drawn, edges, gaussian


@pytest.mark.parametrize("n", [20, 500, 50_000])
def test_floors_are_the_mean_distances_of_a_sample_of_that_size(n):
    law = gaussian("law", 1.0, edges(4))
    rng = np.random.default_rng(1)
    seen = []
    for _ in range(300):
        c = drawn(rng, 1, n, law)
        d = distances(
            c.histogram[0] / n, c.outside[0] / n, law.probability, law.outside, law.edges, law.distribution
        )
        seen.append([getattr(d, name) for name in DISTANCES.names])
    mean, se = np.mean(seen, axis=0), np.std(seen, axis=0) / np.sqrt(300)
    floor = floors(n, law.probability, law.edges, law.outside)
    for name, m, s in zip(DISTANCES.names, mean, se, strict=True):
        assert getattr(floor, name) == pytest.approx(m, abs=4 * s + 0.03 * m), name


def test_large_samples_follow_the_textbook():
    p = np.full(50, 1 / 50)
    floor = floors(1e6, p, (np.linspace(0, 1, 51),))
    assert floor.tv == pytest.approx(np.sum(np.sqrt(p * (1 - p) / (2 * np.pi * 1e6))), rel=1e-3)
    assert floor.kl == pytest.approx(49 / 2e6, rel=1e-3)
    assert floor.hellinger == pytest.approx(np.sqrt(49 / 8e6), rel=1e-3)
    # W1 of a uniform law on [0, 1]: the mean of |Brownian bridge|, sqrt(π/32).
    assert floor.w1 == pytest.approx(np.sqrt(np.pi / 32) / 1e3, rel=0.05)


def test_kolmogorov_smirnov_of_a_fine_grid_is_0_8687_over_root_n():
    floor = floors(1e4, np.full(4000, 1 / 4000), (np.linspace(0, 1, 4001),))
    assert floor.ks == pytest.approx(0.8687 / 100, rel=0.05)
    two_atoms = floors(1e4, np.full(2, 0.5), (np.array([0.0, 1.0, 2.0]),))
    assert two_atoms.ks == pytest.approx(np.sqrt(2 * 0.25 / np.pi) / 100, rel=0.1)


def test_slow_modes_raise_the_cumulative_floors_and_tv_stays_above_ks():
    law = gaussian("law", 1.0, edges(4))
    fast = floors(1e4, law.probability, law.edges, law.outside)
    slow = floors(1e4, law.probability, law.edges, law.outside, cumulative_n_eff=1e2)
    assert slow.tv == slow.ks > fast.tv > fast.ks
    assert (slow.kl, slow.hellinger) == (fast.kl, fast.hellinger)
    assert slow.ks == pytest.approx(10 * fast.ks)
    assert slow.w1 == pytest.approx(10 * fast.w1)


def test_two_dimensions_take_the_larger_axis():
    p = np.full((64, 64), 1 / 4096)
    e = np.linspace(0, 1, 65)
    both = floors(1e5, p, (e, e))
    single = floors(1e5, np.full(64, 1 / 64), (e,))
    assert both.ks > single.ks
    assert both.w1 > single.w1
    assert both.tv == pytest.approx(np.sqrt(4096 / (2 * np.pi * 1e5)), rel=0.01)
