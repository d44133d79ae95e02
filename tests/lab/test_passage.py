"""First passages of which some have still to come: the mean, its error, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.passage import PassageForesight, passage_report
from sgdtui.lab.snapshot import Observed
from sgdtui.simulate.count.arrivals import bin_edges_of_arrivals, passage_columns, passage_counts
from sgdtui.simulate.driver.layout import ARRIVAL_BINS, FIRST_ARRIVAL_BIN

GROUPS = 64
NOTHING = PassageForesight()


def watched(steps, elapsed, seen=None, lost=0):
    """The counts of walkers that take `steps` (groups, n) each, watched for `elapsed` steps."""
    columns = np.zeros((len(steps), passage_columns(0 if seen is None else 1)))
    edges = bin_edges_of_arrivals()
    arrived = steps <= elapsed
    for group, own in enumerate(steps):
        took = own[arrived[group]]
        columns[group, :3] = len(took), took.sum(), (took.astype(float) ** 2).sum()
        place = FIRST_ARRIVAL_BIN + np.searchsorted(edges, took, side="right") - 1
        np.add.at(columns[group], place, 1.0)
        np.add.at(columns[group], place + ARRIVAL_BINS, took)
        if seen is not None:
            np.add.at(columns[group], place + 2 * ARRIVAL_BINS, seen[group][arrived[group]])
    going = (~arrived).sum(axis=1)
    return passage_counts(columns, np.full(len(steps), steps.shape[1] + lost), going, elapsed)


def two_stages(seed, walkers=100, first=30.0, second=400.0):
    """Steps of a walk through a short stage and then a long one: its tail is geometric, its beginning is not."""
    random = np.random.default_rng(seed)
    short = random.geometric(1 / first, (GROUPS, walkers))
    return short + random.geometric(1 / second, (GROUPS, walkers))


def test_all_have_arrived():
    steps = two_stages(0)
    report = passage_report(watched(steps, 10**6), 0.1, NOTHING)
    assert report.mean_steps.value == pytest.approx(steps.mean())
    assert report.mean_steps.se == pytest.approx(steps.mean(axis=1).std(ddof=1) / 8, rel=1e-6)
    assert report.mean_time == pytest.approx(0.1 * steps.mean())
    assert report.fraction == 1
    assert not report.censored
    assert report.estimator == "mean over all walkers"


def test_censored_mean_is_unbiased_and_its_error_honest():
    """Over 60 seeds, watched until a third to nine tenths have arrived: the mean z is 0 ± 1/√60, its spread about 1."""
    for elapsed in (200, 430, 1000):
        z, biased = [], []
        for seed in range(60):
            steps = two_stages(seed)
            report = passage_report(watched(steps, elapsed), 1.0, NOTHING)
            assert report.censored
            z.append((report.mean_steps.value - 430) / report.mean_steps.se)
            biased.append(steps[steps <= elapsed].mean())
        assert abs(np.mean(z)) < 4 / np.sqrt(60)
        assert 0.6 < np.std(z) < 1.3
        assert np.mean(biased) < 0.8 * 430  # what the mean over the arrived alone would say


def test_no_mean_where_arrivals_become_ever_rarer():
    """A first return of a random walk has no mean: S ~ t^(-1/2)."""
    random = np.random.default_rng(1)
    steps = np.ceil(1 / random.random((GROUPS, 400)) ** 2)
    report = passage_report(watched(steps, 2000), 1.0, NOTHING)
    assert report.mean_steps.value is None
    assert report.mean_time is None
    assert "rarer" in report.why_not


@pytest.mark.parametrize("elapsed", [1, 3])
def test_no_mean_from_a_handful(elapsed):
    report = passage_report(watched(two_stages(0, first=1.0, second=1e5), elapsed), 1.0, NOTHING)
    assert report.mean_steps.value is None
    assert report.why_not
    assert report.fraction < 0.01


def test_nobody_arrived():
    report = passage_report(watched(np.full((2, 4), 100), 10), 0.1, NOTHING)
    assert report.mean_steps.value is None
    assert report.fraction == 0
    assert report.why_not == "no walker has arrived"


def test_lost_walkers_are_neither_arrived_nor_on_their_way():
    steps = two_stages(0)
    report = passage_report(watched(steps, 10**6, lost=100), 1.0, NOTHING)
    assert report.fraction == 0.5
    assert report.mean_steps.value == pytest.approx(steps.mean())


def test_average_at_the_exit_counts_those_still_on_their_way():
    """Whoever leaves the short stage first exits above: early arrivals are above, late ones half and half."""
    random = np.random.default_rng(3)
    early = random.random((GROUPS, 200)) < 0.5
    steps = np.where(early, random.geometric(0.2, early.shape), random.geometric(1 / 300, early.shape))
    above = np.where(early, 1.0, random.random(early.shape) < 0.5)
    report = passage_report(
        watched(steps, 500, above), 1.0, PassageForesight(observables={"up": 0.75}), ("up",)
    )
    there = report.observables["up"]
    assert there.predicted == 0.75
    assert there.measured.se < 0.01
    assert abs(there.measured.value - 0.75) < 4 * there.measured.se
    assert abs(above[steps <= 500].mean() - 0.75) > 4 * there.measured.se


def test_bias_of_dt_from_the_predictions():
    steps = two_stages(0)
    foreseen = PassageForesight(time=42.0, chain_time=43.0)
    report = passage_report(watched(steps, 10**6), 0.1, foreseen, is_sde=True)
    assert report.bias_dt == Observed(1.0, 0.0)
    assert report.sde_time.value == pytest.approx(0.1 * steps.mean() - 1)
    assert report.sde_time.se == pytest.approx(0.1 * report.mean_steps.se)
    assert passage_report(watched(steps, 10**6), 0.1, foreseen).sde_time.value is None


def test_bias_of_dt_from_a_run_at_twice_dt():
    """E at dt is 1 + .1 √dt: at dt .01 and .02 extrapolated to 1."""
    foreseen = PassageForesight(time=None)
    steps = np.full((4, 10), 101)  # 1.01 in units of t
    doubled = Observed(1 + 0.1 * np.sqrt(0.02), 0.003)
    report = passage_report(watched(steps, 10**6), 0.01, foreseen, is_sde=True, doubled=doubled)
    assert report.sde_time.value == pytest.approx(1.0, abs=1e-12)
    assert report.bias_dt.value == pytest.approx(0.01, abs=1e-12)
    assert report.sde_time.se == pytest.approx(0.003 / (np.sqrt(2) - 1))


def test_no_time_where_the_learning_rate_changes():
    report = passage_report(watched(two_stages(0), 10**6), None, NOTHING)
    assert report.mean_steps.value is not None
    assert report.mean_time is None
