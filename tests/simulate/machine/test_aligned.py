"""Rows of lanes, and the sums of cells, begin with a line of the cache: a vector that lies across two costs twice."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from sgdtui.simulate.count.tally import Tally
from sgdtui.simulate.driver.driver import rows_of
from sgdtui.simulate.driver.layout import LINE


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint32])
def test_rows_begin_with_a_line_and_are_as_many_as_were_asked_for(kind: type) -> None:
    @njit
    def made(rows: int, lanes: int) -> np.ndarray:
        return rows_of(kind, rows, lanes)

    for rows, lanes in ((1, 1), (3, 560), (8, 17), (40, 1040)):
        found = made(rows, lanes)
        assert found.shape == (rows, lanes)
        assert found.dtype == kind
        assert found.ctypes.data % LINE == 0
        found[...] = 1  # all of it may be written
        assert found.sum() == rows * lanes


@pytest.mark.parametrize("bins", [(200,), (64, 64), (3, 5)])
def test_a_cell_of_the_flow_lies_within_one_line(bins: tuple[int, ...]) -> None:
    tally = Tally(np.arange(7), len(bins), bins, 0, np.zeros(len(bins)), flowing=True)
    for array in (tally.histogram, tally.displacement):
        assert array.ctypes.data % LINE == 0
        assert not array.any()
    assert LINE % (8 * tally.displacement.shape[2]) == 0
