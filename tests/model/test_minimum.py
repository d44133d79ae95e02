"""Minima on a box."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.minimum import local_minima, lowest


def test_lowest_in_one_and_two_dimensions() -> None:
    point, value = lowest(lambda x: (x[:, 0] - 0.1234567) ** 2 + 3, [(-2, 2)])
    assert point[0] == pytest.approx(0.1234567, abs=1e-7)
    assert value == pytest.approx(3)
    point, _ = lowest(lambda x: (x[:, 0] - 0.3) ** 2 + (x[:, 1] + x[:, 0]) ** 2, [(-2, 2), (-1, 1)])
    np.testing.assert_allclose(point, [0.3, -0.3], atol=1e-6)


def test_lowest_at_an_edge_and_beside_nan() -> None:
    point, value = lowest(lambda x: np.where(x[:, 0] < 0, np.nan, x[:, 0]), [(-1, 4)])
    assert point[0] == pytest.approx(0, abs=1e-9)
    assert value == pytest.approx(0, abs=1e-4)


def test_local_minima_of_the_double_well_and_of_a_plateau() -> None:
    np.testing.assert_allclose(
        local_minima(lambda x: (x[:, 0] ** 2 - 1) ** 2 / 4, (-2, 2)), [-1, 1], atol=1e-6
    )
    assert (
        len(local_minima(lambda x: np.minimum(4 * (x[:, 0] + 0.25) ** 2, (x[:, 0] - 1) ** 2 / 4), (-1, 2.5)))
        == 2
    )
