"""Passages and laws far below rounding, against closed formulas of chains that move by one state at a time."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.predict.chain.state_reduction import mean_passage, reduced, stationary_masses


def double_well(height, n=300):
    """Nearest-neighbour hops in detailed balance with exp(-V), two wells: (hops, law, left well, right well)."""
    x = np.linspace(-1.6, 1.6, n)
    potential = height * ((x**2 - 1) ** 2 + 0.3 * x)
    up, down = 0.25 * np.exp(-np.diff(potential) / 2), 0.25 * np.exp(np.diff(potential) / 2)
    hops = np.diag(up, 1) + np.diag(down, -1)
    hops /= 4 * hops.sum(axis=1).max()
    scale = hops[0, 1] / up[0]
    hops += np.diag(1 - hops.sum(axis=1))
    law = np.exp(-(potential - potential.min()))
    return hops, law / law.sum(), down * scale, int(np.argmin(np.abs(x + 1))), int(np.argmin(np.abs(x - 1)))


@pytest.mark.parametrize("height", [3.0, 40.0, 200.0])
def test_law_and_passage_keep_their_digits(height):
    hops, law, down, left, right = double_well(height)
    assert stationary_masses(hops) == pytest.approx(law, rel=1e-9)
    # Downwards from a to c: Σ_{k=c+1}^{a} Σ_{j≥k} π_j/(π_k d_k), all terms positive.
    beyond = np.cumsum(law[::-1])[::-1]
    expected = sum(beyond[k] / (law[k] * down[k - 1]) for k in range(left + 1, right + 1))
    assert mean_passage(hops, right, np.arange(left + 1)) == pytest.approx(expected, rel=1e-9)


def test_small_chain_by_hand():
    hops = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]])
    # m = 1 + Σ p m over the states that are not the target.
    m = np.linalg.solve(np.eye(2) - hops[:2, :2], np.ones(2))
    assert mean_passage(hops, 0, np.array([2])) == pytest.approx(m[0])
    assert mean_passage(hops, 1, np.array([2])) == pytest.approx(m[1])
    assert mean_passage(hops, 1, np.array([0, 1])) == 0
    law = stationary_masses(hops)
    assert law @ hops == pytest.approx(law)
    watched, times = reduced(hops, np.ones(3), np.array([0, 2]))
    assert times[0] / watched[0, 1] == pytest.approx(m[0])


def test_no_way_there():
    assert mean_passage(np.diag([1.0, 1.0]), 0, np.array([1])) == np.inf
