"""Where walkers come to rest without noise: known landscapes, narrow valleys, circles, walls and rings."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.predict.numerics.resting_places import Box, followed, merged


def box(d, low=-8.0, high=8.0, ring=False, walled=False):
    ones = np.ones(d)
    return Box(low * ones, high * ones, np.full(d, ring), np.full(d, walled))


def ends(drift, points, where):
    """The distinct places of rest and the share of the points that are at one, the Jacobian by differences."""

    def jacobian(x):
        shifts = 1e-6 * np.eye(x.shape[1])
        return np.stack([(drift(x + s) - drift(x - s)) / 2e-6 for s in shifts], axis=2)

    found, rest = followed(drift, jacobian, points, where)
    return merged(found[rest], where), rest.mean()


def scattered(d, count=200, low=-8.0, high=8.0):
    return np.random.default_rng(0).uniform(low, high, (count, d))


def test_two_wells():
    def drift(x):
        return -np.stack([16 * x[:, 0] * (x[:, 0] ** 2 - 1) + 1.2, x[:, 1]], axis=1)

    places, share = ends(drift, scattered(2), box(2))
    roots = np.roots([16, 0, -16, 1.2])
    assert share == 1
    assert sorted(places[:, 0]) == pytest.approx(sorted(roots)[::2], abs=1e-6)


def test_a_narrow_valley_costs_no_more_than_a_round_one():
    places, share = ends(lambda x: -x * np.array([1e5, 1.0]), scattered(2), box(2))
    assert share == 1
    assert np.abs(places).max() < 1e-6


def test_rastrigin_has_a_well_at_every_whole_number():
    def drift(x):
        return -(2 * x + 20 * np.pi * np.sin(2 * np.pi * x))

    places, _ = ends(drift, scattered(2, 600, -2.4, 2.4), box(2))
    assert len(places) == 25


def test_what_goes_round_or_away_is_not_at_rest():
    def circle(x):
        return np.stack([x[:, 1], (1 - x[:, 0] ** 2) * x[:, 1] - x[:, 0]], axis=1)

    assert ends(circle, scattered(2, 100, -3, 3), box(2))[1] == 0
    assert ends(lambda x: x, scattered(1), box(1))[1] < 0.02


def test_a_saddle_is_left():
    start = np.array([[1e-7, 0.3], [-1e-7, 0.3]])
    places, share = ends(lambda x: np.stack([x[:, 0] - x[:, 0] ** 3, -x[:, 1]], axis=1), start, box(2))
    assert share == 1
    assert sorted(places[:, 0]) == pytest.approx([-1, 1], abs=1e-6)


def test_a_ring_has_one_well_not_one_a_turn():
    ring = box(1, -np.pi, np.pi, ring=True)
    places, share = ends(lambda x: -np.sin(x - 3.1), scattered(1, 100, -np.pi, np.pi), ring)
    assert share == 1
    assert places.ravel() == pytest.approx([3.1], abs=1e-6)


def test_walls_hold_walkers():
    places, _ = ends(lambda x: -2 * (x - 0.5), scattered(1, 50, 0, 1), box(1, 0.0, 1.0, walled=True))
    assert places.ravel() == pytest.approx([0.5])
