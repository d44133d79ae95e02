"""Ratios over groups, stretches of counts, and the test for drift."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.estimators import added, after, drift_between, flow_report, mean_curl, ratio, share_error
from sgdtui.simulate.count.counts import Counts, FlowCounts

EDGES = (np.linspace(-4, 4, 41),)


def counted(groups_of_x):
    """Counts of one recorded position per entry, (groups, n)."""
    x = np.asarray(groups_of_x, dtype=float)
    histogram = np.array([np.histogram(g, EDGES[0])[0] for g in x])
    n = np.full(len(x), x.shape[1])
    return Counts(
        EDGES,
        n,
        histogram,
        n - histogram.sum(axis=1),
        x.sum(axis=1)[:, None],
        (x**2).sum(axis=1)[:, None, None],
        (x > 0).sum(axis=1)[:, None].astype(float),
        lost=0,
    )


def test_ratio_and_its_error_against_many_repetitions():
    rng = np.random.default_rng(0)
    values, errors = [], []
    for _ in range(400):
        sizes = rng.integers(50, 150, 32)
        sums = 2.0 * sizes + rng.normal(0, 5, 32)
        value, error = ratio(sums, sizes)
        values.append(value)
        errors.append(error)
    assert abs(np.mean(values) - 2) < 4 * np.std(values) / 20
    # The error's own relative standard error is 1/sqrt(2·31)/20 for the mean of 400, plus that of the spread.
    assert abs(np.mean(errors) / np.std(values) - 1) < 0.15


def test_ratio_of_nothing_is_nan():
    value, error = ratio(np.zeros((4, 2)), np.zeros(4))
    assert np.isnan(value).all()
    assert np.isnan(error).all()


def test_one_group_has_a_value_but_no_error():
    value, error = ratio(np.array([6.0]), np.array([3.0]))
    assert value == 2
    assert np.isnan(error)


def test_added_and_after_are_inverse():
    rng = np.random.default_rng(1)
    one, two = counted(rng.normal(size=(8, 50))), counted(rng.normal(size=(8, 70)))
    back = after(added(one, two), one)
    for name in ("samples", "histogram", "outside", "first", "second", "observables"):
        assert np.allclose(getattr(back, name), getattr(two, name))


def test_no_drift_between_stretches_of_one_law():
    rng = np.random.default_rng(2)
    z = [
        drift_between(counted(rng.normal(size=(64, 200))), counted(rng.normal(size=(64, 200))))
        for _ in range(50)
    ]
    # The largest of about nineteen |t|: its median lies near 2.2, and 4.5 is passed once in some ten thousand.
    assert 1.7 < np.median(z) < 2.8
    assert max(z) < 4.5


def test_drift_is_seen_although_stretches_are_correlated():
    rng = np.random.default_rng(3)
    per_group = rng.normal(0, 1, (64, 1))
    one = counted(per_group + rng.normal(0, 0.1, (64, 100)))
    two = counted(per_group + 0.1 + rng.normal(0, 0.1, (64, 100)))
    assert drift_between(one, two) > 10


def test_what_moves_by_less_than_rounding_has_not_moved():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(64, 200))
    one, two = counted(x), counted(rng.normal(size=(64, 200)))
    for counts, size in ((one, 1e-31), (two, 3e-31)):
        counts.observables[:] = 200 * size * (1 + 0.1 * rng.random((64, 1)))
    assert drift_between(one, two) < 4.5
    two.observables[:] *= 1e31
    assert drift_between(one, two) > 10


def test_flow_is_per_unit_time():
    flow = FlowCounts(
        dt=0.5,
        steps=np.array([10, 10]),
        entropy=np.array([4.0, 6.0]),
        area=np.array([1.0, 1.0]),
        displacement=np.array([[[2.0], [0.0]], [[4.0], [0.0]]]),
        visits=np.array([[4, 0], [8, 0]]),
    )
    report = flow_report(flow, 0.9)
    assert report.entropy_production.value == 1.0
    assert np.isclose(report.entropy_production.se, 0.2)
    assert report.predicted_entropy_production == 0.9
    assert np.isclose(report.area_rate.value, 0.2)
    assert report.displacement.shape == (1, 2)
    assert report.displacement[0, 0] == 1.0
    assert np.isnan(report.displacement[0, 1])


def test_the_curl_counts_where_walkers_are():
    curl = np.array([[3.0, np.nan], [-4.0, 100.0]])
    assert mean_curl(curl, np.array([[1, 5], [1, 0]])) == pytest.approx(12.5**0.5)
    assert mean_curl(curl, np.zeros((2, 2))) is None
    assert mean_curl(None, np.ones(2)) is None


def test_nothing_flowed_is_no_report():
    assert flow_report(None, None) is None


def test_what_was_never_seen_may_still_be_one_in_so_many():
    assert share_error(0.0, 0.0, 400.0) == 1 / 400
    assert share_error(1.0, 0.0, 400.0) == 1 / 400
    assert share_error(0.2, 0.01, 400.0) == 0.01
    assert share_error(0.0, 0.0, 0.0) == 0.0
