"""Ensemble averages through time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sgdtui.lab.series import POINTS, SeriesRecorder, bin_counts, claimed_steps, plan, scheduled_times
from sgdtui.model.dynamics import Swarm
from sgdtui.model.experiment import Expectation
from sgdtui.predict.prediction import Prediction
from sgdtui.preset.load import load_text

EXPERIMENT = load_text('{loss: "x**2/2", noise: 1, observe: {right: "x > 0"}, space: {domain: [[-3, 3]]}}')
EDGES = (np.linspace(-3, 3, 13),)


def with_claims(experiment, *times):
    return replace(experiment, expect=tuple(Expectation("mean[0]", 0.0, at=t) for t in times))


def test_plan_holds_both_ends_and_is_denser_early():
    steps = plan(EXPERIMENT, 10_000)
    assert steps[0] == 0
    assert steps[-1] == 10_000
    assert np.all(np.diff(steps) > 0)
    assert (steps <= 1000).sum() > (steps >= 9000).sum()


def test_plan_hits_the_times_of_claims():
    assert {437, 9999} <= set(plan(with_claims(EXPERIMENT, 43.7, 999.9), 10_000).tolist())


def test_claimed_steps_follow_the_schedule():
    experiment = load_text('{loss: "x**2/2", dynamics: {eta: 1, schedule: "1/(k + 1)"}}')
    times = scheduled_times(experiment, 100)
    assert times[3] == 1 + 1 / 2 + 1 / 3
    assert claimed_steps(with_claims(experiment, float(times[40])), 100).tolist() == [40]


def test_schedule_of_time_is_summed_step_by_step():
    experiment = load_text('{loss: "x**2/2", dynamics: {eta: 1, schedule: "eta/(1 + t)"}}')
    assert np.allclose(scheduled_times(experiment, 3), [0, 1, 1.5, 1.9])


def test_bin_counts_match_numpy_and_leave_the_outside_out():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(0, 2, (500, 2)), [[-3.0, 0.0], [3.0, 0.0]]])
    edges = (np.linspace(-3, 3, 7), np.linspace(-1, 2, 10))
    inside = np.all(points < [3, 2], axis=1)
    expected = np.histogramdd(points[inside], edges)[0]
    assert np.array_equal(bin_counts(points, edges), expected)


def test_moments_and_their_errors():
    x = np.random.default_rng(1).normal(0.5, 2.0, (4000, 1))
    x[7] = np.nan
    recorder = SeriesRecorder(EXPERIMENT, EDGES)
    recorder.record(1.5, x)
    series = recorder.series({})
    alive = x[np.isfinite(x)]
    assert np.isclose(series.mean[0, 0], alive.mean())
    assert np.isclose(series.mean_se[0, 0], alive.std(ddof=1) / np.sqrt(len(alive)))
    assert np.isclose(series.covariance[0, 0, 0], alive.var())
    squares = (alive - alive.mean()) ** 2
    assert np.isclose(series.covariance_se[0, 0, 0], squares.std() / np.sqrt(len(alive)))
    assert np.isclose(series.observables["right"][0], (alive > 0).mean())


def test_errors_of_a_swarm_count_swarms_not_workers():
    swarm = replace(EXPERIMENT, dynamics=replace(EXPERIMENT.dynamics, swarm=Swarm(8, 30.0)))
    together = np.repeat(np.random.default_rng(2).normal(size=500), 8)[:, None]
    recorder = SeriesRecorder(swarm, EDGES)
    recorder.record(0.0, together)
    series = recorder.series({})
    assert np.isclose(series.mean_se[0, 0], together[::8].std(ddof=1) / np.sqrt(500))
    squares = (together[::8, 0] - together.mean()) ** 2
    assert np.isclose(series.covariance_se[0, 0, 0], squares.std(ddof=1) / np.sqrt(500))


def test_distance_is_the_total_variation_of_the_moment():
    recorder = SeriesRecorder(EXPERIMENT, EDGES)
    recorder.record(0.0, np.full((100, 1), 0.1))
    recorder.record(1.0, np.full((100, 1), 9.0))
    uniform = Prediction("gibbs", EDGES, np.full(12, 1 / 12))
    assert np.allclose(recorder.series({"gibbs": uniform}).distance["gibbs"], [11 / 12, 1.0])
    narrow = Prediction("gibbs", EDGES, np.eye(12)[6])
    assert np.allclose(recorder.series({"gibbs": narrow}).distance["gibbs"], [0.0, 1.0])


def test_rewindow_forgets_distances_but_no_averages():
    recorder = SeriesRecorder(EXPERIMENT, EDGES)
    recorder.record(0.0, np.full((10, 1), 0.1))
    edges = (np.linspace(0, 1, 3),)
    recorder.rewindow(edges)
    recorder.record(1.0, np.full((10, 1), 0.1))
    series = recorder.series({"gibbs": Prediction("gibbs", edges, np.array([1.0, 0.0]))})
    assert np.isnan(series.distance["gibbs"][0])
    assert series.distance["gibbs"][1] == 0
    assert series.mean[:, 0].tolist() == [0.1, 0.1]


def test_memory_is_bounded_and_claimed_times_stay():
    keep = np.array([3.0, 701.0])
    recorder = SeriesRecorder(EXPERIMENT, EDGES, keep)
    for time in range(3 * POINTS):
        recorder.record(float(time), np.zeros((2, 1)))
    times = recorder.series({}).time
    assert len(times) <= POINTS
    assert set(keep) <= set(times)
    assert times[0] == 0
    assert times[-1] == 3 * POINTS - 1


def test_no_walker_left_is_no_number():
    recorder = SeriesRecorder(EXPERIMENT, EDGES)
    recorder.record(0.0, np.full((4, 1), np.nan))
    series = recorder.series({"gibbs": Prediction("gibbs", EDGES, np.full(12, 1 / 12))})
    assert np.isnan(series.mean[0, 0])
    assert np.isnan(series.distance["gibbs"][0])


def test_a_swarm_of_which_nothing_is_observed_has_errors_of_its_mean():
    swarm = load_text('loss: "x**2/2"\ndynamics: {kind: sde, swarm: {size: 4, coupling: 1}}\n')
    recorder = SeriesRecorder(swarm, (np.linspace(-1, 1, 11),))
    recorder.record(0.0, np.linspace(-1, 1, 64)[:, None])
    series = recorder.series({})
    assert series.mean_se[0, 0] > 0
    assert series.observables == {}
