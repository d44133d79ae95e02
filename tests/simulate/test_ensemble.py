"""Reproducible to the bit: threads, calls, saving; dials; groups; cancelling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sgdtui.model.dynamics import Swarm
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Normal
from sgdtui.simulate.count.counts import Counts
from sgdtui.simulate.ensemble import Ensemble
from tests.simulate.systems import DOUBLE_WELL, experiment, sample


def arrays(counts: Counts) -> list[np.ndarray]:
    """All that was counted, as arrays."""
    found = [
        counts.samples,
        counts.histogram,
        counts.outside,
        counts.first,
        counts.second,
        counts.observables,
    ]
    if counts.flow is not None:
        found += [counts.flow.steps, counts.flow.entropy, counts.flow.displacement, counts.flow.visits]
    return found


def same(a: Counts, b: Counts) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(arrays(a), arrays(b), strict=True)) and a.lost == b.lost


def systems() -> dict[str, Experiment]:
    rows = np.column_stack([(1, 2, -1, 0.5), (2.5, 3.6, -2.2, 1.3)])
    return {
        "one": experiment(DOUBLE_WELL, "1 + x**2/2", eta=0.2, walkers=5000, observe={"left": "x < 0"}),
        "two": experiment(
            "x**2 + y**2/4", ["1", ".6", ".6", "1"], variables=("x", "y"), eta=0.1, walkers=3000
        ),
        "many": experiment(
            "x**2 + y**2/4", ["1", ".6", ".6", "1"], variables=("x", "y"), eta=0.1, walkers=40_000
        ),
        "data": experiment(system=sample(rows, "(w*x - y)**2/2", draw="reshuffle"), eta=0.05, walkers=2000),
        "swarm": experiment("x**2/2", eta=0.1, walkers=3000, swarm=Swarm(6, 0.5)),
        "few": experiment("x**2/2", eta=0.1, walkers=3, every=2),
    }


@pytest.mark.parametrize("name", list(systems()))
def test_the_same_for_any_number_of_threads_and_any_cutting_into_calls(name: str) -> None:
    results = []
    for threads, calls in ((1, [311]), (2, [100, 1, 210]), (3, [7] * 44 + [3])):
        ensemble = Ensemble(systems()[name], threads=threads)
        for steps in calls:
            ensemble.advance(steps, record=True)
        results.append((ensemble.counts(), ensemble.positions(), ensemble.time))
        ensemble.close()
    for counts, positions, time in results[1:]:
        assert same(counts, results[0][0])
        assert np.array_equal(positions, results[0][1])
        assert time == results[0][2]


@pytest.mark.parametrize("name", list(systems()))
def test_a_saved_state_goes_on_as_if_nothing_had_been(name: str) -> None:
    whole = Ensemble(systems()[name], threads=1)
    whole.advance(205, record=True)
    first = Ensemble(systems()[name], threads=1)
    first.advance(101, record=True)
    state = first.state()
    second = Ensemble(systems()[name], threads=2)
    second.restore(
        {key: np.array(value) if isinstance(value, np.ndarray) else value for key, value in state.items()}
    )
    second.advance(104, record=True)
    assert same(whole.counts(), second.counts())
    assert np.array_equal(whole.positions(), second.positions())
    assert (second.step, second.time) == (whole.step, whole.time)
    for ensemble in (whole, first, second):
        ensemble.close()


def test_a_state_of_another_experiment_is_refused() -> None:
    small = Ensemble(experiment("x**2/2", walkers=64))
    large = Ensemble(experiment("x**2/2", walkers=128))
    with pytest.raises(ValueError, match="do not fit"):
        large.restore(small.state())


def test_restart_begins_again_and_seeds_differ() -> None:
    ensemble = Ensemble(experiment(DOUBLE_WELL, walkers=512, start=Normal((0.0,), (1.0,))), threads=1)
    start = ensemble.positions()
    ensemble.advance(50, record=True)
    there = ensemble.positions()
    ensemble.restart()
    assert np.array_equal(ensemble.positions(), start)
    assert (ensemble.step, ensemble.time, ensemble.counts().total) == (0, 0.0, 0)
    ensemble.advance(50, record=True)
    assert np.array_equal(ensemble.positions(), there)
    ensemble.close()
    other = Ensemble(experiment(DOUBLE_WELL, walkers=512, seed=1), threads=1)
    other.advance(50, record=True)
    assert not np.array_equal(other.positions(), there)
    other.close()


def test_a_dial_keeps_the_walkers_and_the_kernel() -> None:
    given = experiment("h*x**2/2", parameters={"h": 1.0}, eta=0.1, walkers=512)
    ensemble = Ensemble(given, threads=1)
    ensemble.advance(20, record=True)
    before, kernels = ensemble.positions(), ensemble._kernels
    changed = given.with_parameter("h", 2.0)
    changed = replace(changed, dynamics=replace(changed.dynamics, eta=0.5, batch=4))
    assert ensemble.change(changed)
    assert np.array_equal(ensemble.positions(), before)
    ensemble.advance(1, record=False)
    assert ensemble._kernels is kernels
    quiet = Ensemble(replace(changed, dynamics=replace(changed.dynamics, eta=0.5)), threads=1)
    assert ensemble.time == pytest.approx(20 * 0.1 + 0.5)
    ensemble.close()
    quiet.close()


@pytest.mark.parametrize(
    "other",
    [
        {"loss": "x**4/4"},
        {"noise": "1 + x**2"},
        {"momentum": 0.5},
        {"walkers": 256},
        {"seed": 3},
        {"kind": "sde"},
    ],
)
def test_another_structure_is_not_a_dial(other: dict[str, Any]) -> None:
    ensemble = Ensemble(experiment(loss="x**2/2", walkers=512))
    assert not ensemble.change(experiment(**{"loss": "x**2/2", "walkers": 512, **other}))


def test_walkers_can_be_put_anywhere() -> None:
    ensemble = Ensemble(experiment("x**2/2", eta=0.1, walkers=100), threads=1)
    ensemble.advance(5, record=False)
    ensemble.scatter(At((2.5,)))
    assert np.all(ensemble.positions() == 2.5)
    assert ensemble.step == 5
    ensemble.adopt(np.array([[1.0], [2.0]]))
    assert np.array_equal(np.unique(ensemble.positions()), [1.0, 2.0])


def test_cancel_stops_between_chunks() -> None:
    ensemble = Ensemble(experiment("x**2/2", walkers=512), threads=1)
    calls = iter([False, False, True])
    done = ensemble.advance(10**9, record=True, cancelled=lambda: next(calls))
    assert 0 < done < 10**9
    assert ensemble.step == done
    ensemble.close()


def test_recording_counts_from_the_moment_the_statistics_began() -> None:
    ensemble = Ensemble(experiment("x**2/2", walkers=64, every=10), threads=1)
    ensemble.advance(7, record=False)
    ensemble.clear()
    ensemble.advance(9, record=True)
    assert ensemble.counts().total == 0
    ensemble.advance(1, record=True)
    assert ensemble.counts().total == 64
    ensemble.advance(25, record=True)
    assert ensemble.counts().total == 3 * 64
    ensemble.close()


@pytest.mark.parametrize("walkers", [1, 2, 20, 31])
def test_few_walkers_make_groups_of_time(walkers: int) -> None:
    ensemble = Ensemble(experiment("x**2/2", eta=0.5, walkers=walkers, every=1), threads=1)
    ensemble.advance(5000, record=True)
    counts = ensemble.counts()
    assert counts.time_batched
    assert counts.total == 5000 * walkers
    assert 32 <= counts.groups <= 200
    full = counts.samples[: -walkers or None]
    assert len(set(full.tolist())) == 1
    error = (counts.second[:, 0, 0] / np.maximum(counts.samples, 1)).std(ddof=1) / np.sqrt(counts.groups)
    assert counts.second.sum() / counts.total == pytest.approx(1 / 3, abs=6 * error)
    ensemble.close()


def test_many_walkers_make_64_groups_of_walkers() -> None:
    ensemble = Ensemble(experiment("x**2/2", walkers=1000, every=1), threads=1)
    ensemble.advance(3, record=True)
    counts = ensemble.counts()
    assert not counts.time_batched
    assert counts.groups == 64
    assert counts.total == 3000
    assert set(counts.samples.tolist()) <= {45, 48}
    ensemble.close()


def test_memory_per_walker_is_small() -> None:
    state = Ensemble(experiment("x**2/2", walkers=100_000)).state()
    per_walker = (
        sum(a.nbytes for a in state.values() if isinstance(a, np.ndarray) and 100_000 in a.shape) / 100_000
    )
    assert per_walker <= 64
