"""Windows, burn-ins and lengths that a preset leaves open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgdtui.lab.cost import whole_cost
from sgdtui.lab.pilot import (
    Cancel,
    _affordable_steps,
    correlation_time,
    find_domain,
    find_domain_on_the_way,
    held_range,
    pilot_of,
    widened,
)
from sgdtui.lab.plan import better_window, has_no_rest, known_domain, resolve, with_domain
from sgdtui.preset.load import load_text


def test_the_window_asked_for_comes_first():
    experiment = load_text('{loss: {loss: "x**2", domain: [[-2, 2]]}, space: {domain: [[-1, 4]]}}')
    assert known_domain(experiment) == ((-1, 4),)
    without = replace(experiment, space=replace(experiment.space, domain=None))
    assert known_domain(without) == ((-2, 2),)


def test_hops_have_one_bin_a_state():
    experiment = with_domain(load_text('{hops: {states: 7, rate: "1 + x"}}'))
    assert experiment.space.domain == ((-0.5, 6.5),)
    assert experiment.run.bins_for(1) == 7


def test_widened_by_a_quarter_and_rounded_outwards():
    ((low, high),) = widened(np.array([-1.0]), np.array([3.0]))
    assert low <= -1.5
    assert high >= 3.5
    assert high - low <= 5.0 * 1.2


def test_one_point_still_has_a_window():
    ((low, high),) = widened(np.array([2.0]), np.array([2.0]))
    assert low < 2 < high


def test_walkers_on_one_point_far_from_zero_have_a_window_and_those_within_a_trillionth():
    for low, high in ((4e-13, 6e-13), (-3e-14, 1e-14), (1e9, 1e9 + 5000)):
        ((left, right),) = widened(np.array([low]), np.array([high]))
        assert left < low
        assert right > high
        assert right - left < 3 * (high - low)


def test_range_of_what_is_alive():
    positions = np.concatenate([np.linspace(0, 1, 20_001), [np.nan, np.inf]])[:, None]
    low, high = held_range(positions)
    assert np.isclose(low[0], 5e-5)
    assert np.isclose(high[0], 1 - 5e-5)
    assert held_range(np.full((3, 2), np.nan))[0].tolist() == [-1, -1]


@pytest.mark.usefixtures("numpy_walkers")
def test_pilot_finds_the_spread():
    # Variance η/(2 - η) = .0526, so 99.99 % lie within ±3.9 standard deviations of .229; 512 walkers know it to 15 %.
    ((low, high),) = find_domain(load_text('{loss: "x**2/2", dynamics: {eta: 0.1}}'))
    assert -1.5 < low < -0.8
    assert 0.8 < high < 1.5


@pytest.mark.usefixtures("numpy_walkers")
def test_pilot_sees_the_second_well_though_it_starts_in_the_first():
    experiment = load_text('{loss: "(x**2-1)**2/4", dynamics: {eta: 0.05}, start: {at: [-1]}}')
    ((low, high),) = find_domain(experiment, most_steps=1024)
    assert low < -1.3
    assert high > 1.3


@pytest.mark.usefixtures("numpy_walkers")
def test_pilot_reads_the_correlation_time():
    experiment = with_domain(load_text('{loss: "x**2/2", dynamics: {eta: 0.1}, space: {domain: [[-2, 2]]}}'))
    # ρ after n steps is .9^n: e-folding in .1/-ln .9 = .949; a rank correlation of 512 is known to .04.
    assert 0.6 < correlation_time(experiment, 4096) < 1.4


@pytest.mark.usefixtures("numpy_walkers")
def test_what_never_settles_has_no_correlation_time():
    flat = load_text('{loss: "0*x", noise: 1, space: {domain: [[-2, 2]]}}')
    assert correlation_time(flat, 1024) is None


@pytest.mark.usefixtures("numpy_walkers")
def test_a_pilot_can_be_cancelled():
    with pytest.raises(Cancel):
        find_domain(load_text('{loss: "x**2/2"}'), cancelled=lambda: True)


def test_automatic_lengths_are_five_relaxation_times():
    resolved = resolve(
        load_text('{loss: "x**2/2", dynamics: {kind: sde, dt: 0.01}, space: {domain: [[-2, 2]]}}')
    )
    run = resolved.experiment.run
    assert np.isclose(resolved.relaxation_time, 1, rtol=0.01)
    assert resolved.origin == "predicted"
    assert run.burn_in >= 500
    assert run.steps >= 500
    assert resolved.settled is True


def test_a_burn_in_that_is_too_short_is_told():
    text = """
loss: x**2/2
dynamics: {kind: sde, dt: 0.01}
space: {domain: [[-2, 2]]}
run: {burn_in: %d, steps: 1000}
"""
    assert resolve(load_text(text % 490)).settled is False
    assert resolve(load_text(text % 520)).settled is True


def test_a_relaxation_too_long_for_the_budget_is_told():
    deep = load_text(
        '{loss: "8*(x**2-1)**2", dynamics: {kind: sde, eta: 0.4, dt: 0.01}, space: {domain: [[-2, 2]]}}'
    )
    resolved = resolve(deep)
    assert resolved.settled is False
    assert resolved.experiment.run.burn_in * deep.run.walkers <= 1.6e10


def test_few_walkers_that_are_recorded_at_each_step_run_no_longer_than_many():
    """A record costs as much as 24 steps of each of 64 walkers: seconds of the run are bounded, not its steps."""
    slow = """
loss: "x**2/2"
dynamics: {kind: sde, eta: 1, dt: 1.0e-7}
space: {domain: [[-4, 4]]}
run: {walkers: 64, every: %d}
"""
    often, seldom = (resolve(load_text(slow % every)) for every in (1, 100))
    assert seldom.settled is True
    assert often.settled is False
    assert often.experiment.run.burn_in == seldom.experiment.run.burn_in
    assert often.experiment.run.steps * 64 * 24 < 1.6e10
    assert seldom.experiment.run.steps >= 5e7


def test_what_settles_nothing_is_not_waited_for_as_long():
    """No relaxation time is found for walkers that have none: the run is short then, and not long in vain."""
    spreading = '{drift: ["0"], variables: [x], dynamics: {eta: 0.1}, space: {domain: [[-1, 1]]}}'
    resolved = resolve(load_text(spreading))
    run = resolved.experiment.run
    assert resolved.settled is False
    assert run.burn_in * run.walkers < 4.1e9


@pytest.mark.parametrize(
    "text",
    [
        '{loss: "x**2/2", dynamics: {eta: 1, schedule: "1/(k + 1)"}, space: {domain: [[-2, 2]]}}',
        '{loss: "(x - sin(t))**2/2", space: {domain: [[-2, 2]]}}',
        '{loss: "x**2/2", until: "x > 1", space: {domain: [[-2, 2]]}}',
    ],
)
def test_what_changes_with_time_or_stops_has_no_burn_in(text):
    experiment = load_text(text)
    assert has_no_rest(experiment)
    resolved = resolve(experiment)
    assert resolved.settled is False
    assert resolved.experiment.run.burn_in == 0
    assert resolved.experiment.run.steps > 0


def test_a_schedule_that_is_constant_may_settle():
    assert not has_no_rest(load_text('{loss: "x**2/2", dynamics: {eta: 1, schedule: "eta/2"}}'))


def test_the_pilot_has_few_walkers_and_its_own_seed():
    experiment = load_text('{loss: "x**2/2", until: "x > 1", run: {seed: 5}}')
    pilot = pilot_of(experiment)
    assert pilot.run.walkers <= 4096
    assert pilot.run.seed != 5
    assert pilot.until is None
    assert pilot.space.domain is not None


def test_the_pilot_of_what_is_dear_has_fewer_walkers_and_takes_fewer_steps():
    text = """
sample:
  loss: "log(1 + exp(-(x*a + y*b)*c))"
  variables: [x, y]
  data: {a: "normal(0, 1)", b: "normal(0, 1)", c: "normal(0, 1)"}
dynamics: {kind: sde, eta: 0.1, dt: 0.01}
"""
    dear = pilot_of(load_text(text))
    assert 64 <= dear.run.walkers < 4096
    work = dear.run.walkers * whole_cost(dear)
    assert work * _affordable_steps(dear, 65_536, 4e9) <= max(4e9, 256 * work)
    assert _affordable_steps(pilot_of(load_text('{loss: "x**2/2"}')), 65_536, 4e9) == 65_536


def test_a_window_that_fits_is_kept_and_one_that_does_not_is_moved():
    walkers = np.random.default_rng(0).normal(0, 1, (20_000, 1))
    assert better_window(walkers, ((-5.0, 5.0),)) is None
    assert better_window(walkers, ((-1.0, 5.0),)) is not None
    assert better_window(walkers, ((-100.0, 100.0),)) is not None
    assert better_window(walkers, ((-1.0, 5.0),), bearable=0.5) is None


def test_a_window_for_what_never_rests_holds_the_whole_way():
    """From the start at 0 to 40, with Σ = 1; where walkers stop, no further than that."""
    drifting = load_text('{drift: ["1"], variables: [x], noise: 1, dynamics: {kind: sde, dt: 0.1, eta: 1}}')
    moving = replace(drifting, until=load_text('{loss: "x", until: "x > 40"}').until)
    ((low, high),) = find_domain_on_the_way(moving, 0, 800)
    assert low < -1
    assert 40 <= high < 60
    ((low, high),) = find_domain_on_the_way(moving, 200, 100)  # from 20 to 30, give or take √30
    assert 0 < low < 10
    assert 40 < high < 60


def test_a_schedule_that_moves_walkers_late_is_followed_to_its_end():
    late = load_text('{loss: "(x - step(k - 90000)*5)**2/2", dynamics: {eta: 0.1}, run: {steps: 100000}}')
    ((low, high),) = with_domain(late).space.domain
    assert low < -0.5
    assert high > 5.5
