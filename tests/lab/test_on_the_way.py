"""p(x, t) of a live run: right at and between its moments, there while walkers come from the start and only then."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy.stats import norm

from sgdtui.lab.on_the_way import MOMENTS, on_the_way
from sgdtui.preset.change import changed
from sgdtui.preset.load import load_text

QUADRATIC = """
loss: "x**2/2"
dynamics: {eta: 0.05}
start: {at: [2]}
space: {domain: [[-3, 3]]}
run: {walkers: 8192, every: 5, burn_in: 600, bins: 200}
"""
EDGES = (np.linspace(-3, 3, 201),)


def total_variation(one, other):
    return 0.5 * float(np.abs(one - other).sum())


def exact(steps, eta=0.05):
    """Of the chain x' = (1 - η)x + ηξ from 2."""
    mean, variance = 2 * (1 - eta) ** steps, eta / (2 - eta) * (1 - (1 - eta) ** (2 * steps))
    return np.diff(norm.cdf(EDGES[0], mean, np.sqrt(variance)))


@pytest.mark.parametrize("steps", [5, 13, 40, 100, 500])
def test_the_law_of_a_chain_between_its_moments(steps):
    way = on_the_way(load_text(QUADRATIC), EDGES, 30.0)
    assert way.of == "transfer"
    assert way.time[0] == pytest.approx(0.05)
    assert way.time[-1] == pytest.approx(30.0)
    assert len(way.time) <= MOMENTS[1]
    assert total_variation(way.at(steps * 0.05), exact(steps)) < 0.01
    at = int(np.argmin(np.abs(way.time - steps * 0.05)))
    assert total_variation(way.laws[at], exact(round(way.time[at] / 0.05))) < 0.01


def test_before_the_first_moment_after_the_last_and_without_a_law_there_is_none():
    experiment = load_text(QUADRATIC)
    way = on_the_way(experiment, EDGES, 30.0)
    assert way.at(0.0) is None
    assert way.at(30.5) is None
    assert on_the_way(experiment, EDGES, 0.05) is None
    assert on_the_way(changed(experiment, {"momentum": 0.5}), EDGES, 30.0) is None
    assert on_the_way(changed(experiment, {"until": "x < 0"}), EDGES, 30.0) is None


@pytest.mark.usefixtures("numpy_walkers")
def test_it_is_shown_to_walkers_from_the_start_and_to_no_others(start_lab, screen, monkeypatch):
    found = threading.Event()

    def told(*arguments):
        way = on_the_way(*arguments)
        found.set()
        return way

    monkeypatch.setattr("sgdtui.lab.predictor.on_the_way", told)
    lab = start_lab(load_text(QUADRATIC))
    before = screen.wait_for(lambda s: s.phase == "sampling" and s.predictions_of == s.generation)
    assert found.wait(60)  # from here on it is known, however soon these walkers settle
    lab.reset()
    seen = screen.wait_for(
        lambda s: s.generation > before.generation and s.expected is not None and s.step > 5
    )
    assert seen.phase == "settling"
    width = 0.03
    assert total_variation(seen.instant * width, seen.expected * width) < 0.12
    settled = screen.wait_for(lambda s: s.phase == "sampling" and s.generation == seen.generation)
    assert settled.expected is None
    lab.change(changed(load_text(QUADRATIC), {"eta": 0.06}))
    screen.wait_for(lambda s: s.phase == "sampling" and s.experiment.dynamics.eta == 0.06)
    moved = [s for s in screen.shown if s.experiment.dynamics.eta == 0.06]
    assert any(s.phase == "settling" and s.predictions_of == s.generation for s in moved)
    assert all(s.expected is None for s in moved)
