"""The edge of stability over data is where the exact recursion of the second moment begins to diverge."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.predict.linear.edge_of_stability import edge_of_stability
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.prediction import Absence
from sgdtui.preset.change import changed
from sgdtui.preset.load import build


def regression(batch, draw="replacement", ridge=0.0, d=3, n=40):
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.standard_t(4, (n, d)), rng.normal(size=n)])
    sample = {
        "model": "linear-regression",
        "data": rows.tolist(),
        "columns": [f"c{i}" for i in range(d + 1)],
        "draw": draw,
        "ridge": ridge,
    }
    return build({"sample": sample, "dynamics": {"batch": batch}})


@pytest.mark.parametrize(
    ("batch", "draw", "ridge", "d"),
    [
        (1, "replacement", 0.0, 1),
        (1, "replacement", 0.0, 3),
        (8, "distinct", 0.3, 3),
        (5, "replacement", 0.1, 12),
    ],
)
def test_the_second_moment_exists_just_below_the_edge_and_not_just_above(batch, draw, ridge, d):
    experiment = regression(batch, draw, ridge, d)
    edge = edge_of_stability(experiment)
    window = tuple(np.linspace(-5, 5, 9) for _ in range(min(d, 2)))
    assert not isinstance(gaussian(changed(experiment, {"eta": 0.999 * edge}), window), Absence)
    beyond = gaussian(changed(experiment, {"eta": 1.001 * edge}), window)
    assert isinstance(beyond, Absence)
    assert "second moment grows" in beyond.detail


def test_one_example_at_a_time_and_one_weight_is_the_fourth_moment():
    """η* = 2 E a² / E a⁴ for x' = x - η a² x."""
    experiment = regression(1, d=1)
    a = experiment.system.data.rows[:, 0]
    assert edge_of_stability(experiment) == pytest.approx(2 * np.mean(a**2) / np.mean(a**4), rel=1e-5)


def test_with_all_rows_it_is_two_over_the_largest_curvature():
    experiment = regression(40, "distinct")
    a = experiment.system.data.rows[:, :-1]
    assert edge_of_stability(experiment) == pytest.approx(2 / np.linalg.eigvalsh(a.T @ a / 40)[-1], rel=1e-5)
