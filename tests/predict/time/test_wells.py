"""Wells: where they are, how the laws share them, and how long it takes from one to another."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.start import At
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.prediction import Prediction
from sgdtui.predict.time.disconnected import told_apart
from sgdtui.predict.time.relaxation import (
    relaxation_time,
    relaxation_time_within_wells,
    well_relaxation_time,
)
from sgdtui.predict.time.well_shares import crossing, laplace_shares, predicted_shares
from sgdtui.predict.time.wells import find_wells
from sgdtui.preset.load import load_text
from tests.predict.experiments import experiment, on_drift, on_loss

DEEP = "4*(x**2 - 1)**2 + 1.2*x"
SPACE = ("x", "y", "z")


def deep(d, dynamics, height=4.0, **given):
    """Two wells in d dimensions, `height` their height; curvature 1 in every further one."""
    loss = f"{height}*(x**2 - 1)**2 + {0.3 * height}*x" + "".join(f" + {v}**2/2" for v in SPACE[1:d])
    return experiment(on_loss(loss, variables=SPACE[:d]), dynamics, start=At((1.0, 0.0, 0.0)[:d]), **given)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_both_wells_are_known_whatever_the_start(d):
    wells = find_wells(deep(d, Dynamics("sgd", 0.05)))
    roots = sorted(np.roots([16, 0, -16, 1.2]))[::2]
    assert sorted(wells.places[:, 0]) == pytest.approx(roots, abs=1e-6)
    assert np.abs(wells.places[:, 1:]).max(initial=0) < 1e-6
    left = int(np.argmin(wells.places[:, 0]))
    somewhere = np.zeros((4, d))
    somewhere[:, 0] = (-3.0, 0.05, 0.1, np.nan)  # the hill is at .0754
    assert list(wells.of(somewhere)) == [left, left, 1 - left, -1]


def test_flat_and_turning_systems_have_no_wells():
    assert find_wells(experiment(on_loss("0*x"), Dynamics("sgd", 0.1))).count == 0
    turning = on_drift(["y", "-x"], ["1", "1"], ("x", "y"))
    assert find_wells(experiment(turning, Dynamics("sde", 0.1))).count == 0


def test_shares_of_gibbs_in_any_dimension():
    """By quadrature on the line; for little noise exp(-L/T)/√det H, to first order in T."""
    for height, allowed in ((0.3, 0.02), (0.6, 0.01)):
        e = deep(1, Dynamics("sgd", 0.05), height)
        wells = find_wells(e)
        law = gibbs(e, (np.linspace(-3, 3, 401),), 0.05, "given")
        share = predicted_shares(e, wells, {"gibbs": law})["gibbs"]
        x = np.linspace(-3, 3, 60_001)
        density = np.exp(-(height * (x**2 - 1) ** 2 + 0.3 * height * x) / 0.05)
        left = density[x < np.sort(np.roots([4, 0, -4, 0.3]))[1]].sum() / density.sum()
        assert share[np.argmin(wells.places[:, 0])] == pytest.approx(left, abs=2e-3)
        near = laplace_shares(find_wells(deep(3, Dynamics("sgd", 0.05), height)), 0.05)
        assert near.min() == pytest.approx(1 - left, rel=0.2, abs=allowed)


def test_crossing_by_the_chains_kernel_against_cells():
    """Steps of gradient descent from one well to the other, on fine cells, subtracting nothing."""
    eta = 0.05
    e = deep(1, Dynamics("sgd", eta), 1.0)
    wells = find_wells(e)
    right, left = int(np.argmax(wells.places)), int(np.argmin(wells.places))
    found = crossing(e, wells, right, left)
    assert found.of == "the chain's kernel"
    there = on_cells(eta, float(wells.places[right, 0]), float(wells.places[left, 0]))
    back = on_cells(eta, float(wells.places[left, 0]), float(wells.places[right, 0]))
    assert found.time == pytest.approx(eta * there, rel=0.01)
    # The law is shared as 1/(time out): an eigenvector's share of the right well would be rounding, or the start's.
    edges = np.linspace(-2, 2, 201)
    observed = deep(1, Dynamics("sgd", eta), 1.0, domain=((-2.0, 2.0),), observe={"right": "x > 0.1"})
    law = told_apart(observed, transfer(observed, (edges,)))
    assert law.observables["right"] == pytest.approx(there / (there + back), rel=0.02)
    assert law.numerical_error < 1e-6
    # An eigenvalue on coarse cells, which make crossings a tenth more frequent.
    assert relaxation_time(observed) == pytest.approx(eta / (1 / there + 1 / back), rel=0.15)


def on_cells(eta, start, target):
    """Mean steps of x' = x - η(4x(x² - 1) + .3 + noise) from `start` until as far as `target`, from two grids."""
    side = np.sign(target - start)
    times = []
    for n in (400, 800):
        edges = np.linspace(target, -2.2 * side, n + 1)
        x = (edges[1:] + edges[:-1]) / 2
        mean = x - eta * (4 * x * (x**2 - 1) + 0.3)
        below = ndtr((edges[None, :] - mean[:, None]) / eta)
        hops = np.abs(np.diff(below, axis=1))
        exits = ndtr(side * (mean - target) / eta)
        times.append(_gth(hops, exits, int(np.argmin(np.abs(x - start)))))
    return times[1] + (times[1] - times[0]) / 3


def _gth(hops, exits, start):
    """Mean steps from `start` to the exit by taking out states one after the other."""
    n = len(hops)
    order = np.append(np.delete(np.arange(n), start), start)
    p = np.column_stack([hops[np.ix_(order, order)], exits[order]])
    t = np.ones(n)
    for k in range(n - 1):
        total = p[k, k + 1 :].sum()
        share = p[k + 1 :, k] / total
        t[k + 1 :] += share * t[k]
        p[k + 1 :, k + 1 :] += share[:, None] * p[k, k + 1 :]
    return t[-1] / p[-1, -1]


def test_crossing_of_the_sde_on_the_line_and_by_kramers_beyond_it():
    line = deep(1, Dynamics("sde", 0.05, dt=0.001))
    times = {}
    for d in (1, 2, 3):
        e = deep(d, Dynamics("sde", 0.05, dt=0.001))
        wells = find_wells(e)
        right = int(np.argmax(wells.places[:, 0]))
        times[d] = crossing(e, wells, right, 1 - right)
    assert times[1].of == "the exact integral for the SDE"
    assert times[3].of == "Kramers' formula for the SDE"
    # ΔL/T = 114.7: the first correction to Kramers is of the order of T/ΔL.
    assert times[2].time == pytest.approx(times[1].time, rel=0.02)
    assert times[3].time == pytest.approx(times[2].time, rel=1e-6)
    assert relaxation_time(line) == pytest.approx(times[1].time, rel=1e-3)


def test_a_barrier_round_a_corner():
    """The way between the wells is bent: the saddle is not on the straight line."""
    loss = "(x**2 - 1)**2/4 + 2*(y - 1 + x**2)**2"
    e = experiment(on_loss(loss, variables=("x", "y")), Dynamics("sde", 0.02, dt=0.01), start=At((1.0, 0.0)))
    wells = find_wells(e)
    assert wells.count == 2
    found = crossing(e, wells, 0, 1)
    # L'' = 2 along and 4 across at the wells (det 8 with the bend's 16 and -8 taken along), -1 and 4 at (0, 1).
    well = np.array([[2 + 16, 8], [8, 4]])
    expected = 2 * np.pi * np.sqrt(4 / np.linalg.det(well)) * np.exp(0.25 / 0.01)
    assert found.time == pytest.approx(expected, rel=1e-6)


def test_relaxation_knows_the_wells_in_three_dimensions():
    shallow = deep(3, Dynamics("sde", 0.05, dt=0.01), 0.25)  # ΔL/T = 7.2, Kramers' error of the order of T/ΔL
    line = deep(1, Dynamics("sde", 0.05, dt=0.01), 0.25)
    assert relaxation_time(shallow) == pytest.approx(relaxation_time(line), rel=0.1)
    assert relaxation_time_within_wells(shallow) < 2
    assert well_relaxation_time(experiment(on_loss("x**2"), Dynamics("sgd", 0.1))) is None


def test_a_grid_that_cannot_tell_says_so():
    e = deep(2, Dynamics("sde", 0.02, dt=0.01), domain=((-1.6, 1.6), (-1.0, 1.0)))
    edges = (np.linspace(-1.6, 1.6, 65), np.linspace(-1, 1, 65))
    law = told_apart(e, fokker_planck(e, edges))
    assert isinstance(law, Prediction)
    assert law.numerical_error == 1
    assert any("disconnected" in note for note in law.notes)
    shallow = deep(2, Dynamics("sde", 0.05, dt=0.01), 0.1, domain=((-2.6, 2.6), (-1.5, 1.5)))
    known = fokker_planck(shallow, (np.linspace(-2.6, 2.6, 65), np.linspace(-1.5, 1.5, 65)))
    assert told_apart(shallow, known) is known


def test_without_noise_nothing_crosses():
    for dynamics in (Dynamics("sde", 0.2), Dynamics("sgd", 0.2)):
        still = experiment(on_loss("(x**2 - 1)**2/4", "0"), dynamics)
        assert crossing(still, find_wells(still), 0, 1) is None
        assert well_relaxation_time(still) is None


def test_places_that_steps_leap_away_from_hold_nothing():
    """Beyond |x| = 3 a step of η = .25 leaps over both wells and further each time: nobody lives there."""
    shallow = load_text('loss: "(x**2 - 1)**2/4"\ndynamics: {eta: 0.25}\nspace: {domain: [[-3, 3]]}')
    edges = np.linspace(-3, 3, 201)
    law = told_apart(shallow, transfer(shallow, (edges,)))
    # E x² by the trapezoidal rule on 6001 points of [-6, 6].
    assert law.covariance[0, 0] == pytest.approx(0.8080592218, rel=1e-8)
    assert relaxation_time(shallow) == pytest.approx(14.94, rel=0.01)
    assert well_relaxation_time(shallow, everywhere=True) == pytest.approx(18.47, rel=0.01)
