"""Where on the line a prediction is most wrong, how strongly the drift pulls, and the walkers that are watched."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.misplaced import largest_interval, misplaced
from sgdtui.lab.pulls import pulls
from sgdtui.lab.sample import WATCHED, sample
from sgdtui.predict.diffusion.drift_vectors import DriftVectors
from sgdtui.predict.prediction import Prediction
from sgdtui.simulate.count.counts import Counts


def test_the_largest_interval_is_found_whatever_the_noise() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        values = rng.normal(size=17)
        begin, end = largest_interval(values)
        best = max(values[i:j].sum() for i in range(17) for j in range(i + 1, 18))
        assert values[begin:end].sum() == pytest.approx(best)
    assert largest_interval(np.array([-3.0, -1.0, -2.0])) == (1, 2), "never empty"


def _counts(groups: np.ndarray) -> Counts:
    """Histograms (groups, bins) over [0, 1]."""
    many, bins = groups.shape
    return Counts(
        edges=(np.linspace(0, 1, bins + 1),), samples=groups.sum(axis=1), histogram=groups,
        outside=np.zeros(many, np.int64), first=np.zeros((many, 1)), second=np.zeros((many, 1, 1)),
        observables=np.zeros((many, 0)), lost=0,
    )  # fmt: skip


def test_shares_and_their_error_by_groups() -> None:
    """32 groups of 1000 binomial walkers: p = .7 where .5 is predicted; the error is √(p(1 − p)/32000) = .00256."""
    rng = np.random.default_rng(5)
    left = rng.binomial(1000, 0.7, size=32)
    counts = _counts(np.stack([left, 1000 - left], axis=1))
    edges = counts.edges
    found = misplaced(counts, {"gibbs": Prediction("gibbs", edges, np.array([0.5, 0.5]))})["gibbs"]
    assert (found.more.low, found.more.high) == (None, 0.5)
    assert (found.fewer.low, found.fewer.high) == (0.5, None)
    assert found.more.predicted == 0.5
    assert found.more.measured == pytest.approx(0.7, abs=4 * 0.00256)
    assert found.more.se == pytest.approx(0.00256, rel=0.4), (
        "a spread of 32 groups, itself known to an eighth"
    )
    assert found.fewer.measured == pytest.approx(1 - found.more.measured)


def test_other_bins_and_singular_laws_are_left_out() -> None:
    counts = _counts(np.array([[3, 5]]))
    assert misplaced(counts, {"gibbs": Prediction("gibbs", counts.edges, None)}) == {}
    assert misplaced(counts, {"gibbs": Prediction("gibbs", counts.edges, np.ones(3) / 3)}) == {}


def test_pulls_are_means_over_the_walkers() -> None:
    x = np.array([-1.0, 0.0, 1.0])
    drift = DriftVectors(
        (x,), -x[None], np.zeros((1, 3)), np.array([[np.nan, 0.0, 1.0]]), None, "gibbs", None, x
    )
    found = pulls(drift, np.array([1.0, 2.0, 1.0]))
    assert (found["gradient"].mean, found["gradient"].largest) == (0.5, 1.0)
    assert found["diffusive"].mean == pytest.approx(1 / 3), "of the places where it is known"
    assert "velocity" not in found
    assert pulls(None, np.ones(3)) == {}


def test_the_same_walkers_are_watched() -> None:
    positions = np.arange(2000.0).reshape(1000, 2)
    watched = sample(positions, (1,))
    assert watched.shape == (WATCHED, 1)
    assert np.array_equal(sample(positions + 1, (1,)), watched + 1)
    assert sample(positions[:5], (0, 1)).tolist() == positions[:5].tolist()
