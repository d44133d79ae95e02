"""The last minutes in bounded memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.compare.comparison import Comparison, Distances
from sgdtui.lab.compose import Clock, compose, no_counts
from sgdtui.lab.history import History
from sgdtui.lab.predictions import Foresight, bin_edges
from sgdtui.preset.load import load_text

EXPERIMENT = load_text('{loss: "x**2/2", space: {domain: [[-3, 3]]}}')


@pytest.fixture(scope="module")
def blank():
    edges = bin_edges(EXPERIMENT)
    return compose(
        EXPERIMENT,
        phase="sampling",
        paused=False,
        generation=1,
        predictions_of=1,
        settled=True,
        clock=Clock(0, 0.0, 0.0, 0.0),
        counts=no_counts(EXPERIMENT, edges),
        instant=None,
        alive=0,
        foresight=Foresight(edges),
        comparisons={},
        verdict=None,
        series=None,
        message="",
    )


def compared(snapshot, step, tv, floor=0.01, generation=1):
    known = Distances(tv, None, None, None, None)
    comparison = Comparison("gibbs", known, replace(known, tv=floor), 0.5, 0.0, True)
    return replace(
        snapshot,
        step=step,
        samples=step,
        time=step / 10,
        generation=generation,
        comparisons={"gibbs": comparison},
    )


def test_steps_back_to_the_newest_and_no_further_than_the_oldest(blank):
    history = History()
    assert history.back(0) is None
    for step in range(5):
        history.add(replace(blank, step=step), now=step * 0.1)
    assert history.back(0).step == 4
    assert history.back(3).step == 1
    assert history.back(99).step == 0
    assert np.isclose(history.age(3), 0.3)


def test_an_hour_at_ten_a_second_stays_small(blank):
    history = History()
    for tick in range(36_000):
        history.add(replace(blank, step=tick), now=tick * 0.1)
    assert len(history) < 300
    assert history.back(0).step == 35_999
    assert 290 < history.age(10**9) <= 300
    assert [history.back(i).step for i in range(50)] == list(range(35_999, 35_949, -1)), (
        "the last seconds are whole"
    )


def test_convergence_follows_the_samples_and_begins_anew(blank):
    history = History()
    for step in (100, 200, 200, 400):
        history.add(compared(blank, step, tv=1 / step), now=step)
    curve = history.convergence()
    assert curve.samples.tolist() == [100, 200, 400]
    assert np.allclose(curve.distance["gibbs"], [1 / 100, 1 / 200, 1 / 400])
    assert np.allclose(curve.floor["gibbs"], 0.01)
    history.add(compared(blank, 50, tv=0.5, generation=2), now=500)
    assert history.convergence().samples.tolist() == [50]


def test_convergence_is_bounded(blank):
    history = History()
    for step in range(1, 3000):
        history.add(compared(blank, step, tv=0.1), now=step)
    samples = history.convergence().samples
    assert len(samples) <= 512
    assert samples[0] == 1
    assert samples[-1] == 2999


def test_while_settling_nothing_converges(blank):
    history = History()
    history.add(replace(compared(blank, 100, tv=0.1), phase="settling"), now=0.0)
    assert len(history.convergence().samples) == 0
