"""How a table of examples lies in memory while rows are drawn from it at random.

A small table stays in the second-level cache. A large one is fetched from further away at every draw, and the fetching
is then nearly all of the work: so its rows are asked for ahead of their use, and are held in single precision where
that changes no digit that a simulation could show.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.data import Table
from sgdtui.simulate.machine.simd import PIECE

LARGE = 2**18
"""Bytes in double precision from which on a table is large."""

FINE = 1e-5
"""Most that single precision may move an entry, in standard deviations of its column."""

LINE = 64
"""Bytes that memory hands over at once."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`rows` as the kernel is handed them: float64, or float32 seen as float64 (`single`); `width` numbers a row, whole
    pieces (`sgdtui.simulate.machine.simd`) of `piece` numbers.
    """

    rows: NDArray[np.float64]
    width: int
    single: bool
    large: bool

    @property
    def piece(self) -> int:
        """Numbers of a row that are loaded together."""
        return PIECE // (4 if self.single else 8)

    @property
    def view(self) -> str:
        """The flat table, as the text of a kernel has it."""
        return "rows.reshape(rows.size)" + (".view(float32)" if self.single else "")

    @property
    def ahead(self) -> list[int]:
        """Offsets from the beginning of a row at which it is asked for ahead of its use."""
        return list(range(0, self.width, LINE // (4 if self.single else 8))) if self.large else []


@lru_cache(maxsize=1)
def layout_of(table: Table) -> Layout:
    """The layout of a table's rows, kept while the table is the same: no dial costs a pass over a million rows."""
    return layout(table.rows)


def layout(table: NDArray[np.float64]) -> Layout:
    """The layout of an array of shape (N, columns)."""
    n, columns = table.shape
    large = table.nbytes > LARGE
    single = large and _survives_single_precision(table)
    piece = PIECE // (4 if single else 8)
    width = -(-columns // piece) * piece
    if single and columns <= LINE // 4:
        width = max(piece, 1 << (columns - 1).bit_length())  # no row lies across two lines
    if width == columns and not single:
        return Layout(np.ascontiguousarray(table, dtype=np.float64), width, single, large)
    # not zeros: only what is empty do numpy and the kernel put in large pages
    rows = np.empty((n, width), dtype=np.float32 if single else np.float64)
    rows[:, :columns] = table
    rows[:, columns:] = 0.0
    return Layout(rows.view(np.float64), width, single, large)


def _survives_single_precision(table: NDArray[np.float64]) -> bool:
    for column in table.T:
        with np.errstate(over="ignore"):
            moved = float(np.max(np.abs(column.astype(np.float32) - column)))
            spread = float(np.std(column))
        if not np.isfinite(moved) or moved > FINE * spread:
            return False
    return True
