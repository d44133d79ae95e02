"""When walkers have found the wells: shares that are a law's, shares that stay while walkers cross, and neither."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.plan import Resolved, better_window, resolve
from sgdtui.lab.snapshot import WellReport
from sgdtui.lab.wells import Settling, Whereabouts, report_on_wells, settled_with_wells, wells_of
from sgdtui.preset.load import load_text

DEEP = """
loss: "4*(x**2 - 1)**2 + 1.2*x + y**2/2 + z**2/2"
variables: [x, y, z]
dynamics: {eta: 0.01}
start: {at: [1, 0, 0]}
space: {domain: [[-2, 2], [-1, 1]]}
"""
EXPERIMENT = load_text(DEEP)
COUNT = 1024


def walkers(in_left):
    """Walkers of which those marked are in the left well, the others in the right."""
    x = np.where(in_left, -1.0356, 0.9602)
    return np.column_stack([x, np.zeros(len(x)), np.zeros(len(x))])


def wells():
    found = wells_of(EXPERIMENT, walkers(np.zeros(8, bool)))
    assert found is not None
    return found


def law(found, left):
    """A law with that share on the left."""
    return {"gibbs": np.where(found.places[:, 0] < 0, left, 1 - left)}


def test_one_well_and_no_noise_are_no_matter():
    one = load_text('{loss: "x**2 + y**2", variables: [x, y]}')
    assert wells_of(one, np.zeros((8, 2))) is None
    still = load_text('{loss: "(x**2 - 1)**2", noise: "0"}')
    assert wells_of(still, np.zeros((8, 1))) is None


@pytest.mark.parametrize("left", [0.0, 0.3, 0.9])
def test_shares_of_a_law_are_found(left):
    """Within four standard errors, at most .057, for every one of six samples; not with .15 more or less."""
    found = wells()
    random = np.random.default_rng(0)
    for _ in range(6):
        now = walkers(random.random(COUNT) < left)
        assert report_on_wells(EXPERIMENT, found, law(found, left), Whereabouts(None, now)).found
        off = law(found, left + 0.15 if left < 0.5 else left - 0.15)
        assert not report_on_wells(EXPERIMENT, found, off, Whereabouts(None, now)).found


def test_all_in_the_emptier_well():
    found = wells()
    here = walkers(np.zeros(COUNT, bool))
    report = report_on_wells(EXPERIMENT, found, law(found, 1 - 1e-12), Whereabouts(here, here))
    assert not report.found
    assert report.why.startswith(
        "Not settled: the walkers sit in the emptier well (at (0.96, 0, 0) 1 of them"
    )
    assert "1.0e-12" in report.why
    assert report.crossing_time > 1e100
    assert "Kramers" in report.crossing_of


def test_shares_that_stay_while_walkers_cross():
    """A law that is only nearly right does not unsettle walkers that were seen to forget where they were."""
    found = wells()
    random = np.random.default_rng(1)
    before = random.random(COUNT) < 0.6
    forgotten = random.random(COUNT) < 0.6
    drifting = random.random(COUNT) < 0.85
    few = before ^ (np.arange(COUNT) < 20)
    near = law(found, 0.7)
    for now, expected in ((forgotten, True), (drifting, False), (few, False), (before, False)):
        report = report_on_wells(EXPERIMENT, found, near, Whereabouts(walkers(before), walkers(now)))
        assert report.found is expected
    # Nobody ever came to a well that holds a third of the law.
    alone = walkers(np.zeros(COUNT, bool))
    assert not report_on_wells(EXPERIMENT, found, law(found, 1 / 3), Whereabouts(alone, alone)).found


def test_walkers_between_wells_say_nothing():
    found = wells()
    lost = np.full((COUNT, 3), np.nan)
    assert report_on_wells(EXPERIMENT, found, law(found, 0.5), Whereabouts(lost, lost)) is None


def settling(within, burnt_in, still):
    resolved = Resolved(EXPERIMENT, False, 1e9, "predicted", within)
    return Settling(resolved, still, lambda: Whereabouts(None, np.zeros((1, 3))), burnt_in)


def test_settled_asks_the_wells_too():
    found = WellReport(np.zeros((2, 3)), np.zeros(2), np.zeros(2))
    stuck = WellReport(np.zeros((2, 3)), np.zeros(2), np.zeros(2), found=False, why="stuck")
    assert settled_with_wells(settling(1.0, 6.0, True), True, None) == (True, "")
    assert settled_with_wells(settling(1.0, 6.0, True), True, stuck) == (False, "stuck")
    # The time is too short to cross, the shares are right, and each well has settled:
    assert settled_with_wells(settling(1.0, 6.0, True), False, found) == (True, "")
    assert settled_with_wells(settling(1.0, 6.0, False), False, found) == (False, "")
    assert settled_with_wells(settling(1.0, 4.0, True), False, found) == (False, "")
    assert settled_with_wells(settling(None, 6.0, True), False, found) == (False, "")


def test_lengths_are_those_of_a_well_where_no_run_would_do():
    found = resolve(EXPERIMENT)
    assert found.settled is False
    assert found.relaxation_time > 1e100
    assert found.within == pytest.approx(1, rel=0.02)  # curvature 1 across, the slowest
    assert found.experiment.run.burn_in * 0.01 >= 5 * found.within
    assert found.experiment.run.burn_in < 5000


def test_a_window_keeps_the_wells_that_it_holds():
    drawn = np.random.default_rng(0).normal(1.0, 0.05, (4096, 1))
    ((low, high),) = better_window(drawn, ((-4.0, 4.0),))
    assert 0.6 < low < high < 1.4
    kept = better_window(drawn, ((-4.0, 4.0),), wells=np.array([[-1.0], [1.0], [-9.0]]))
    ((low, high),) = kept
    assert -2 < low < -1.1
    assert 1.2 < high < 2
    assert better_window(drawn, ((-1.5, 1.5),), wells=np.array([[-1.0], [1.0]])) is None
